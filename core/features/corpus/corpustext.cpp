#include "core/features/corpus/corpustext.h"

#include "core/features/corpus/corpuswriter.h"
#include "core/work/error.h"

#include <fstream>

namespace microtome {

namespace {

constexpr std::size_t longestDocument = 64 << 20; // bytes

/// The documents of a file, one after the other.
class Reader {
public:
    Reader(const std::filesystem::path& path, Documents documents)
        : m_file(path, std::ios::binary)
        , m_name(path.filename().string())
        , m_documents(documents)
    {
        if (!m_file)
            throw Error("Cannot read " + path.string() + ".");
    }

    /// False at the end.
    bool next(std::string& document)
    {
        document.clear();
        std::string line;
        while (std::getline(m_file, line)) {
            m_read += line.size() + 1;
            if (line.ends_with('\r'))
                line.pop_back();
            if (m_documents == Documents::Lines) {
                document = std::move(line);
                checkLength(document);
                return true;
            }
            if (m_documents == Documents::Paragraphs && line.empty()) {
                if (document.empty())
                    continue;
                return true;
            }
            document += (document.empty() ? "" : "\n") + line;
            checkLength(document);
        }
        return !document.empty();
    }

    double read() const { return static_cast<double>(m_read); }

private:
    void checkLength(const std::string& document) const
    {
        if (document.size() > longestDocument)
            throw Error("A document of " + m_name
                + " is longer than 64 MB; divide it by blank lines or lines.");
    }

    std::ifstream m_file;
    std::string m_name;
    Documents m_documents;
    std::uint64_t m_read = 0;
};

} // namespace

void writeCorpusFromText(const std::filesystem::path& text, const Tokenizer& tokenizer,
    const std::string& tokenizerHash, std::uint32_t vocabulary, const std::filesystem::path& corpus,
    const CorpusTextSettings& settings, const Progress& progress)
{
    Reader reader(text, settings.documents);
    std::error_code error;
    const auto bytes = static_cast<double>(std::filesystem::file_size(text, error));
    CorpusWriter writer(corpus, tokenizerHash, vocabulary);
    std::string document;
    std::uint64_t tokens = 0;
    while (tokens < settings.mostTokens && reader.next(document)) {
        progress.step(bytes > 0 ? std::min(reader.read() / bytes, 1.0) : 0, "Tokenizing");
        if (document.empty())
            continue;
        const Prompt prompt = encodePrompt(tokenizer, settings.bos, document);
        if (prompt.ids.empty())
            continue;
        writer.add({reinterpret_cast<const std::uint32_t*>(prompt.ids.data()), prompt.ids.size()});
        tokens += prompt.ids.size();
    }
    if (tokens == 0)
        throw Error("There is no text in " + text.filename().string() + ".");
    writer.finish();
}

} // namespace microtome
