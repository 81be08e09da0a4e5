#include "core/features/corpus/labelledtext.h"

#include "core/features/corpus/corpuswriter.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace microtome {

namespace {

using nlohmann::json;
using Span = Encoding::Span;

constexpr std::size_t longestLine = 16 << 20; // bytes

[[noreturn]] void refuse(std::size_t line, const std::string& why)
{
    throw Error("Line " + std::to_string(line) + " of the labelled text " + why + ".");
}

/// The bytes of the text that each of its own tokens stands for.
std::vector<Span> spansOf(const json& tokens, const std::string& text, std::size_t line)
{
    std::vector<Span> spans;
    std::size_t from = 0;
    for (const json& token : tokens) {
        const auto word = token.get<std::string>();
        const std::size_t at = text.find(word, from);
        if (at == std::string::npos)
            refuse(line, "has the token \"" + word.substr(0, 40) + "\", which is not in its text");
        from = at + word.size();
        spans.push_back({at, from});
    }
    return spans;
}

bool overlap(const Span& a, const Span& b)
{
    return a.begin < b.end && b.begin < a.end;
}

/// Adds the labels of one document, whose tokens begin at `first` in the corpus.
void label(const json& document, const Prompt& prompt, std::uint64_t first, std::size_t line,
    LabelledTokens& labelled)
{
    const auto text = document.at("text").get<std::string>();
    const std::vector<Span> spans = spansOf(document.at("tokens"), text, line);
    std::vector<std::vector<std::size_t>> ours(spans.size());
    std::size_t from = 0; // spans before it end before the token
    for (std::size_t t = 0; t < prompt.offsets.size(); ++t) {
        while (from < spans.size() && spans[from].end <= prompt.offsets[t].begin)
            ++from;
        for (std::size_t s = from; s < spans.size() && overlap(spans[s], prompt.offsets[t]); ++s)
            ours[s].push_back(t);
    }
    for (const auto& [column, values] : document.at("labels").items())
        for (const auto& [value, indices] : values.items()) {
            auto& tokens = labelled[column + ":" + value];
            for (const json& index : indices) {
                const auto i = index.get<std::size_t>();
                if (i >= ours.size())
                    refuse(line, "labels a token that it does not have");
                for (const std::size_t t : ours[i]) {
                    const auto token = static_cast<std::uint32_t>(first + t);
                    if (tokens.empty() || tokens.back() < token)
                        tokens.push_back(token);
                }
            }
        }
}

} // namespace

LabelledTokens writeLabelledCorpus(const std::filesystem::path& text, const Tokenizer& tokenizer,
    const std::string& tokenizerHash, std::uint32_t vocabulary, const std::filesystem::path& corpus,
    const CorpusTextSettings& settings, const Progress& progress)
{
    std::ifstream file(text, std::ios::binary);
    if (!file)
        throw Error("Cannot read " + text.string() + ".");
    CorpusWriter writer(corpus, tokenizerHash, vocabulary);
    LabelledTokens labelled;
    std::uint64_t tokens = 0;
    std::string line;
    for (std::size_t number = 1; tokens < settings.mostTokens && std::getline(file, line);
         ++number) {
        progress.check();
        if (line.empty())
            continue;
        if (line.size() > longestLine)
            refuse(number, "is longer than 16 MB");
        try {
            const json document = json::parse(line);
            const Prompt prompt
                = encodePrompt(tokenizer, settings.bos, document.at("text").get<std::string>());
            label(document, prompt, tokens, number, labelled);
            writer.add(
                {reinterpret_cast<const std::uint32_t*>(prompt.ids.data()), prompt.ids.size()});
            tokens += prompt.ids.size();
        } catch (const json::exception&) {
            refuse(number, "is not {\"text\", \"tokens\", \"labels\"}");
        }
    }
    if (tokens == 0)
        throw Error("There is no text in " + text.filename().string() + ".");
    writer.finish();
    return labelled;
}

} // namespace microtome
