#include "core/text/bpe.h"
#include "core/text/clip.h"
#include "core/text/fields.h"
#include "core/text/loaders.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace microtome::text {

namespace {

using Pair = std::pair<std::string, std::string>;

/// Two spellings a line, in order of rank, below a line with the version.
std::vector<Pair> readMerges(const std::filesystem::path& path, TokenizerFiles& files)
{
    const std::string text = files.read(path);
    std::vector<Pair> pairs;
    for (std::size_t begin = 0, end = 0, number = 1; begin < text.size();
         begin = end + 1, ++number) {
        end = std::min(text.find('\n', begin), text.size());
        std::string_view line = std::string_view(text).substr(begin, end - begin);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with("#version"))
            continue;
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
            throw Error("Line " + std::to_string(number) + " of “" + path.string()
                + "” is not two spellings with a space between them; the file is damaged.");
        pairs.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return pairs;
}

/// `added_tokens.json`: an object of contents and ids.
void readAddedIds(
    const std::filesystem::path& path, TokenizerFiles& files, std::vector<AddedToken>& tokens)
{
    if (!std::filesystem::exists(path))
        return;
    const nlohmann::json json = files.readJson(path);
    const Fields file(json, "“" + path.string() + "”");
    if (!file.isObject())
        file.refuse("is not an object of tokens and ids");
    for (const auto& [content, id] : json.items()) {
        AddedToken token;
        token.content = content;
        token.id = std::int32_t(
            Fields(id, "The id of the added token “" + clip(content) + "”").whole(0, largestId));
        tokens.push_back(std::move(token));
    }
}

void readSpecialTokens(
    const std::filesystem::path& path, TokenizerFiles& files, TokenizerConfig& config)
{
    if (!std::filesystem::exists(path))
        return;
    const nlohmann::json json = files.readJson(path);
    const Fields file(json, "“" + path.string() + "”");
    if (!file.isObject())
        file.refuse("is not an object");
    const auto take = [&](const char* key, std::string& content) {
        if (content.empty())
            content = readTokenContent(file, key);
    };
    take("bos_token", config.bos);
    take("eos_token", config.eos);
    take("unk_token", config.unknown);
}

/// Makes the token special, as the library does with its BOS, EOS and unknown tokens.
void addSpecial(
    const std::string& content, const Vocabulary& vocabulary, std::vector<AddedToken>& tokens)
{
    const auto same = [&](const AddedToken& token) { return token.content == content; };
    const auto found = std::find_if(tokens.begin(), tokens.end(), same);
    if (found != tokens.end()) {
        found->special = true;
        return;
    }
    AddedToken token;
    token.content = content;
    token.id = vocabulary.find(content);
    token.special = true;
    token.normalized = false;
    if (token.id != noId)
        tokens.push_back(std::move(token));
}

} // namespace

Parts loadGpt2Files(const std::filesystem::path& folder, TokenizerFiles& files)
{
    const std::vector<Pair> pairs = readMerges(folder / "merges.txt", files);
    const nlohmann::json vocabulary = files.readJson(folder / "vocab.json");
    Parts parts;
    parts.model = std::make_unique<Bpe>(
        readVocabulary(Fields(vocabulary, "“" + (folder / "vocab.json").string() + "”")), pairs,
        Bpe::Settings());

    TokenizerConfig config = readTokenizerConfig(folder, files).value_or(TokenizerConfig());
    readSpecialTokens(folder / "special_tokens_map.json", files, config);
    std::vector<AddedToken> added = config.added;
    readAddedIds(folder / "added_tokens.json", files, added);
    for (std::string* content : {&config.bos, &config.eos, &config.unknown}) {
        if (content->empty())
            *content = "<|endoftext|>"; // GPT-2's own, when nothing is said
        addSpecial(*content, parts.model->vocabulary(), added);
    }
    parts.added = AddedTokens(std::move(added), nullptr);
    if (parts.model->vocabulary().size() == 0)
        throw Error("“" + (folder / "vocab.json").string() + "” is empty; get the file again.");

    parts.preTokenizer = byteLevelPreTokenizer(config.addPrefixSpace, true);
    parts.decoder = byteLevelDecoder();
    // GPT-2's fast tokenizer puts the BOS first only when add_bos_token says so.
    if (config.addBos.value_or(false)) {
        std::int32_t bos = parts.added.idOf(config.bos);
        if (bos == noId)
            throw Error("The tokenizer in “" + folder.string() + "” wants “" + clip(config.bos)
                + "” first, which is not in its vocabulary; the files do not belong together.");
        parts.postProcessor = surround({bos}, {});
    }
    parts.hash = files.hash();
    return parts;
}

} // namespace microtome::text
