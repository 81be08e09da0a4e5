#include "core/text/tokenizerfile.h"

#include "core/work/error.h"
#include "core/work/sha256.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace microtome::text {

namespace {

constexpr std::uintmax_t largestFile = 128u << 20; // the largest real ones are near 40 MB
constexpr std::size_t deepest = 64;
constexpr std::size_t mostValues = 8'000'000;

void admit(const std::string& text, const std::filesystem::path& path)
{
    std::size_t depth = 0;
    std::size_t values = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        if (c == '[' || c == '{')
            ++depth;
        else if ((c == ']' || c == '}') && depth > 0)
            --depth;
        values += c == ',' || c == '[' || c == '{';
        if (depth > deepest || values > mostValues)
            throw Error("“" + path.string()
                + "” is nested deeper or holds more values than any "
                  "tokenizer does; the file is damaged.");
    }
}

} // namespace

std::string TokenizerFiles::read(const std::filesystem::path& path)
{
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        throw Error("“" + path.string() + "” is not a file that can be read.");
    const std::uintmax_t size = std::filesystem::file_size(path, code);
    if (code)
        throw Error("“" + path.string() + "” cannot be read: " + code.message() + ".");
    if (size > largestFile)
        throw Error("“" + path.string()
            + "” is larger than 128 MB, which no tokenizer is; choose "
              "another folder.");
    std::string bytes(std::size_t(size), '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), std::streamsize(bytes.size()));
    if (!file && !bytes.empty())
        throw Error("“" + path.string() + "” cannot be read; check its permissions and the disk.");
    m_sums.emplace_back(path.filename().string(), sha256(bytes));
    return bytes;
}

nlohmann::json TokenizerFiles::readJson(const std::filesystem::path& path)
{
    const std::string text = read(path);
    admit(text, path);
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& e) {
        throw Error("“" + path.string()
                + "” is not valid JSON; it may have been cut off while it was "
                  "copied, so get it again.",
            e.what());
    }
}

std::string TokenizerFiles::hash() const
{
    if (m_sums.size() == 1)
        return m_sums.front().second;
    Sha256 sum;
    for (const auto& [name, digest] : m_sums)
        sum.add(digest + "  " + name + "\n");
    return sum.hex();
}

} // namespace microtome::text
