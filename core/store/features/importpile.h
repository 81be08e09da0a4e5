#pragma once

#include "core/features/corpus/corpuswriter.h"
#include "core/features/import/imported.h"
#include "core/features/import/tokenids.h"
#include "core/features/index/firing.h"
#include "core/store/features/columns.h"
#include "core/store/features/importreport.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace microtome {

/// Files that go again unless they are to be kept.
class NewFiles {
public:
    NewFiles() = default;
    ~NewFiles();
    NewFiles(const NewFiles&) = delete;
    NewFiles& operator=(const NewFiles&) = delete;

    /// A folder is made, and goes if nothing else is in it.
    void makeFolder(const std::filesystem::path&);
    std::filesystem::path add(std::filesystem::path);
    void keep() { m_kept = true; }

private:
    std::filesystem::path m_folder; ///< that was not there before
    std::vector<std::filesystem::path> m_files;
    bool m_kept = false;
};

/// One feature as it waits to be stored; NaN and empty where nothing was said.
struct PiledFeature {
    std::uint32_t latent = 0;
    float density = 0, max = 0, x = 0, y = 0;
    std::int32_t cluster = -1;
    std::vector<Ranked> promoted = {}, suppressed = {}, nearest = {}, correlated = {};
    LogitHistogram logits = {};
};

/// What the files say of one source, as it waits to be stored. Windows wait on the disk: their
/// tokens in a corpus, their values in a file of firings. Memory: about 1 KB for each feature, 2 KB
/// for each latent with windows, and all explanations.
class ImportPile {
public:
    /// `stem`: what the names of its files begin with.
    ImportPile(std::string name, const std::filesystem::path& stem, NewFiles&, const TokenIds*,
        const Tokenizer*, std::uint32_t vocabulary);
    ~ImportPile();
    ImportPile(const ImportPile&) = delete;
    ImportPile& operator=(const ImportPile&) = delete;

    void add(const ImportedAbout&);
    void add(ImportedFeature&&);
    void add(std::uint32_t latent, const ImportedWindow&);
    void add(ImportedLabel&&);
    void add(std::uint32_t latent, ImportedScore&&);

    /// Ends the corpus; none where no window's tokens could be told.
    std::optional<std::filesystem::path> finishCorpus();

    /// All firings in the order of tokens, in pieces; `end` is behind the last one's token.
    void eachPiece(const std::function<void(std::span<const Firing>, std::uint64_t end)>&) const;

    /// The strongest windows of a latent as text; empty: none.
    std::string context(std::uint32_t latent) const;

    ImportedSource counts; ///< name, features, windows ...
    ImportedAbout about;
    std::vector<PiledFeature> features;
    std::vector<ImportedLabel> labels;
    std::unordered_map<std::uint32_t, std::vector<ImportedScore>> scores; ///< of labels elsewhere
    std::unordered_map<std::uint32_t, float> largest; ///< in the windows of a latent
    std::uint64_t end = 0; ///< one more than the largest index
    std::uint64_t again = 0; ///< features that were said twice
    std::unordered_set<std::uint32_t> named; ///< latents of which anything is said

private:
    struct Context {
        float strength = 0;
        std::string text;
    };

    void name(std::uint32_t latent);
    std::vector<Ranked> ranked(const ImportedFeature::Texts&);
    std::vector<Ranked> ranked(const ImportedFeature::Latents&);
    void remember(std::uint32_t latent, const ImportedWindow&, std::size_t peak,
        const std::optional<std::vector<std::uint32_t>>& ids);

    std::filesystem::path m_stem;
    NewFiles& m_files;
    const TokenIds* m_ids;
    const Tokenizer* m_tokenizer;
    std::uint32_t m_vocabulary;
    std::unique_ptr<CorpusWriter> m_corpus;
    std::filesystem::path m_firingsPath;
    mutable std::fstream m_firings;
    std::unordered_set<std::uint32_t> m_features; ///< said already
    std::unordered_map<std::uint32_t, std::vector<Context>> m_contexts;
    std::uint32_t m_latent = 0; ///< of the last window
    std::unordered_set<std::string> m_said; ///< hashes of its windows
};

} // namespace microtome
