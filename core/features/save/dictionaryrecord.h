#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// How a dictionary was trained and what it came to: dictionary.json beside its weights. It holds
/// no times, so that the same training gives the same bytes.
struct DictionaryRecord {
    /// One evaluation.
    struct Point {
        std::int64_t step = 0;
        std::int64_t tokens = 0; ///< seen so far
        double loss = 0; ///< mean of the steps since the last evaluation, all terms
        double fvu = 0; ///< of the tokens kept for evaluation
        double l0 = 0; ///< latents that fire, mean over those tokens
        double dead = 0; ///< share of latents that have not fired for as long as the recipe says
        double rate = 0; ///< learning rate of the next step
    };

    /// Mean next-token loss in nats: as the model is, with what the dictionary makes in the place
    /// of what it was trained to make, and with zeros there.
    struct CrossEntropy {
        double model = 0;
        double dictionary = 0;
        double zero = 0;

        /// (zero - dictionary) / (zero - model): 1 is perfect (features-and-steering.md 3.2)
        double recovered() const { return (zero - dictionary) / (zero - model); }
    };

    std::string architecture; ///< as SAELens calls what was saved
    std::string model;
    std::string hook; ///< where it reads; empty: from a matrix
    std::string hookOut; ///< where it writes
    std::int64_t dIn = 0;
    std::int64_t dOut = 0;
    std::int64_t latents = 0;
    double inputScale = 1; ///< inputs were multiplied by it in training
    double outputScale = 1;
    std::optional<double> threshold; ///< measured, of BatchTopK, in the units of the saved latents
    std::int64_t steps = 0;
    std::int64_t tokens = 0;
    std::vector<Point> curve;
    std::optional<CrossEntropy> ce;
    std::string engine; ///< library, device and threads that it was computed with
    std::string recipe; ///< the text of the recipe

    std::string toJson() const;

    /// Throws Error with a sentence when the text is not such a record.
    static DictionaryRecord fromJson(const std::string& text);

    /// The record in a dictionary's folder; nothing where there is none.
    static std::optional<DictionaryRecord> beside(const std::filesystem::path& folder);
};

} // namespace microtome
