#include "core/features/load/layerfiles.h"

#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>
#include <charconv>

namespace microtome {

namespace {

constexpr std::string_view suffix = ".safetensors";
constexpr std::size_t mostDigits = 4;

/// "hf://owner/repository/a/b?revision=c" is "a/b".
std::string pathIn(std::string listed)
{
    constexpr std::string_view scheme = "hf://";
    if (!listed.starts_with(scheme))
        return listed;
    listed = listed.substr(scheme.size(), listed.find('?') - scheme.size());
    for (int i = 0; i < 2 && !listed.empty(); ++i)
        listed.erase(0, std::min(listed.find('/'), listed.size() - 1) + 1);
    return listed;
}

} // namespace

std::map<int, std::string> layerFiles(const CoderFolder& folder, std::string_view prefix)
{
    std::map<int, std::string> found;
    for (const std::string& name : folder.files()) {
        if (!name.starts_with(prefix) || !name.ends_with(suffix)
            || name.size() <= prefix.size() + suffix.size())
            continue;
        const std::string_view digits = std::string_view(name).substr(
            prefix.size(), name.size() - prefix.size() - suffix.size());
        int layer = 0;
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), layer);
        if (error == std::errc() && end == digits.end() && digits.size() <= mostDigits
            && digits[0] != '-')
            found.emplace(layer, name);
    }
    return found;
}

void checkNoLayerMissing(const std::map<int, std::string>& files, std::string_view prefix)
{
    int expected = 0;
    for (const auto& [layer, name] : files)
        if (layer != expected++)
            throw Error("The set lacks " + std::string(prefix) + std::to_string(expected - 1)
                + std::string(suffix) + "; download it again.");
}

std::map<int, std::string> listedFiles(
    const CoderFolder& folder, const std::map<std::string, std::string>& fields)
{
    std::map<int, std::string> files;
    const auto field = [&](const std::string& name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    };
    for (int i = 0;; ++i) {
        const std::string entry = "transcoders." + std::to_string(i);
        const std::string plain = field(entry);
        const std::string listed = plain.empty() ? field(entry + ".filepath") : plain;
        if (listed.empty())
            return files;
        const std::string said = field(entry + ".layer");
        int layer = i;
        std::from_chars(said.data(), said.data() + said.size(), layer);
        if (const std::string path = pathIn(listed); layer >= 0 && folder.has(path))
            files.emplace(layer, path);
    }
}

int layerOf(const std::map<int, std::string>& files, const std::string& file)
{
    for (const auto& [layer, name] : files)
        if (name == file)
            return layer;
    throw Error(text::clip(file) + " is none of the layers of this set.");
}

std::vector<std::string> namesOf(const std::map<int, std::string>& files)
{
    std::vector<std::string> names;
    for (const auto& [layer, name] : files)
        names.push_back(name);
    return names;
}

} // namespace microtome
