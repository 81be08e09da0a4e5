#include "core/store/features/importpile.h"

#include "core/text/unicode.h"
#include "core/work/error.h"
#include "core/work/sha256.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t contexts = 5; // of a latent
constexpr std::size_t before = 12; // tokens of a context
constexpr std::size_t behind = 4;
constexpr std::size_t longestText = 512; // bytes of a context
constexpr std::size_t mostRanked = 64;
constexpr std::size_t piece = 1 << 20; // firings

float orNothing(const std::optional<double>& value)
{
    return value ? static_cast<float>(*value) : nothing;
}

std::string hashOf(const ImportedWindow& window)
{
    Sha256 hash;
    for (const std::string& token : window.tokens)
        hash.add(token + '\0');
    hash.add(std::as_bytes(std::span(window.values)));
    return hash.hex();
}

[[noreturn]] void cannotWrite(const fs::path& path)
{
    throw Error("Cannot write " + path.string() + "; make room on the disk and import again.");
}

} // namespace

NewFiles::~NewFiles()
{
    std::error_code error;
    if (!m_kept)
        for (const fs::path& file : m_files)
            fs::remove_all(file, error);
    if (!m_folder.empty())
        fs::remove(m_folder, error); // if it is empty
}

void NewFiles::makeFolder(const fs::path& folder)
{
    std::error_code error;
    if (fs::create_directory(folder, error))
        m_folder = folder;
    else if (error)
        throw Error("Cannot write " + folder.string() + ": " + error.message() + ".");
}

fs::path NewFiles::add(fs::path file)
{
    m_files.push_back(file);
    return file;
}

ImportPile::ImportPile(std::string name, const fs::path& stem, NewFiles& files, const TokenIds* ids,
    const Tokenizer* tokenizer, std::uint32_t vocabulary)
    : m_stem(stem)
    , m_files(files)
    , m_ids(ids)
    , m_tokenizer(tokenizer)
    , m_vocabulary(vocabulary)
{
    counts.name = std::move(name);
}

ImportPile::~ImportPile()
{
    if (m_firingsPath.empty())
        return;
    std::error_code error;
    fs::remove(m_firingsPath, error);
}

void ImportPile::name(std::uint32_t latent)
{
    named.insert(latent);
    end = std::max<std::uint64_t>(end, std::uint64_t{latent} + 1);
}

void ImportPile::add(const ImportedAbout& said)
{
    if (about.hook.empty())
        about.hook = said.hook;
    if (about.dataset.empty())
        about.dataset = said.dataset;
    about.prompts = std::max(about.prompts, said.prompts);
    about.context = std::max(about.context, said.context);
}

std::vector<Ranked> ImportPile::ranked(const ImportedFeature::Texts& tokens)
{
    std::vector<Ranked> all;
    for (const auto& [text, logit] : tokens) {
        const auto id = m_ids ? m_ids->of(text) : std::nullopt;
        if (id && *id < m_vocabulary && all.size() < mostRanked)
            all.push_back({*id, logit});
        else
            ++counts.unknownLogits;
    }
    return all;
}

std::vector<Ranked> ImportPile::ranked(const ImportedFeature::Latents& latents)
{
    std::vector<Ranked> all;
    for (const auto& [latent, value] : latents) {
        end = std::max<std::uint64_t>(end, std::uint64_t{latent} + 1);
        if (all.size() < mostRanked)
            all.push_back({latent, value});
    }
    std::ranges::stable_sort(all, std::ranges::greater(), &Ranked::value);
    return all;
}

void ImportPile::add(ImportedFeature&& feature)
{
    name(feature.latent);
    if (!m_features.insert(feature.latent).second) {
        ++again;
        return;
    }
    PiledFeature piled{.latent = feature.latent,
        .density = orNothing(feature.density),
        .max = orNothing(feature.max),
        .x = orNothing(feature.x),
        .y = orNothing(feature.y)};
    if (feature.cluster && *feature.cluster >= 0 && *feature.cluster < 0x1p31)
        piled.cluster = static_cast<std::int32_t>(*feature.cluster);
    piled.promoted = ranked(feature.promoted);
    piled.suppressed = ranked(feature.suppressed);
    piled.nearest = ranked(feature.nearest);
    piled.correlated = ranked(feature.correlated);
    piled.logits = {feature.logitsFrom, feature.logitsTo, std::move(feature.logitCounts)};
    features.push_back(std::move(piled));
    ++counts.features;
    for (const ImportedWindow& window : feature.windows)
        add(feature.latent, window);
}

void ImportPile::add(std::uint32_t latent, const ImportedWindow& window)
{
    name(latent);
    if (window.tokens.empty())
        return;
    if (latent != m_latent)
        m_said.clear();
    m_latent = latent;
    if (!m_said.insert(hashOf(window)).second) {
        ++counts.sameWindows;
        return;
    }
    const auto peak
        = static_cast<std::size_t>(std::ranges::max_element(window.values, [](float a, float b) {
              return std::abs(a) < std::abs(b);
          }) - window.values.begin());
    if (window.values[peak] != 0) {
        const float most = std::ranges::max(window.values);
        const auto at = largest.emplace(latent, most).first;
        at->second = std::max(at->second, most);
    }
    auto ids = m_ids ? m_ids->of(window.tokens) : std::nullopt;
    if (ids && std::ranges::any_of(*ids, [&](std::uint32_t id) { return id >= m_vocabulary; }))
        ids.reset();
    if (window.values[peak] != 0)
        remember(latent, window, peak, ids);
    if (!ids) {
        ++counts.textWindows;
        return;
    }
    if (!m_corpus) {
        const fs::path path = m_files.add(m_stem.string() + ".corpus");
        m_corpus = std::make_unique<CorpusWriter>(path, sha256(m_tokenizer->hash()), m_vocabulary);
        m_firingsPath = m_files.add(m_stem.string() + ".firings");
        m_firings.open(
            m_firingsPath, std::ios::in | std::ios::out | std::ios::trunc | std::ios::binary);
        if (!m_firings)
            cannotWrite(m_firingsPath);
    }
    m_corpus->add(*ids);
    for (std::size_t i = 0; i < window.values.size(); ++i) {
        if (window.values[i] == 0)
            continue;
        const Firing firing{
            static_cast<std::uint32_t>(counts.tokens + i), latent, window.values[i]};
        m_firings.write(reinterpret_cast<const char*>(&firing), sizeof firing);
    }
    if (!m_firings)
        cannotWrite(m_firingsPath);
    counts.tokens += ids->size();
    ++counts.windows;
}

void ImportPile::remember(std::uint32_t latent, const ImportedWindow& window, std::size_t peak,
    const std::optional<std::vector<std::uint32_t>>& ids)
{
    std::vector<Context>& kept = m_contexts[latent];
    const float strength = std::abs(window.values[peak]);
    if (kept.size() == contexts && kept.back().strength >= strength)
        return;
    std::string text;
    const std::size_t first = peak - std::min(peak, before);
    const std::size_t last = std::min(window.tokens.size(), peak + behind + 1);
    for (std::size_t i = first; i < last && text.size() < longestText; ++i)
        text += ids ? m_tokenizer->bytes(static_cast<std::int32_t>((*ids)[i])) : window.tokens[i];
    if (!ids)
        for (const std::string_view sign : {"Ġ", "▁"})
            for (std::size_t at = 0; (at = text.find(sign, at)) != std::string::npos;)
                text.replace(at, sign.size(), " ");
    text.resize(std::min(text.size(), longestText));
    kept.push_back({strength, text::validUtf8(text)});
    std::ranges::stable_sort(kept, std::ranges::greater(), &Context::strength);
    if (kept.size() > contexts)
        kept.pop_back();
}

void ImportPile::add(ImportedLabel&& label)
{
    name(label.latent);
    labels.push_back(std::move(label));
}

void ImportPile::add(std::uint32_t latent, ImportedScore&& score)
{
    name(latent);
    scores[latent].push_back(std::move(score));
}

std::optional<fs::path> ImportPile::finishCorpus()
{
    if (!m_corpus)
        return std::nullopt;
    m_corpus->finish();
    m_corpus.reset();
    if (!m_firings.flush())
        cannotWrite(m_firingsPath);
    return m_stem.string() + ".corpus";
}

void ImportPile::eachPiece(
    const std::function<void(std::span<const Firing>, std::uint64_t end)>& take) const
{
    m_firings.clear();
    m_firings.seekg(0);
    std::vector<Firing> firings(piece);
    for (std::size_t count = piece; count == piece;) {
        m_firings.read(reinterpret_cast<char*>(firings.data()),
            static_cast<std::streamsize>(piece * sizeof(Firing)));
        count = static_cast<std::size_t>(m_firings.gcount()) / sizeof(Firing);
        if (count > 0)
            take(std::span(firings).first(count), std::uint64_t{firings[count - 1].token} + 1);
    }
    if (m_firings.bad())
        throw Error("Cannot read " + m_firingsPath.string() + "; import the files again.");
}

std::string ImportPile::context(std::uint32_t latent) const
{
    std::string all;
    if (const auto found = m_contexts.find(latent); found != m_contexts.end())
        for (const Context& context : found->second)
            all += (all.empty() ? "" : "\n") + context.text;
    return all;
}

} // namespace microtome
