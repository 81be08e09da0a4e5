#pragma once

#include "core/nn/train/corpus.h"

#include <cstdint>
#include <vector>

namespace microtome::nn {

/// Rows of token ids and what follows each token.
struct Batch {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    std::vector<std::int64_t> ids; ///< [rows, width]
    std::vector<std::int64_t> targets; ///< [rows, width]; -1 where nothing is predicted
    std::int64_t predicted = 0; ///< targets that are predicted
};

/// How documents become rows.
struct RowSettings {
    std::int64_t sequence = 128; ///< longest row
    std::int64_t batchTokens = 4096;
    bool packed = true;
    bool lastOnly = false;
    bool fileOrder = false; ///< the first epoch is in the file's order
    TokenId eos = -1; ///< stands behind every document; -1: nothing does
    std::uint64_t seed = 0;
};

/// The batches of a corpus in the order of training. Every epoch has an order of its own, drawn
/// from (seed, epoch), so that a place in it is three numbers.
///
/// In the file's order: the first epoch is not drawn (a curriculum), but for which of some batches
/// of padded rows comes first.
///
/// Packed: the documents of an epoch follow each other, with EOS behind each, and are cut to rows
/// of `sequence` tokens; epochs join without a gap. Padded: one document a row, longer ones cut;
/// rows of similar length stand together (sorted within some batches that are drawn together), and
/// a batch has as many as fit into `batchTokens`.
class Batches {
public:
    struct Cursor {
        std::int64_t epoch = 0;
        std::int64_t item = 0; ///< packed: document in the epoch's order; padded: batch
        std::int64_t place = 0; ///< packed: token of the document
    };

    Batches(const Corpus&, const RowSettings&);

    Batch next();
    const Cursor& cursor() const { return m_cursor; }
    void seek(const Cursor&);

    /// The first `documents` (0: all) once, in the file's order; the last row of packed ones is cut
    /// short.
    std::vector<Batch> once(std::size_t documents) const;

private:
    /// A part of a document: `length` tokens from `begin`, EOS included where it is one.
    struct Piece {
        std::uint32_t document = 0;
        std::uint32_t begin = 0;
        std::uint32_t length = 0;
    };

    std::vector<Piece> pieces(std::size_t documents) const;
    std::int64_t lengthWithEnd(std::size_t document) const;
    TokenId tokenOf(std::size_t document, std::int64_t place) const;
    void beginEpoch();
    void shareOut(std::vector<Piece>& sorted, std::size_t from, std::size_t to,
        std::vector<std::pair<std::size_t, std::size_t>>& batches) const;
    Batch padded(const std::vector<Piece>&, std::size_t from, std::size_t to) const;
    Batch nextPacked();

    const Corpus& m_corpus;
    RowSettings m_settings;
    Cursor m_cursor;
    std::vector<std::uint32_t> m_order; ///< packed: documents of this epoch
    std::vector<Piece> m_pieces; ///< padded: of this epoch
    std::vector<std::pair<std::size_t, std::size_t>> m_batches; ///< padded: ranges of pieces
};

} // namespace microtome::nn
