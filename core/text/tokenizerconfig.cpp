#include "core/text/fields.h"
#include "core/text/loaders.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace microtome::text {

std::string readTokenContent(const Fields& file, const char* key)
{
    if (!file.has(key))
        return {};
    return file.at(key).isText() ? file.shortText(key) : file.at(key).shortText("content");
}

std::optional<TokenizerConfig> readTokenizerConfig(
    const std::filesystem::path& folder, TokenizerFiles& files)
{
    const std::filesystem::path path = folder / "tokenizer_config.json";
    if (!std::filesystem::exists(path))
        return {};
    const nlohmann::json json = files.readJson(path);
    const Fields file(json, "“" + path.string() + "”");
    if (!file.isObject())
        file.refuse("is not an object");
    TokenizerConfig config;
    config.tokenizerClass = file.text("tokenizer_class", "");
    if (file.has("add_bos_token"))
        config.addBos = file.flag("add_bos_token");
    if (file.has("add_eos_token"))
        config.addEos = file.flag("add_eos_token");
    config.addPrefixSpace = file.flag("add_prefix_space", false);
    config.bos = readTokenContent(file, "bos_token");
    config.eos = readTokenContent(file, "eos_token");
    config.unknown = readTokenContent(file, "unk_token");
    if (!file.has("added_tokens_decoder"))
        return config;
    const Fields added = file.at("added_tokens_decoder");
    if (!added.isObject())
        added.refuse("is not an object of ids and tokens");
    for (const auto& [key, value] : added.json().items()) {
        std::int32_t id = noId;
        const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), id);
        if (code != std::errc() || end != key.data() + key.size() || id < 0 || id > largestId)
            added.refuse("has a key that is not an id");
        config.added.push_back(readAddedToken(Fields(value, "The added token " + key), id));
    }
    return config;
}

} // namespace microtome::text
