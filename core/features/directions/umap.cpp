#include "core/features/directions/umap.h"

#include "core/features/directions/umapcurve.h"
#include "core/features/directions/umapgraph.h"
#include "core/features/samples/draws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

constexpr float farthest = 10; ///< coordinate that the start is scaled to
constexpr float jitter = 1e-4F; ///< added to it, so that no two begin at one place
constexpr float steepest = 4; ///< of one step along a coordinate
constexpr float softening = 1e-3F; ///< of the push between near points

using Place = std::array<float, 2>;

/// An edge and when it is pulled next: as often as its weight is of the largest.
struct Pull {
    std::uint32_t from, to;
    double every; ///< epochs
    double next;
    double nextPush;
};

float clipped(float x)
{
    return std::clamp(x, -steepest, steepest);
}

void checkInput(const NeighbourTable& table, const Matrix& start, const UmapSettings& settings)
{
    const std::size_t n = table.count();
    if (n < 3)
        throw Error("UMAP needs at least 3 latents.");
    if (n > mostForUmap)
        throw Error("UMAP takes up to " + std::to_string(mostForUmap) + " latents, and these are "
            + std::to_string(n) + ": filter the list first, or look at principal components.");
    if (start.rows() != n || start.columns() != 2)
        throw Error("UMAP needs a place in the plane for each latent to begin at.");
    if (settings.neighbours < 2 || settings.neighbours > table.most + 1)
        throw Error("UMAP was asked for " + std::to_string(settings.neighbours)
            + " neighbours, the latent itself counted; from 2 to " + std::to_string(table.most + 1)
            + " are known.");
    if (settings.negatives < 0 || settings.epochs < 0)
        throw Error("UMAP's epochs and pushes cannot be fewer than none.");
}

/// Scaled so that the largest magnitude is `farthest`, jittered, then stretched to 0...farthest
/// along each coordinate, as umap-learn does.
std::vector<Place> begun(const Matrix& start, Draws& draws)
{
    float largest = 0;
    for (const float x : start.values())
        largest = std::max(largest, std::abs(x));
    if (!std::isfinite(largest))
        throw Error("UMAP was given a place to begin at that is not finite.");
    const auto noise = [&] {
        return jitter * (2 * static_cast<float>(draws.next() >> 40) / float(1 << 24) - 1);
    };
    std::vector<Place> places(start.rows());
    for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t c = 0; c < 2; ++c)
            places[i][c] = (largest > 0 ? start(i, c) / largest * farthest : 0) + noise();
    for (std::size_t c = 0; c < 2; ++c) {
        const auto by = [c](const Place& a, const Place& b) { return a[c] < b[c]; };
        const auto [low, high] = std::minmax_element(places.begin(), places.end(), by);
        const float least = (*low)[c];
        const float width = (*high)[c] - least;
        for (Place& place : places)
            place[c] = width > 0 ? (place[c] - least) / width * farthest : 0;
    }
    return places;
}

std::vector<Pull> schedule(const std::vector<UmapEdge>& edges, int epochs, int negatives)
{
    float most = 0;
    for (const UmapEdge& edge : edges)
        most = std::max(most, edge.weight);
    std::vector<Pull> pulls;
    for (const UmapEdge& edge : edges)
        if (edge.weight * static_cast<float>(epochs) >= most && edge.weight > 0) {
            const double every = static_cast<double>(most) / static_cast<double>(edge.weight);
            const double push = negatives > 0 ? every / negatives : 0;
            pulls.push_back({edge.from, edge.to, every, every, push});
        }
    return pulls;
}

/// One descent. Of a pair at squared distance s, with w = 1 / (1 + a s^b), the cross entropy's
/// gradients along their difference are
///
///     pull  -2ab s^(b-1) w                    push  2b w / (0.001 + s)
///
/// (McInnes et al. 2018, section 3.2), each coordinate held within ±4.
class Descent {
public:
    Descent(std::vector<Place> places, UmapCurve curve, Draws draws)
        : m_places(std::move(places))
        , m_a(static_cast<float>(curve.a))
        , m_b(static_cast<float>(curve.b))
        , m_draws(draws)
    {
    }

    void epoch(std::vector<Pull>& pulls, int number, float rate, int negatives)
    {
        for (Pull& one : pulls) {
            if (one.next > number)
                continue;
            pull(one.from, one.to, rate);
            one.next += one.every;
            if (negatives == 0)
                continue;
            const double between = one.every / negatives;
            const int count = static_cast<int>((number - one.nextPush) / between);
            for (int i = 0; i < count; ++i)
                push(one.from, someLatent(), rate);
            one.nextPush += std::max(count, 0) * between;
        }
    }

    const std::vector<Place>& places() const { return m_places; }

private:
    std::uint32_t someLatent()
    {
        return static_cast<std::uint32_t>(((m_draws.next() >> 32) * m_places.size()) >> 32);
    }

    void pull(std::uint32_t from, std::uint32_t to, float rate)
    {
        Place& own = m_places[from];
        Place& other = m_places[to];
        const Place apart{own[0] - other[0], own[1] - other[1]};
        const float s = apart[0] * apart[0] + apart[1] * apart[1];
        if (!(s > 0))
            return;
        const float power = std::pow(s, m_b);
        const float factor = -2 * m_a * m_b * power / s / (1 + m_a * power);
        for (std::size_t c = 0; c < 2; ++c) {
            const float step = rate * clipped(factor * apart[c]);
            own[c] += step;
            other[c] -= step;
        }
    }

    void push(std::uint32_t from, std::uint32_t away, float rate)
    {
        Place& own = m_places[from];
        const Place& other = m_places[away];
        const Place apart{own[0] - other[0], own[1] - other[1]};
        const float s = apart[0] * apart[0] + apart[1] * apart[1];
        if (!(s > 0))
            return;
        const float factor = 2 * m_b / ((softening + s) * (1 + m_a * std::pow(s, m_b)));
        for (std::size_t c = 0; c < 2; ++c)
            own[c] += rate * clipped(factor * apart[c]);
    }

    std::vector<Place> m_places;
    float m_a;
    float m_b;
    Draws m_draws;
};

} // namespace

Matrix umap(const NeighbourTable& table, const Matrix& start, const UmapSettings& settings,
    const Progress& progress)
{
    checkInput(table, start, settings);
    progress.step(0, "graph");
    const UmapCurve curve = fitUmapCurve(settings.minDistance, settings.spread);
    const int epochs = settings.epochs > 0 ? settings.epochs : table.count() <= 10000 ? 500 : 200;
    auto pulls = schedule(fuzzyGraph(table, settings.neighbours), epochs, settings.negatives);
    Draws draws(settings.seed);
    Descent descent(begun(start, draws), curve, draws);
    for (int epoch = 0; epoch < epochs; ++epoch) {
        progress.step(static_cast<double>(epoch) / epochs, "layout");
        const float rate = 1 - static_cast<float>(epoch) / static_cast<float>(epochs);
        descent.epoch(pulls, epoch, rate, settings.negatives);
    }
    std::vector<float> values;
    for (std::size_t i = 0; i < table.count(); ++i)
        for (const float x : descent.places()[i])
            values.push_back(table.found[i] > 0 ? x : std::numeric_limits<float>::quiet_NaN());
    progress.step(1, "layout");
    return {table.count(), 2, std::move(values)};
}

} // namespace microtome
