#include "data/world/tokenizer.h"

#include "data/world/lexicon.h"

#include <nlohmann/json.hpp>

namespace microtome::world {

namespace {

using Json = nlohmann::ordered_json;

const char* const space = "\xe2\x96\x81"; // ▁

Json special(int id, const char* content)
{
    return {{"id", id}, {"content", content}, {"single_word", false}, {"lstrip", false},
        {"rstrip", false}, {"normalized", false}, {"special", true}};
}

Json metaspace()
{
    return {{"type", "Metaspace"}, {"replacement", space}, {"prepend_scheme", "always"},
        {"split", true}};
}

} // namespace

std::vector<std::string> vocabulary()
{
    std::vector<std::string> tokens = {"<|endoftext|>", "<unk>"};
    for (int n = 0; n < 100; ++n)
        tokens.push_back((n < 10 ? "0" : "") + std::to_string(n));
    for (const auto& [text, word] : lexicon().words)
        tokens.push_back(word.part == "mark" ? text : space + text);
    return tokens;
}

std::string tokenizerFile()
{
    Json vocab;
    int id = 0;
    for (const std::string& token : vocabulary())
        vocab[token] = id++;
    const Json bos = {{"SpecialToken", {{"id", "<|endoftext|>"}, {"type_id", 0}}}};
    const auto sequence = [](const char* name) {
        return Json{{"Sequence", {{"id", name}, {"type_id", 0}}}};
    };
    const Json file = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr},
        {"added_tokens", {special(0, "<|endoftext|>"), special(1, "<unk>")}},
        {"normalizer", nullptr},
        {"pre_tokenizer",
            {{"type", "Sequence"},
                {"pretokenizers",
                    {metaspace(),
                        {{"type", "Split"},
                            {"pattern", {{"Regex", std::string(space) + "?[0-9][0-9]|[.,:?]|'s"}}},
                            {"behavior", "Isolated"}, {"invert", false}}}}}},
        {"post_processor",
            {{"type", "TemplateProcessing"}, {"single", {bos, sequence("A")}},
                {"pair", {bos, sequence("A"), sequence("B")}},
                {"special_tokens",
                    {{"<|endoftext|>",
                        {{"id", "<|endoftext|>"}, {"ids", {0}}, {"tokens", {"<|endoftext|>"}}}}}}}},
        {"decoder", metaspace()},
        {"model", {{"type", "WordLevel"}, {"vocab", vocab}, {"unk_token", "<unk>"}}}};
    return file.dump(1) + "\n";
}

} // namespace microtome::world
