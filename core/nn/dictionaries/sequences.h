#pragma once

#include "core/model/model.h"
#include "core/nn/dictionaries/recipe.h"
#include "core/nn/train/batches.h"

#include <optional>

namespace microtome::nn {

/// The text of a recipe as sequences that a model can be run on, and which of their tokens count.
class Sequences {
public:
    static constexpr std::size_t runTokens = 4096; ///< of sequences that are run together

    Sequences(const DictionaryRecipe&, const Model&);

    std::vector<std::vector<TokenId>> next(); ///< some, in the order of training
    const Batches::Cursor& cursor() const { return m_batches->cursor(); }
    void seek(const Batches::Cursor& cursor) { m_batches->seek(cursor); }

    /// Those for evaluation: of the held-out text, else of places of the other drawn by another
    /// seed; as many as evaluation or the measure of the loss may need.
    std::vector<std::vector<TokenId>> heldout() const;

    bool keeps(const std::vector<TokenId>& ids, std::size_t position) const;
    std::int64_t kept(const std::vector<TokenId>& ids) const;
    TokenId excluded() const { return m_recipe.data.keepBos ? -1 : m_bos; } ///< -1: none
    std::int64_t longest() const { return m_rows.sequence + (m_recipe.data.prependBos ? 1 : 0); }
    std::string hash() const;

private:
    std::vector<std::vector<TokenId>> sequencesOf(const Batch&) const;

    const DictionaryRecipe& m_recipe;
    TokenId m_bos = -1;
    RowSettings m_rows;
    std::unique_ptr<Corpus> m_corpus;
    std::unique_ptr<Corpus> m_heldout; ///< null: none is named
    std::unique_ptr<Batches> m_batches;
};

} // namespace microtome::nn
