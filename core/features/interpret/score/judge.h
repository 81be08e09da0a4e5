#pragma once

#include "core/features/corpus/corpus.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace microtome {

/// A window with some of its tokens marked.
struct MarkedWindow {
    TokenRange tokens;
    std::vector<std::uint32_t> marked; ///< from the window's beginning, ascending
};

/// Somebody who knows an explanation of a latent (nothing else about it) and answers for windows of
/// text. No answer is missing, never wrong: an answer that did not come or could not be read.
/// Answers stand in the order of the questions, as many as these.
class Judge {
public:
    template <class T> using Answers = std::vector<std::optional<T>>;

    virtual ~Judge() = default;

    /// The chance that the latent fires in each window.
    virtual Answers<double> detect(std::span<const TokenRange>) = 0;

    /// The chance that the marked tokens are those at which it fires.
    virtual Answers<double> fuzz(std::span<const MarkedWindow>) = 0;

    /// How strongly it fires at each token of a window, 0 ... 10.
    virtual Answers<std::vector<double>> simulate(std::span<const TokenRange>) = 0;

    /// Which one of some windows the latent does not fire in: its number among them. It may do so
    /// without an explanation.
    virtual Answers<std::size_t> intruder(std::span<const std::vector<TokenRange>>) = 0;
};

} // namespace microtome
