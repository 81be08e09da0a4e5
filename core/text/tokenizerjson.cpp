#include "core/text/fields.h"
#include "core/text/loaders.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace microtome::text {

namespace {

/// Ids are taken from the vocabulary where it has the token (as Hugging Face does), else from
/// the list.
std::vector<AddedToken> readAddedTokens(const Fields& file, const Vocabulary& vocabulary)
{
    std::vector<AddedToken> tokens;
    if (!file.has("added_tokens"))
        return tokens;
    for (const Fields& element : file.list("added_tokens")) {
        const auto id = std::int32_t(element.whole("id", 0, largestId));
        AddedToken token = readAddedToken(element, id);
        const std::int32_t known = vocabulary.find(token.content);
        token.id = known != noId ? known : id;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

/// The classes whose fast tokenizers write their post-processor anew from add_bos_token (true
/// unless said otherwise) and add_eos_token; all others go by tokenizer.json alone.
bool goesByConfig(std::string_view tokenizerClass)
{
    constexpr std::array names{"LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer",
        "CodeLlamaTokenizerFast", "GemmaTokenizer", "GemmaTokenizerFast"};
    return std::find(names.begin(), names.end(), tokenizerClass) != names.end();
}

void applyConfig(const TokenizerConfig& config, Parts& parts)
{
    const auto idOf = [&](const std::string& content) {
        const std::int32_t id = parts.added.idOf(content);
        return id != noId ? id : parts.model->vocabulary().find(content);
    };
    std::vector<std::int32_t> before;
    std::vector<std::int32_t> behind;
    if (config.addBos.value_or(true))
        before.push_back(idOf(config.bos.empty() ? "<s>" : config.bos));
    if (config.addEos.value_or(false))
        behind.push_back(idOf(config.eos.empty() ? "</s>" : config.eos));
    const auto unknown = [](std::int32_t id) { return id == noId; };
    if (std::none_of(before.begin(), before.end(), unknown)
        && std::none_of(behind.begin(), behind.end(), unknown))
        parts.postProcessor = surround(std::move(before), std::move(behind));
}

} // namespace

Parts loadTokenizerJson(const std::filesystem::path& path, TokenizerFiles& files)
{
    const nlohmann::json json = files.readJson(path);
    const Fields file(json, "“" + path.string() + "”");
    if (!file.isObject() || !file.has("model"))
        file.refuse("has no tokenizer model; it is not a tokenizer.json");
    Parts parts;
    parts.model = readModel(file.at("model"));
    if (file.has("normalizer"))
        parts.normalizer = readNormalizer(file.at("normalizer"));
    if (file.has("pre_tokenizer"))
        parts.preTokenizer = readPreTokenizer(file.at("pre_tokenizer"));
    if (file.has("decoder"))
        parts.decoder = readDecoder(file.at("decoder"));
    parts.added
        = AddedTokens(readAddedTokens(file, parts.model->vocabulary()), parts.normalizer.get());
    const std::size_t size = std::max(parts.model->vocabulary().size(), parts.added.size());
    if (size == 0)
        file.refuse("has an empty vocabulary");
    if (file.has("post_processor"))
        parts.postProcessor = readPostProcessor(file.at("post_processor"), size);

    TokenizerFiles withConfig = files;
    const auto config = readTokenizerConfig(path.parent_path(), withConfig);
    if (config && goesByConfig(config->tokenizerClass)) {
        applyConfig(*config, parts);
        files = withConfig;
    }
    parts.hash = files.hash();
    return parts;
}

} // namespace microtome::text
