#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace microtome {

/// What imported features come from: one dictionary of one model, as a file calls the two.
struct ImportedName {
    std::string model; ///< empty: not said
    std::string source;

    auto operator<=>(const ImportedName&) const = default;
};

/// What files say of a dictionary and its text as a whole; empty and 0 where they do not.
struct ImportedAbout {
    std::string hook; ///< the point of the model that it reads
    std::string dataset;
    std::uint64_t prompts = 0;
    std::uint64_t context = 0; ///< tokens of a prompt
};

/// Tokens as a file shows them, and the latent's value at each.
struct ImportedWindow {
    std::vector<std::string> tokens;
    std::vector<float> values;
};

/// What one file says of one latent. What it does not say is absent, NaN or empty.
struct ImportedFeature {
    using Texts = std::vector<std::pair<std::string, float>>;
    using Latents = std::vector<std::pair<std::uint32_t, float>>;

    std::uint32_t latent = 0;
    std::optional<double> density; ///< share of the tokens at which it fires
    std::optional<double> max;
    std::optional<double> x, y; ///< its place in a picture
    std::optional<double> cluster;
    Texts promoted, suppressed; ///< tokens as shown, with logits
    Latents nearest; ///< by the cosine of decoder directions
    Latents correlated; ///< by Pearson's correlation of activations
    float logitsFrom = 0, logitsTo = 0; ///< what the bars of the next cover
    std::vector<std::int32_t> logitCounts;
    std::vector<ImportedWindow> windows;
};

/// How well an explanation did; without a value, the judge failed.
struct ImportedScore {
    std::string scorer;
    std::optional<double> value, low, high;
    std::int64_t examples = 0; ///< judged
    std::int64_t missing = 0; ///< examples that the judge did not answer
    std::string judge;
    std::string detail; ///< JSON text of the file; empty: none
};

/// What somebody says that a latent is.
struct ImportedLabel {
    std::uint32_t latent = 0;
    std::string text;
    std::string method;
    std::string author;
    std::string model;
    std::vector<ImportedScore> scores;
};

/// How often each kind of thing was met that has no place here.
using LeftOut = std::map<std::string, std::uint64_t>;

/// Takes what files hold, as it is read.
class ImportSink {
public:
    virtual ~ImportSink() = default;
    virtual void about(const ImportedName&, const ImportedAbout&) = 0;
    virtual void feature(const ImportedName&, ImportedFeature&&) = 0;
    virtual void window(const ImportedName&, std::uint32_t latent, ImportedWindow&&) = 0;
    virtual void label(const ImportedName&, ImportedLabel&&) = 0;

    /// Of an explanation that stands elsewhere.
    virtual void score(const ImportedName&, std::uint32_t latent, ImportedScore&&) = 0;
};

} // namespace microtome
