#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace microtome::text {

/// The files a tokenizer is made from: read whole, bounded in size, and summed for provenance.
class TokenizerFiles {
public:
    /// The bytes of a file; throws Error when it cannot be read or is larger than any tokenizer.
    std::string read(const std::filesystem::path& path);

    /// The same as JSON. Nesting and the number of values are bounded before it is parsed, so that
    /// a hostile file cannot take memory out of proportion.
    nlohmann::json readJson(const std::filesystem::path& path);

    /// For one file its SHA-256; for several, that of the lines `sha256sum` prints for them.
    std::string hash() const;

private:
    std::vector<std::pair<std::string, std::string>> m_sums; // by file name
};

} // namespace microtome::text
