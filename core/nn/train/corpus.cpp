#include "core/nn/train/corpus.h"

#include "core/work/error.h"
#include "core/work/mappedfile.h"
#include "core/work/sha256.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace microtome::nn {

namespace {

/// Takes documents out of a text and encodes them.
class Reader {
public:
    Reader(const std::filesystem::path& path, const Tokenizer* tokenizer, std::int64_t vocabulary)
        : m_path(path)
        , m_tokenizer(tokenizer)
        , m_vocabulary(vocabulary)
        , m_corpus(vocabulary)
    {
    }

    Corpus& corpus() { return m_corpus; }

    void text(std::string_view words)
    {
        if (words.empty())
            return;
        if (!m_tokenizer)
            throw Error("There is no tokenizer to read " + m_path.string()
                + "; name one in model.tokenizer, or give a .jsonl file with {\"ids\": [...]}.");
        ids(m_tokenizer->encode(words, true).ids);
    }

    void json(std::string_view line, std::size_t number)
    {
        const auto form = nlohmann::json::parse(line, nullptr, false);
        const auto place = "Line " + std::to_string(number) + " of " + m_path.string();
        if (!form.is_object() || !(form.contains("text") || form.contains("ids")))
            throw Error(place + " is not {\"text\": ...} or {\"ids\": [...]}.");
        if (form.contains("text")) {
            if (!form["text"].is_string())
                throw Error(place + " has a text that is none.");
            text(form["text"].get<std::string>());
            return;
        }
        std::vector<TokenId> list;
        for (const auto& id : form["ids"]) {
            if (!id.is_number_integer() || id.get<double>() < 0 || id.get<double>() > 1e9)
                throw Error(place + " holds something that is not a token id.");
            list.push_back(id.get<TokenId>());
        }
        ids(list);
    }

private:
    void ids(const std::vector<TokenId>& document)
    {
        for (const TokenId id : document)
            if (id < 0 || id >= m_vocabulary)
                throw Error("Token id " + std::to_string(id) + " of " + m_path.string()
                    + " is not in the model's vocabulary of " + std::to_string(m_vocabulary) + ".");
        if (!document.empty())
            m_corpus.add(document);
    }

    const std::filesystem::path& m_path;
    const Tokenizer* m_tokenizer;
    std::int64_t m_vocabulary;
    Corpus m_corpus;
};

bool isBlank(std::string_view line)
{
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view withoutEnd(std::string_view text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

} // namespace

void Corpus::add(const std::vector<TokenId>& document)
{
    for (const TokenId id : document)
        if (m_narrow)
            m_short.push_back(static_cast<std::uint16_t>(id));
        else
            m_long.push_back(static_cast<std::uint32_t>(id));
    m_starts.push_back(m_starts.back() + document.size());
}

std::string Corpus::hash() const
{
    Sha256 sha;
    sha.add(std::as_bytes(std::span(m_short)));
    sha.add(std::as_bytes(std::span(m_long)));
    sha.add(std::as_bytes(std::span(m_starts)));
    return sha.hex();
}

Corpus readCorpus(const std::filesystem::path& path, Recipe::Documents kind,
    const Tokenizer* tokenizer, std::int64_t vocabulary, std::size_t limit)
{
    const MappedFile file(path);
    const std::string_view all(
        reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
    Reader reader(path, tokenizer, vocabulary);
    const Corpus& corpus = reader.corpus();
    const auto full = [&] { return limit > 0 && corpus.documents() >= limit; };
    const bool json = path.extension() == ".jsonl";
    if (kind == Recipe::Documents::File && !json) {
        reader.text(withoutEnd(all));
    } else {
        const bool byLine = json || kind == Recipe::Documents::Lines;
        std::size_t begin = 0; // of the document
        std::size_t number = 0;
        for (std::size_t at = 0; at < all.size() && !full();) {
            const std::size_t end = std::min(all.find('\n', at), all.size());
            const std::string_view line = withoutEnd(all.substr(at, end - at));
            ++number;
            if (json) {
                if (!isBlank(line))
                    reader.json(line, number);
            } else if (byLine) {
                reader.text(line);
            } else if (isBlank(line)) {
                reader.text(withoutEnd(all.substr(begin, at - begin)));
                begin = end + 1;
            }
            at = end + 1;
        }
        if (!byLine && !full() && begin < all.size())
            reader.text(withoutEnd(all.substr(begin)));
    }
    if (corpus.documents() == 0)
        throw Error("There is no text in " + path.string() + ".");
    return std::move(reader.corpus());
}

} // namespace microtome::nn
