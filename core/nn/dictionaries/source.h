#pragma once

#include "core/features/coder/coder.h"
#include "core/features/save/dictionaryrecord.h"
#include "core/nn/dictionaries/pass.h"
#include "core/nn/dictionaries/train.h"
#include "core/work/progress.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace microtome::nn {

/// What a dictionary's own forward makes of activations as they are, [tokens, d_in] to
/// [tokens, d_out].
using Reconstruct = std::function<at::Tensor(const at::Tensor& inputs)>;

/// Where batches of activations come from, in the scale they have.
class DictionarySource {
public:
    /// Where it is: everything that is needed to go on from there.
    using Place = std::array<std::int64_t, 5>;

    virtual ~DictionarySource() = default;

    virtual std::int64_t dIn() const = 0;
    virtual std::int64_t dOut() const = 0;

    /// The next batch of the recipe's size. Throws Cancelled when a stop was asked for; place() is
    /// then what it was before.
    virtual DictionaryRows next(const Progress&) = 0;
    virtual Place place() const = 0;
    virtual void seek(const Place&, const Progress&) = 0;

    /// The tokens that it is evaluated on; the same each time.
    virtual DictionaryRows evaluation(const Progress&) = 0;

    /// What stands for all activations: two sources of the same hash give the same.
    virtual std::string hash() const = 0;

    /// Fills in what a saved file tells of where activations came from.
    virtual void declare(CoderDeclaration&) const = 0;

    /// The model's loss with what the dictionary makes put in; nothing without a model.
    virtual std::optional<DictionaryRecord::CrossEntropy> crossEntropy(
        const Reconstruct&, const Progress&)
        = 0;
};

/// What a batch is drawn from: rows in an order drawn from (seed, stream).
class ShuffledRows {
public:
    ShuffledRows() = default;
    ShuffledRows(DictionaryRows, std::uint64_t seed, std::uint64_t stream);

    std::int64_t left() const;
    DictionaryRows take(std::int64_t tokens);
    std::int64_t taken() const { return m_taken; }
    void skipTo(std::int64_t taken) { m_taken = taken; }

private:
    DictionaryRows m_rows;
    std::vector<std::int64_t> m_order;
    std::int64_t m_taken = 0;
};

std::unique_ptr<DictionarySource> matrixSource(
    const DictionaryRecipe&, const ActivationRows&, const ActivationRows& heldout);
std::unique_ptr<DictionarySource> modelSource(const DictionaryRecipe&, Model&);

} // namespace microtome::nn
