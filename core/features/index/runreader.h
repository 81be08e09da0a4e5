#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/runlayout.h"
#include "core/work/mappedfile.h"

#include <cstring>
#include <optional>

namespace microtome {

/// Walks over the latents of one run on the disk, in ascending order.
class RunReader {
public:
    /// Throws Error unless the file is a whole run of this source.
    RunReader(const std::filesystem::path&, const std::string& source);

    TokenRange tokens() const { return {m_header.begin, m_header.end}; }
    std::uint64_t firings() const { return m_header.firings; }

    /// The latent that it stands at; nothing at the end.
    const std::optional<RunRecord>& record() const { return m_record; }
    std::span<const std::byte> deltas() const { return m_deltas; }
    float value(std::size_t i) const
    {
        float value;
        std::memcpy(&value, m_values.data() + i * sizeof value, sizeof value);
        return value;
    }

    void next();

    /// Gives memory back to the system; what is still needed is read again.
    void release() const { m_file.release(); }

private:
    MappedFile m_file;
    std::string m_name;
    RunHeader m_header;
    std::optional<RunRecord> m_record;
    std::span<const std::byte> m_rest; ///< behind the present record
    std::span<const std::byte> m_deltas;
    std::span<const std::byte> m_values;
};

} // namespace microtome
