#include "core/features/index/runreader.h"

#include "core/work/error.h"

#include <algorithm>
#include <string_view>

namespace microtome {

namespace {

[[noreturn]] void refuse(const std::string& name)
{
    throw Error("Cannot use " + name
        + ", an unfinished part of an index: it is cut short or "
          "damaged; remove it and build the index again.");
}

} // namespace

RunReader::RunReader(const std::filesystem::path& path, const std::string& source)
    : m_file(path)
    , m_name(path.string())
{
    const auto bytes = m_file.bytes();
    if (bytes.size() < sizeof m_header)
        refuse(m_name);
    std::memcpy(&m_header, bytes.data(), sizeof m_header);
    m_rest = bytes.subspan(sizeof m_header);
    if (m_header.magic != RunHeader().magic || m_header.check != checkOf(m_header)
        || m_header.bytes != m_rest.size() || m_header.begin > m_header.end
        || std::string_view(m_header.source.data(), m_header.source.size()) != source
        || m_header.content != checksum(m_rest))
        refuse(m_name);
    next();
}

void RunReader::next()
{
    if (m_rest.empty()) {
        m_record.reset();
        return;
    }
    RunRecord record;
    if (m_rest.size() < sizeof record)
        refuse(m_name);
    std::memcpy(&record, m_rest.data(), sizeof record);
    const std::uint64_t values = std::uint64_t(record.count) * sizeof(float);
    if (record.count == 0 || (m_record && record.latent <= m_record->latent)
        || record.first < m_header.begin || record.last >= m_header.end
        || record.first > record.last || m_rest.size() - sizeof record < record.deltaBytes + values)
        refuse(m_name);
    m_deltas = m_rest.subspan(sizeof record, record.deltaBytes);
    m_values = m_rest.subspan(sizeof record + record.deltaBytes, values);
    m_rest = m_rest.subspan(sizeof record + record.deltaBytes + values);
    m_record = record;
}

} // namespace microtome
