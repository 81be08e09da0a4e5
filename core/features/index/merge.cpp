#include "core/features/index/merge.h"

#include "core/features/index/indexlayout.h"
#include "core/features/index/runreader.h"
#include "core/features/index/runwriter.h"
#include "core/features/index/valuenumbers.h"
#include "core/features/index/varint.h"
#include "core/work/error.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

namespace microtome {

namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t betweenReleases = 8 << 20; // bytes of postings

std::uint32_t latentOf(const RunReader& run)
{
    return run.record() ? run.record()->latent : none;
}

/// Writes the postings of one latent after the other and fills their records.
class PostingsWriter {
public:
    PostingsWriter(FileBeside& out, std::uint64_t tokens)
        : m_out(out)
        , m_tokens(tokens)
    {
    }

    std::uint64_t bytes() const { return m_bytes; }

    /// Of the runs that stand at this latent, in the order of tokens.
    LatentRecord write(const std::vector<RunReader*>& runs)
    {
        LatentRecord record;
        record.begin = m_bytes;
        writeTokens(runs, record);
        writeValues(runs, record);
        return record;
    }

private:
    void put(std::span<const std::byte> bytes, LatentRecord& record)
    {
        m_out.write(bytes);
        m_bytes += bytes.size();
        record.postingsCheck = checksum(bytes, record.postingsCheck);
    }

    void writeTokens(const std::vector<RunReader*>& runs, LatentRecord& record)
    {
        std::uint64_t next = 0; // the first token that may come
        for (const RunReader* run : runs) {
            const RunRecord& part = *run->record();
            if (part.first < next || part.last >= m_tokens)
                throw Error("The unfinished parts of an index do not fit together; remove them and "
                            "build the index again.");
            std::array<std::byte, longestVarint> gap;
            const std::byte* end
                = putVarint(gap.data(), static_cast<std::uint32_t>(part.first - next));
            put({gap.data(), end}, record);
            put(run->deltas(), record);
            next = std::uint64_t(part.last) + 1;
        }
        record.deltaBytes = m_bytes - record.begin;
    }

    void writeValues(const std::vector<RunReader*>& runs, LatentRecord& record)
    {
        float largest = 0;
        for (const RunReader* run : runs)
            largest = std::max(largest, run->record()->largest);
        m_counter.begin(largest);
        record.exponent = m_counter.exponent();
        for (const RunReader* run : runs)
            for (std::size_t at = 0; at < run->record()->count; at += m_halves.size()) {
                const std::size_t count = std::min(m_halves.size(), run->record()->count - at);
                for (std::size_t i = 0; i < count; ++i)
                    m_halves[i] = m_counter.add(run->value(at + i));
                put(std::as_bytes(std::span(m_halves).first(count)), record);
            }
        const ValueNumbers numbers = m_counter.numbers();
        record.count = numbers.count;
        record.sum = numbers.sum;
        record.sumSquares = numbers.sumSquares;
        record.max = numbers.max;
        record.min = numbers.min;
        record.skew = numbers.skew;
        record.q50 = numbers.q50;
        record.q90 = numbers.q90;
        record.q99 = numbers.q99;
    }

    FileBeside& m_out;
    std::uint64_t m_tokens;
    std::uint64_t m_bytes = 0;
    ValueCounter m_counter;
    std::array<std::uint16_t, 4096> m_halves{};
};

} // namespace

void mergeRuns(FileBeside& out, const IndexSource& source, const std::filesystem::path& folder,
    std::size_t runs, const Progress& progress)
{
    std::vector<std::unique_ptr<RunReader>> readers;
    for (std::size_t n = 0; n < runs; ++n) {
        readers.push_back(std::make_unique<RunReader>(runPath(folder, n), nameOf(source)));
        readers.back()->release(); // it was read to the end, for its checksum
    }

    IndexHeader header;
    header.recordSize = sizeof(LatentRecord);
    header.tokens = source.tokens;
    header.latents = source.latents;
    std::ranges::copy(source.corpus, header.corpus.begin());
    std::ranges::copy(source.dictionary, header.dictionary.begin());
    std::vector<LatentRecord> records(source.latents);
    out.seek(sizeof header + records.size() * sizeof(LatentRecord));
    PostingsWriter postings(out, source.tokens);
    std::uint64_t released = 0;
    std::vector<RunReader*> standing;
    for (std::uint32_t latent = 0; latent < records.size(); ++latent) {
        standing.clear();
        for (const auto& reader : readers)
            if (latentOf(*reader) == latent)
                standing.push_back(reader.get());
        LatentRecord& record = records[latent];
        record.begin = postings.bytes();
        if (!standing.empty())
            record = postings.write(standing);
        record.check = checkOf(record, latent);
        header.firings += record.count;
        for (RunReader* reader : standing)
            reader->next();
        if (latent % 256 == 0)
            progress.step(static_cast<double>(latent) / static_cast<double>(records.size()));
        if (postings.bytes() - released > betweenReleases) {
            released = postings.bytes();
            for (const auto& reader : readers)
                reader->release();
        }
    }
    if (!std::ranges::all_of(readers, [](const auto& reader) { return !reader->record(); }))
        throw Error("The unfinished parts of an index hold latents that its dictionary does not "
                    "have; remove them and build the index again.");
    header.postingBytes = postings.bytes();
    header.check = checkOf(header);
    out.seek(0);
    out.write(std::as_bytes(std::span(&header, 1)));
    out.write(std::as_bytes(std::span(records)));
}

} // namespace microtome
