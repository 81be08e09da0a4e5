#include "core/features/import/importfiles.h"

#include "core/features/import/delphi.h"
#include "core/features/import/neuronpedia.h"
#include "core/features/import/records.h"
#include "core/features/import/saedashboard.h"
#include "core/features/load/unreadable.h"
#include "core/work/sha256.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::size_t mostFiles = std::size_t{1} << 20;

/// Tensors of caches and dictionaries lie beside results; they are other readers' matter.
bool holdsText(const fs::path& path)
{
    constexpr std::array<std::string_view, 8> others{
        ".safetensors", ".pt", ".npz", ".npy", ".bin", ".png", ".pdf", ".html"};
    const std::string end = path.extension().string();
    return std::ranges::find(others, end) == others.end();
}

/// Whether its first character could be one of JSON.
bool beginsLikeJson(ImportStream& stream)
{
    int next = stream.sgetc();
    while (next == ' ' || next == '\n' || next == '\r' || next == '\t')
        next = stream.snextc();
    return next == '{' || next == '[' || next == '"';
}

/// Reads one file record by record.
class FileReader {
public:
    FileReader(const fs::path& path, ImportSink& sink, LeftOut& leftOut)
        : m_sink(sink)
        , m_leftOut(leftOut)
        , m_delphi(path)
    {
    }

    void add(const json& record, const json& around)
    {
        if (saedashboard::isFeature(record)) {
            m_format = "SAEDashboard";
            saedashboard::read(record, around, m_sink, m_leftOut);
        } else if (neuronpedia::isRow(record) || neuronpedia::isDescription(record)) {
            m_format = "Neuronpedia";
            neuronpedia::read(record, m_sink, m_leftOut);
        } else if (DelphiFile::isExplanation(record) || DelphiFile::isJudged(record)) {
            m_format = "delphi";
            m_delphi.add(record, m_leftOut);
        } else if (!m_format.empty()) {
            throw Unreadable(
                "has a record of another kind among those of " + m_format + "; it is damaged");
        }
    }

    /// Empty where nothing was known.
    const std::string& finish()
    {
        if (m_format == "delphi")
            m_delphi.finish(m_sink, m_leftOut);
        return m_format;
    }

private:
    ImportSink& m_sink;
    LeftOut& m_leftOut;
    DelphiFile m_delphi;
    std::string m_format;
};

} // namespace

std::vector<fs::path> filesToImport(const fs::path& from)
{
    std::error_code error;
    if (fs::is_regular_file(from, error))
        return {from};
    if (!fs::is_directory(from, error))
        throw Error("There is nothing at " + from.string() + "; name a file or a folder.");
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator at(from, error), end; !error && at != end;
         at.increment(error)) {
        if (!at->is_regular_file(error) || !holdsText(at->path()))
            continue;
        files.push_back(at->path());
        if (files.size() > mostFiles)
            throw Error("There are more than " + std::to_string(mostFiles) + " files in "
                + from.string() + "; name the folder of one export.");
    }
    if (error)
        throw Error("Cannot read " + from.string() + ": " + error.message() + ".");
    std::ranges::sort(files);
    return files;
}

std::string contentHash(
    const fs::path& root, const std::vector<fs::path>& files, const Progress& progress)
{
    Sha256 hash;
    std::vector<char> piece(1 << 20);
    for (std::size_t i = 0; i < files.size(); ++i) {
        progress.step(
            static_cast<double>(i) / static_cast<double>(files.size()), "Looking at files");
        hash.add(
            (files[i] == root ? files[i].filename() : files[i].lexically_relative(root)).string()
            + '\n');
        std::ifstream file(files[i], std::ios::binary);
        while (file) {
            progress.check();
            file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
            hash.add(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
        }
    }
    return hash.hex();
}

ImportedFiles readImported(
    const std::vector<fs::path>& files, ImportSink& sink, const Progress& progress)
{
    ImportedFiles result;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name = files[i].filename().string();
        try {
            ImportStream stream(files[i]);
            FileReader reader(files[i], sink, result.leftOut);
            if (!beginsLikeJson(stream)) {
                result.skipped.push_back(name);
                continue;
            }
            eachRecord(stream, [&](const json& record, const json& around) {
                progress.step((static_cast<double>(i) + stream.fraction())
                        / static_cast<double>(files.size()),
                    "Reading " + name);
                reader.add(record, around);
            });
            const std::string& format = reader.finish();
            if (format.empty()) {
                result.skipped.push_back(name);
                continue;
            }
            ++result.read;
            if (std::ranges::find(result.formats, format) == result.formats.end())
                result.formats.push_back(format);
        } catch (const Unreadable& unreadable) {
            throw Error(files[i].string() + " " + unreadable.what() + ".");
        }
    }
    return result;
}

} // namespace microtome
