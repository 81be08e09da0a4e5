#include "core/nn/train/batches.h"

#include "core/nn/train/random.h"
#include "core/work/error.h"

#include <algorithm>
#include <numeric>

namespace microtome::nn {

namespace {

constexpr std::size_t batchesSortedTogether = 32;
constexpr std::uint64_t orderStream = 1;

TrainRandom randomOf(std::uint64_t seed, std::int64_t epoch)
{
    return {seed, orderStream + 16 * static_cast<std::uint64_t>(epoch)};
}

} // namespace

Batches::Batches(const Corpus& corpus, const RowSettings& settings)
    : m_corpus(corpus)
    , m_settings(settings)
{
    if (settings.packed && settings.eos < 0 && corpus.documents() > 1)
        throw Error("Packed documents are joined by a token of their own: give the model's config "
                    "an eos_token_id, or set data.packing to padded.");
    if (settings.packed && corpus.tokens() + corpus.documents() < 2)
        throw Error("The text is a single token; there is nothing to predict.");
    beginEpoch();
}

std::int64_t Batches::lengthWithEnd(std::size_t document) const
{
    const std::int64_t length = m_corpus.length(document);
    const bool ends = m_settings.eos < 0 || m_settings.lastOnly
        || m_corpus.token(document, length - 1) == m_settings.eos;
    return ends ? length : length + 1;
}

TokenId Batches::tokenOf(std::size_t document, std::int64_t place) const
{
    return place < m_corpus.length(document) ? m_corpus.token(document, place) : m_settings.eos;
}

std::vector<Batches::Piece> Batches::pieces(std::size_t documents) const
{
    std::vector<Piece> all;
    const std::int64_t longest = m_settings.sequence + 1; // the last token is only predicted
    for (std::size_t d = 0; d < documents; ++d) {
        const std::int64_t length = lengthWithEnd(d);
        if (m_settings.lastOnly && length > longest)
            throw Error("Document " + std::to_string(d + 1) + " of the text has "
                + std::to_string(length) + " tokens; rows of " + std::to_string(m_settings.sequence)
                + " do not reach its last one.");
        for (std::int64_t begin = 0; begin + 1 < length; begin += longest - 1)
            all.push_back({static_cast<std::uint32_t>(d), static_cast<std::uint32_t>(begin),
                static_cast<std::uint32_t>(std::min(longest, length - begin))});
    }
    if (all.empty())
        throw Error("Every document of the text is a single token; there is nothing to predict.");
    return all;
}

void Batches::shareOut(std::vector<Piece>& all, std::size_t from, std::size_t to,
    std::vector<std::pair<std::size_t, std::size_t>>& batches) const
{
    const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
    std::stable_sort(
        at(from), at(to), [](const Piece& a, const Piece& b) { return a.length < b.length; });
    for (std::size_t begin = from; begin < to;) {
        std::size_t end = begin + 1;
        while (end < to
            && static_cast<std::int64_t>(end + 1 - begin) * (all[end].length - 1)
                <= m_settings.batchTokens)
            ++end;
        batches.emplace_back(begin, end);
        begin = end;
    }
}

void Batches::beginEpoch()
{
    TrainRandom random = randomOf(m_settings.seed, m_cursor.epoch);
    const bool inOrder = m_settings.fileOrder && m_cursor.epoch == 0;
    if (m_settings.packed) {
        m_order.resize(m_corpus.documents());
        std::iota(m_order.begin(), m_order.end(), 0u);
        if (!inOrder)
            random.shuffle(m_order);
        return;
    }
    m_pieces = pieces(m_corpus.documents());
    if (!inOrder)
        random.shuffle(m_pieces);
    std::uint64_t tokens = 0;
    for (const Piece& p : m_pieces)
        tokens += p.length;
    const std::size_t usual
        = static_cast<std::size_t>(m_settings.batchTokens) * m_pieces.size() / tokens + 1;
    m_batches.clear();
    const std::size_t together = usual * batchesSortedTogether;
    for (std::size_t from = 0; from < m_pieces.size(); from += together) {
        const std::size_t before = m_batches.size();
        shareOut(m_pieces, from, std::min(from + together, m_pieces.size()), m_batches);
        if (inOrder)
            random.shuffle(m_batches, before);
    }
    if (!inOrder)
        random.shuffle(m_batches);
}

void Batches::seek(const Cursor& cursor)
{
    const bool sameEpoch = cursor.epoch == m_cursor.epoch;
    m_cursor = cursor;
    if (!sameEpoch)
        beginEpoch();
    const auto items = m_settings.packed ? m_order.size() : m_batches.size();
    if (cursor.epoch < 0 || cursor.item < 0 || static_cast<std::size_t>(cursor.item) >= items
        || cursor.place < 0
        || (m_settings.packed
            && cursor.place >= lengthWithEnd(m_order[static_cast<std::size_t>(cursor.item)])))
        throw Error("The saved state names a place in the text that is not there.");
}

Batch Batches::padded(const std::vector<Piece>& all, std::size_t from, std::size_t to) const
{
    Batch batch;
    batch.rows = static_cast<std::int64_t>(to - from);
    for (std::size_t i = from; i < to; ++i)
        batch.width = std::max<std::int64_t>(batch.width, all[i].length - 1);
    const auto size = static_cast<std::size_t>(batch.rows * batch.width);
    batch.ids.assign(size, std::max(m_settings.eos, 0));
    batch.targets.assign(size, -1);
    for (std::size_t i = from; i < to; ++i) {
        const Piece& p = all[i];
        const std::size_t row = (i - from) * static_cast<std::size_t>(batch.width);
        for (std::size_t t = 0; t + 1 < p.length; ++t) {
            const auto place = static_cast<std::int64_t>(p.begin + t);
            batch.ids[row + t] = tokenOf(p.document, place);
            if (m_settings.lastOnly && t + 2 < p.length)
                continue;
            batch.targets[row + t] = tokenOf(p.document, place + 1);
            ++batch.predicted;
        }
    }
    return batch;
}

Batch Batches::nextPacked()
{
    Batch batch;
    batch.width = m_settings.sequence;
    batch.rows = std::max<std::int64_t>(1, m_settings.batchTokens / batch.width);
    const std::int64_t size = batch.rows * batch.width;
    std::vector<std::int64_t> stream;
    stream.reserve(static_cast<std::size_t>(size + 1));
    Cursor behind; // where the next batch begins: its first token is the last one's target
    while (static_cast<std::int64_t>(stream.size()) <= size) {
        if (static_cast<std::int64_t>(stream.size()) == size)
            behind = m_cursor;
        const std::size_t document = m_order[static_cast<std::size_t>(m_cursor.item)];
        stream.push_back(tokenOf(document, m_cursor.place));
        if (++m_cursor.place < lengthWithEnd(document))
            continue;
        m_cursor.place = 0;
        if (++m_cursor.item < static_cast<std::int64_t>(m_order.size()))
            continue;
        m_cursor.item = 0;
        ++m_cursor.epoch;
        beginEpoch();
    }
    if (behind.epoch != m_cursor.epoch) {
        m_cursor = behind;
        beginEpoch();
    }
    m_cursor = behind;
    batch.ids.assign(stream.begin(), stream.end() - 1);
    batch.targets.assign(stream.begin() + 1, stream.end());
    batch.predicted = size;
    return batch;
}

Batch Batches::next()
{
    if (m_settings.packed)
        return nextPacked();
    const auto [from, to] = m_batches[static_cast<std::size_t>(m_cursor.item)];
    Batch batch = padded(m_pieces, from, to);
    if (++m_cursor.item == static_cast<std::int64_t>(m_batches.size())) {
        m_cursor = {m_cursor.epoch + 1, 0, 0};
        beginEpoch();
    }
    return batch;
}

std::vector<Batch> Batches::once(std::size_t limit) const
{
    const std::size_t documents
        = limit == 0 ? m_corpus.documents() : std::min(limit, m_corpus.documents());
    std::vector<Batch> batches;
    if (!m_settings.packed) {
        auto all = pieces(documents);
        std::vector<std::pair<std::size_t, std::size_t>> ranges;
        shareOut(all, 0, all.size(), ranges);
        for (const auto& [from, to] : ranges)
            batches.push_back(padded(all, from, to));
        return batches;
    }
    std::vector<std::int64_t> stream;
    for (std::size_t d = 0; d < documents; ++d)
        for (std::int64_t t = 0; t < lengthWithEnd(d); ++t)
            stream.push_back(tokenOf(d, t));
    const std::size_t width = static_cast<std::size_t>(m_settings.sequence);
    const std::size_t most = static_cast<std::size_t>(
        std::max<std::int64_t>(1, m_settings.batchTokens / m_settings.sequence));
    for (std::size_t at = 0; at + 1 < stream.size();) {
        const std::size_t whole = (stream.size() - 1 - at) / width;
        Batch batch;
        batch.rows = static_cast<std::int64_t>(std::clamp<std::size_t>(whole, 1, most));
        batch.width = static_cast<std::int64_t>(whole > 0 ? width : stream.size() - 1 - at);
        batch.predicted = batch.rows * batch.width;
        const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
        batch.ids.assign(from, from + batch.predicted);
        batch.targets.assign(from + 1, from + 1 + batch.predicted);
        at += static_cast<std::size_t>(batch.predicted);
        batches.push_back(std::move(batch));
    }
    return batches;
}

} // namespace microtome::nn
