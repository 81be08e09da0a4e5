#pragma once

#include "core/model/matrix.h"
#include "core/work/mappedfile.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// A safetensors file, memory-mapped: u64 header length, JSON header, little-endian row-major data.
/// Everything the header claims is checked before a byte of data is believed.
class SafeTensors {
public:
    struct Entry {
        std::string dtype; ///< F32, F16, BF16, I64, ...
        std::vector<std::int64_t> shape;
        std::span<const std::byte> bytes;

        std::int64_t count() const;
    };

    /// Throws Error with a sentence when the header lies, overlaps, leaves holes, overflows or is cut short.
    static std::shared_ptr<const SafeTensors> open(const std::filesystem::path&);

    const std::map<std::string, Entry>& entries() const { return m_entries; }
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    const MappedFile& file() const { return m_file; }

    /// A tensor of F64, F32, F16, BF16 or I64 as float32: the last axis becomes the columns, the rest
    /// the rows; a vector is one row. Throws Error when it is absent or of another type.
    Matrix matrix(const std::string& name) const;

    explicit SafeTensors(const std::filesystem::path&); ///< use open()

private:
    void readHeader(const std::string& name);

    MappedFile m_file;
    std::map<std::string, Entry> m_entries;
    std::map<std::string, std::string> m_metadata;
};

/// What is written to a safetensors file.
struct TensorToWrite {
    std::string name;
    std::string dtype; ///< F32 or I64
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

/// Writes beside, then renames: there is never a partial file. Throws Error with a sentence.
void writeSafeTensors(const std::filesystem::path&, const std::vector<TensorToWrite>&,
    const std::map<std::string, std::string>& metadata = {});

} // namespace microtome
