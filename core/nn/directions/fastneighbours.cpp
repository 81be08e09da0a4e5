#include "core/nn/directions/fastneighbours.h"

#include "core/features/directions/nearest.h"
#include "core/nn/directions/directionrows.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t rowsAtOnce = 512;
constexpr std::size_t columnsAtOnce = 512; // a tile of 1 MB
constexpr std::size_t spare = 8;

class Search {
public:
    Search(const Directions& of, const Directions& among, bool same, std::size_t most)
        : m_of(of)
        , m_among(among)
        , m_same(same)
        , m_rows(nn::live(of))
        , m_columns(nn::live(among))
        , m_left(at::empty({rowsAtOnce, static_cast<std::int64_t>(of.width())}, at::kFloat))
        , m_right(at::empty({columnsAtOnce, static_cast<std::int64_t>(of.width())}, at::kFloat))
        , m_scratch(at::empty({rowsAtOnce * columnsAtOnce}, at::kFloat))
    {
        m_table.most = std::min(most, among.count() - (same ? 1 : 0));
        m_table.found.resize(of.count());
        m_table.entries.resize(of.count() * m_table.most);
    }

    NeighbourTable run(const Progress& progress)
    {
        const std::size_t n = m_rows.latents.size();
        for (std::size_t begin = 0; begin < n && m_table.most > 0; begin += rowsAtOnce) {
            progress.step(static_cast<double>(begin) / static_cast<double>(n), "neighbours");
            block(begin, std::min(rowsAtOnce, n - begin), progress);
        }
        progress.step(1, "neighbours");
        return std::move(m_table);
    }

private:
    void block(std::size_t begin, std::size_t count, const Progress& progress)
    {
        const auto own = std::span(m_rows.latents).subspan(begin, count);
        const auto factors = std::span(m_rows.factors).subspan(begin, count);
        const at::Tensor left = nn::gather(m_of, own, factors, m_left);
        std::vector<Nearest> nearest(count, Nearest(m_table.most + spare));
        for (std::size_t first = 0; first < m_columns.latents.size(); first += columnsAtOnce) {
            progress.check();
            const std::size_t wide = std::min(columnsAtOnce, m_columns.latents.size() - first);
            const auto others = std::span(m_columns.latents).subspan(first, wide);
            const at::Tensor right = nn::gather(
                m_among, others, std::span(m_columns.factors).subspan(first, wide), m_right);
            at::Tensor cosines
                = m_scratch.narrow(0, 0, static_cast<std::int64_t>(count * wide))
                      .view({static_cast<std::int64_t>(count), static_cast<std::int64_t>(wide)});
            at::mm_out(cosines, left, right.t());
            const float* data = cosines.data_ptr<float>();
            parallel(count, [&](std::size_t i) {
                nearest[i].offer(
                    {data + i * wide, wide}, others, m_same ? own[i] : Nearest::nobody);
            });
        }
        parallel(count, [&](std::size_t i) { keep(begin + i, nearest[i].best()); });
    }

    template <class Work> static void parallel(std::size_t count, Work work)
    {
        at::parallel_for(
            0, static_cast<std::int64_t>(count), 16, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i)
                    work(static_cast<std::size_t>(i));
            });
    }

    /// Orders the best of a latent by their cosines in f64 and keeps as many as are wanted.
    void keep(std::size_t row, std::vector<Neighbour> best)
    {
        const std::uint32_t own = m_rows.latents[row];
        for (Neighbour& one : best) {
            const auto place
                = std::lower_bound(m_columns.latents.begin(), m_columns.latents.end(), one.latent)
                - m_columns.latents.begin();
            one.cosine = static_cast<float>(dot(m_of, own, m_among, one.latent)
                * m_rows.factors[row] * m_columns.factors[static_cast<std::size_t>(place)]);
        }
        std::sort(best.begin(), best.end(), nearer);
        best.resize(std::min(m_table.most, best.size()));
        std::copy(best.begin(), best.end(),
            m_table.entries.begin() + static_cast<std::ptrdiff_t>(own * m_table.most));
        m_table.found[own] = static_cast<std::uint32_t>(best.size());
    }

    const Directions& m_of;
    const Directions& m_among;
    bool m_same;
    nn::LiveDirections m_rows;
    nn::LiveDirections m_columns;
    at::Tensor m_left;
    at::Tensor m_right;
    at::Tensor m_scratch;
    NeighbourTable m_table;
};

} // namespace

NeighbourTable neighboursFast(const Directions& all, std::size_t most, const Progress& progress)
{
    const at::NoGradGuard guard;
    checkPair(all, all);
    return Search(all, all, true, most).run(progress);
}

NeighbourTable neighboursFast(
    const Directions& of, const Directions& among, std::size_t most, const Progress& progress)
{
    const at::NoGradGuard guard;
    checkPair(of, among);
    return Search(of, among, false, most).run(progress);
}

} // namespace microtome
