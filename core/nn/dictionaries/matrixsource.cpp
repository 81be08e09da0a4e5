#include "core/nn/dictionaries/source.h"

#include "core/nn/train/random.h"
#include "core/work/error.h"
#include "core/work/sha256.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <numeric>

namespace microtome::nn {

namespace {

at::Tensor tensorOf(const Matrix& matrix)
{
    if (matrix.empty())
        return {};
    return at::from_blob(const_cast<float*>(matrix.values().data()),
        {static_cast<std::int64_t>(matrix.rows()), static_cast<std::int64_t>(matrix.columns())},
        at::TensorOptions().dtype(at::kFloat));
}

DictionaryRows rowsOf(const ActivationRows& rows)
{
    DictionaryRows made{tensorOf(rows.inputs), {}, tensorOf(rows.gradients)};
    made.targets = rows.targets.empty() ? made.inputs : tensorOf(rows.targets);
    return made;
}

DictionaryRows part(const DictionaryRows& rows, std::int64_t from, std::int64_t to)
{
    const auto cut
        = [&](const at::Tensor& x) { return x.defined() ? x.narrow(0, from, to - from) : x; };
    const at::Tensor inputs = cut(rows.inputs);
    return {inputs, rows.targets.is_same(rows.inputs) ? inputs : cut(rows.targets),
        cut(rows.gradients)};
}

void checkRows(const ActivationRows& rows, const DictionaryRecipe& recipe)
{
    if (rows.inputs.empty())
        throw Error("There are no activations to train on.");
    for (const Matrix* other : {&rows.targets, &rows.gradients})
        if (!other->empty() && other->rows() != rows.inputs.rows())
            throw Error("The activations that a dictionary is trained on are not of the same "
                        "tokens.");
    if (recipe.target.empty() != rows.targets.empty())
        throw Error("A transcoder needs activations of two places, and other dictionaries of one.");
    if (recipe.gradient > 0 && rows.gradients.empty())
        throw Error("Choosing latents by gradient needs the gradients of the loss; leave "
                    "\"gradient\" out without them.");
}

/// Activations in memory, epoch after epoch.
class MatrixSource final : public DictionarySource {
public:
    MatrixSource(const DictionaryRecipe& recipe, ActivationRows train, ActivationRows heldout)
        : m_recipe(recipe)
        , m_train(std::move(train))
        , m_heldout(std::move(heldout))
    {
        checkRows(m_train, recipe);
        m_rows = rowsOf(m_train);
        if (!m_heldout.inputs.empty()) {
            checkRows(m_heldout, recipe);
            m_kept = rowsOf(m_heldout);
        } else {
            const std::int64_t all = m_rows.tokens();
            const std::int64_t kept = std::min(recipe.evaluateTokens, all / 2);
            m_kept = part(m_rows, all - kept, all);
            m_rows = part(m_rows, 0, all - kept);
        }
        if (m_rows.tokens() < recipe.batch)
            throw Error("There are fewer activations than a batch has; make \"batch\" smaller.");
        begin(0);
    }

    std::int64_t dIn() const override { return m_rows.inputs.size(1); }
    std::int64_t dOut() const override { return m_rows.targets.size(1); }

    DictionaryRows next(const Progress&) override
    {
        if (m_shuffled.left() < m_recipe.batch)
            begin(m_epoch + 1);
        return m_shuffled.take(m_recipe.batch);
    }

    Place place() const override { return {m_epoch, m_shuffled.taken()}; }

    void seek(const Place& place, const Progress&) override
    {
        begin(place[0]);
        m_shuffled.skipTo(place[1]);
    }

    DictionaryRows evaluation(const Progress&) override { return m_kept; }

    std::string hash() const override
    {
        Sha256 sha;
        for (const ActivationRows* rows : {&m_train, &m_heldout})
            for (const Matrix* matrix : {&rows->inputs, &rows->targets, &rows->gradients})
                sha.add(std::as_bytes(matrix->values()));
        return sha.hex();
    }

    void declare(CoderDeclaration&) const override { }

    std::optional<DictionaryRecord::CrossEntropy> crossEntropy(
        const Reconstruct&, const Progress&) override
    {
        return {};
    }

private:
    void begin(std::int64_t epoch)
    {
        m_epoch = epoch;
        m_shuffled = ShuffledRows(m_rows, m_recipe.seed, static_cast<std::uint64_t>(epoch));
    }

    const DictionaryRecipe& m_recipe;
    ActivationRows m_train;
    ActivationRows m_heldout;
    DictionaryRows m_rows;
    DictionaryRows m_kept;
    ShuffledRows m_shuffled;
    std::int64_t m_epoch = 0;
};

constexpr std::uint64_t shuffleStream = 11;

} // namespace

ShuffledRows::ShuffledRows(DictionaryRows rows, std::uint64_t seed, std::uint64_t stream)
    : m_rows(std::move(rows))
    , m_order(static_cast<std::size_t>(m_rows.tokens()))
{
    std::iota(m_order.begin(), m_order.end(), std::int64_t(0));
    TrainRandom(seed, shuffleStream + 64 * stream).shuffle(m_order);
}

std::int64_t ShuffledRows::left() const
{
    return static_cast<std::int64_t>(m_order.size()) - m_taken;
}

DictionaryRows ShuffledRows::take(std::int64_t tokens)
{
    const at::Tensor chosen
        = at::from_blob(m_order.data() + m_taken, {tokens}, at::TensorOptions().dtype(at::kLong));
    m_taken += tokens;
    const auto pick
        = [&](const at::Tensor& x) { return x.defined() ? x.index_select(0, chosen) : x; };
    const at::Tensor inputs = pick(m_rows.inputs);
    return {inputs, m_rows.targets.is_same(m_rows.inputs) ? inputs : pick(m_rows.targets),
        pick(m_rows.gradients)};
}

std::unique_ptr<DictionarySource> matrixSource(
    const DictionaryRecipe& recipe, const ActivationRows& train, const ActivationRows& heldout)
{
    return std::make_unique<MatrixSource>(recipe, train, heldout);
}

} // namespace microtome::nn
