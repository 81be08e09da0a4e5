#include "core/features/load/codershelf.h"

#include "core/features/load/coderparts.h"
#include "core/features/load/open.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace microtome {

namespace fs = std::filesystem;

namespace {

fs::path shelfOf(const fs::path& model)
{
    return (fs::is_directory(model) ? model : model.parent_path()) / "dictionaries";
}

} // namespace

std::vector<NamedCoder> openCoders(const fs::path& path)
{
    const std::string name = path.string();
    const auto parts = coderParts(path);
    std::vector<NamedCoder> all;
    if (parts.empty())
        all.push_back({name, openCoder(path)});
    for (const std::string& part : parts)
        all.push_back({name + "/" + part, openCoderPart(path, part)});
    return all;
}

std::vector<fs::path> dictionariesBeside(const fs::path& model)
{
    std::vector<fs::path> all;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(shelfOf(model), error))
        if (entry.path().extension() != ".json")
            all.push_back(entry.path());
    std::ranges::sort(all);
    return all;
}

KnownLabels labelsBeside(const fs::path& model)
{
    KnownLabels labels;
    std::ifstream file(shelfOf(model) / "labels.json");
    const auto document = nlohmann::json::parse(file, nullptr, false);
    const auto matches = document.is_object() ? document.find("matches") : document.end();
    if (matches == document.end() || !matches->is_array())
        return labels;
    for (const auto& match : *matches) {
        if (!match.is_object())
            continue;
        const auto field = [&](const char* key) { return match.value(key, nlohmann::json()); };
        if (field("dictionary").is_string() && field("label").is_string()
            && field("latent").is_number_unsigned())
            labels.try_emplace(
                {field("dictionary").get<std::string>(), field("latent").get<std::uint32_t>()},
                field("label").get<std::string>());
    }
    return labels;
}

} // namespace microtome
