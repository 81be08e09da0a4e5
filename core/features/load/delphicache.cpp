#include "core/features/load/delphicache.h"

#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace microtome {

namespace {

constexpr std::string_view suffix = ".safetensors";

/// "0_255.safetensors"
std::optional<DelphiCache::Split> splitOf(const std::string& file)
{
    if (!file.ends_with(suffix))
        return std::nullopt;
    const char* end = file.data() + file.size() - suffix.size();
    DelphiCache::Split split{file, 0, 0};
    const auto first = std::from_chars(file.data(), end, split.first);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '_')
        return std::nullopt;
    const auto last = std::from_chars(first.ptr + 1, end, split.last);
    if (last.ec != std::errc() || last.ptr != end || split.last < split.first)
        return std::nullopt;
    return split;
}

template <class T> std::vector<std::int64_t> wholeNumbers(std::span<const std::byte> bytes)
{
    std::vector<std::int64_t> values(bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        T raw;
        std::memcpy(&raw, bytes.data() + i * sizeof(T), sizeof(T));
        values[i] = static_cast<std::int64_t>(raw);
    }
    return values;
}

/// Exactly, as float32 does not hold whole numbers above 2^24.
std::vector<std::int64_t> wholeNumbers(const CoderTensors& tensors, const std::string& name)
{
    const StoredTensor& tensor = tensors.at(name);
    const auto held = tensor.storage()->bytes();
    switch (tensor.dtype()) {
    case StoredDtype::U16:
        return wholeNumbers<std::uint16_t>(held.bytes);
    case StoredDtype::U32:
        return wholeNumbers<std::uint32_t>(held.bytes);
    case StoredDtype::I32:
        return wholeNumbers<std::int32_t>(held.bytes);
    case StoredDtype::I64:
        return wholeNumbers<std::int64_t>(held.bytes);
    default:
        throw Error(name + " of " + text::clip(tensors.file())
            + " does not hold whole numbers of 16, 32 or 64 bits.");
    }
}

/// Where firings may lie: below these.
struct Bounds {
    std::int64_t rows = std::numeric_limits<std::uint32_t>::max();
    std::int64_t positions = std::numeric_limits<std::uint32_t>::max();
    std::int64_t latents = 0;
};

CachedFiring firing(
    const std::int64_t* place, float value, const Bounds& bounds, const DelphiCache::Split& split)
{
    const auto inside = [](std::int64_t at, std::int64_t end) { return at >= 0 && at < end; };
    if (!inside(place[0], bounds.rows) || !inside(place[1], bounds.positions))
        throw Error(text::clip(split.file) + " speaks of token " + std::to_string(place[1])
            + " of text " + std::to_string(place[0]) + ", which is not in its texts.");
    if (!inside(place[2], bounds.latents))
        throw Error(text::clip(split.file) + " speaks of its latent " + std::to_string(place[2])
            + ", but holds " + std::to_string(bounds.latents) + ".");
    if (!std::isfinite(value))
        throw Error(text::clip(split.file) + " holds an activation that is not finite.");
    return {static_cast<std::uint32_t>(place[0]), static_cast<std::uint32_t>(place[1]),
        split.first + static_cast<std::uint32_t>(place[2]), value};
}

} // namespace

bool DelphiCache::recognises(const CoderFolder& folder)
{
    for (const std::string& file : folder.files())
        if (splitOf(file))
            return CoderTensors(folder, file).hasAll({"locations", "activations"});
    return false;
}

DelphiCache::DelphiCache(const std::filesystem::path& folder)
    : m_folder(folder)
{
    for (const std::string& file : m_folder.files())
        if (auto split = splitOf(file))
            m_splits.push_back(std::move(*split));
    if (m_splits.empty())
        throw Error(folder.string()
            + " holds no files of a cache of activations, which are called "
              "by their latents, such as 0_255.safetensors.");
    std::sort(m_splits.begin(), m_splits.end(),
        [](const Split& a, const Split& b) { return a.first < b.first; });
    for (std::size_t i = 1; i < m_splits.size(); ++i)
        if (m_splits[i].first <= m_splits[i - 1].last)
            throw Error("The latents of " + m_splits[i - 1].file + " and " + m_splits[i].file
                + " overlap.");
}

CachedTokens DelphiCache::tokensOf(const CoderTensors& tensors) const
{
    CachedTokens tokens;
    if (!tensors.has("tokens"))
        return tokens;
    tokens.rows = tensors.size("tokens", 2, 0);
    tokens.context = tensors.size("tokens", 2, 1);
    return tokens;
}

CachedTokens DelphiCache::tokens() const
{
    const CoderTensors first(m_folder, m_splits.front().file);
    CachedTokens tokens = tokensOf(first);
    for (const Split& split : m_splits) {
        const CachedTokens other = tokensOf(CoderTensors(m_folder, split.file));
        if (other.rows != tokens.rows || other.context != tokens.context)
            throw Error("The texts of " + split.file + " are others than those of "
                + m_splits.front().file + ".");
    }
    if (tokens.rows == 0)
        return tokens;
    for (const std::int64_t id : wholeNumbers(first, "tokens")) {
        if (id < 0 || id > std::numeric_limits<std::int32_t>::max())
            throw Error(m_splits.front().file + " holds a token " + std::to_string(id) + ".");
        tokens.ids.push_back(static_cast<std::int32_t>(id));
    }
    return tokens;
}

std::vector<CachedFiring> DelphiCache::read(std::size_t split) const
{
    const Split& range = m_splits.at(split);
    const CoderTensors tensors(m_folder, range.file);
    const StoredTensor& values = tensors.at("activations");
    if (values.shape().size() != 1
        || tensors.at("locations").shape() != std::vector<std::int64_t>{values.count(), 3})
        throw Error("locations and activations of " + text::clip(range.file)
            + " are not three numbers and one for each firing.");
    const CachedTokens texts = tokensOf(tensors);
    Bounds bounds;
    bounds.latents = static_cast<std::int64_t>(range.last) - range.first + 1;
    if (texts.rows > 0) {
        bounds.rows = static_cast<std::int64_t>(texts.rows);
        bounds.positions = static_cast<std::int64_t>(texts.context);
    }
    const auto places = wholeNumbers(tensors, "locations");
    const auto activations = values.floats();
    std::vector<CachedFiring> firings;
    firings.reserve(activations.size());
    for (std::size_t i = 0; i < activations.size(); ++i)
        firings.push_back(firing(places.data() + 3 * i, activations[i], bounds, range));
    return firings;
}

} // namespace microtome
