#include "core/nn/dictionaries/sequences.h"

#include "core/work/error.h"

#include <algorithm>

namespace microtome::nn {

namespace {

constexpr std::int64_t usualSequence = 128;
constexpr std::uint64_t heldoutSeed = 0x5eed;

std::unique_ptr<Corpus> corpusOf(
    const DictionaryRecipe& recipe, const std::filesystem::path& file, const Model& model)
{
    return std::make_unique<Corpus>(readCorpus(
        file, recipe.data.documents, model.tokenizer().get(), model.architecture().vocabulary));
}

/// What stands between documents: the model's own end, or what other programs call it.
TokenId endOf(const Model& model)
{
    const Architecture& a = model.architecture();
    if (!a.eos.empty() && a.eos.front() >= 0 && a.eos.front() < a.vocabulary)
        return a.eos.front();
    if (const auto tokenizer = model.tokenizer())
        for (const char* name : {"<|endoftext|>", "</s>", "<eos>", "<|end_of_text|>", "[EOS]"})
            if (const auto id = tokenizer->idOf(name))
                return *id;
    return -1;
}

TokenId beginningOf(const Model& model)
{
    if (const auto tokenizer = model.tokenizer())
        if (const auto leading = tokenizer->leading())
            return *leading;
    return model.architecture().bos;
}

} // namespace

Sequences::Sequences(const DictionaryRecipe& recipe, const Model& model)
    : m_recipe(recipe)
    , m_bos(beginningOf(model))
{
    const DictionaryRecipe::Data& data = recipe.data;
    if (data.train.empty())
        throw Error("The recipe does not say data.train, the text whose activations are used.");
    if (data.prependBos && m_bos < 0)
        throw Error("The model knows no BOS to put before rows; leave data.prepend_bos out.");
    const std::int64_t context = model.architecture().context - (data.prependBos ? 1 : 0);
    m_rows.sequence = data.sequence > 0 ? data.sequence : std::min(usualSequence, context);
    if (m_rows.sequence > context)
        throw Error("The recipe's rows have " + std::to_string(m_rows.sequence)
            + " tokens; the model takes " + std::to_string(context) + ": make sequence shorter.");
    m_rows.batchTokens = static_cast<std::int64_t>(runTokens);
    m_rows.packed = data.packing == Recipe::Packing::Packed;
    m_rows.eos = endOf(model);
    m_rows.seed = recipe.seed;
    m_corpus = corpusOf(recipe, data.train, model);
    if (!data.heldout.empty())
        m_heldout = corpusOf(recipe, data.heldout, model);
    m_batches = std::make_unique<Batches>(*m_corpus, m_rows);
}

/// Padding has no target and stands behind what has one.
std::vector<std::vector<TokenId>> Sequences::sequencesOf(const Batch& batch) const
{
    std::vector<std::vector<TokenId>> made;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
        std::vector<TokenId> ids;
        const auto first = static_cast<std::size_t>(row * batch.width);
        if (m_recipe.data.prependBos && batch.ids[first] != m_bos)
            ids.push_back(m_bos);
        for (std::int64_t p = row * batch.width; p < (row + 1) * batch.width; ++p)
            if (batch.targets[static_cast<std::size_t>(p)] >= 0)
                ids.push_back(static_cast<TokenId>(batch.ids[static_cast<std::size_t>(p)]));
        if (!ids.empty())
            made.push_back(std::move(ids));
    }
    return made;
}

std::vector<std::vector<TokenId>> Sequences::next()
{
    return sequencesOf(m_batches->next());
}

std::vector<std::vector<TokenId>> Sequences::heldout() const
{
    const std::int64_t wanted = std::max(m_recipe.evaluateTokens, m_recipe.lossTokens);
    RowSettings rows = m_rows;
    rows.seed ^= heldoutSeed;
    Batches batches(m_heldout ? *m_heldout : *m_corpus, rows);
    std::vector<std::vector<TokenId>> made;
    for (std::int64_t tokens = 0; tokens < wanted && batches.cursor().epoch < 1;)
        for (auto& ids : sequencesOf(batches.next())) {
            tokens += kept(ids);
            made.push_back(std::move(ids));
        }
    return made;
}

bool Sequences::keeps(const std::vector<TokenId>& ids, std::size_t position) const
{
    if (static_cast<std::int64_t>(position) < m_recipe.data.skipFirst)
        return false;
    return m_recipe.data.keepBos || m_bos < 0 || ids[position] != m_bos;
}

std::int64_t Sequences::kept(const std::vector<TokenId>& ids) const
{
    std::int64_t count = 0;
    for (std::size_t p = 0; p < ids.size(); ++p)
        count += keeps(ids, p) ? 1 : 0;
    return count;
}

std::string Sequences::hash() const
{
    return m_corpus->hash() + (m_heldout ? " " + m_heldout->hash() : "");
}

} // namespace microtome::nn
