#include "core/features/sweep/codersource.h"

#include "core/features/coder/hash.h"
#include "core/work/sha256.h"

namespace microtome {

CoderSource::CoderSource(const SparseCoder& coder, CoderReader reader, Encoder encode)
    : m_coder(coder)
    , m_reader(std::move(reader))
    , m_encode(std::move(encode))
{
    std::string decides = coderHash(coder);
    for (const CoderSite& place : m_reader.place().reads)
        decides += " " + place.text();
    m_hash = sha256(decides);
}

FiredLatents CoderSource::read(std::span<const Trace> runs, const Progress& progress) const
{
    std::vector<std::vector<float>> values(m_reader.place().reads.size());
    std::vector<std::size_t> rows(values.size());
    for (const Trace& run : runs) {
        const auto inputs = m_reader.inputs(run);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            values[i].insert(values[i].end(), inputs[i].values().begin(), inputs[i].values().end());
            rows[i] += inputs[i].rows();
        }
    }
    std::vector<Matrix> all;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t columns = rows[i] > 0 ? values[i].size() / rows[i] : 0;
        all.emplace_back(rows[i], columns, std::move(values[i]));
    }
    return m_encode(m_coder, all, progress);
}

} // namespace microtome
