#pragma once

#include "core/features/corpus/corpus.h"
#include "core/model/index.h"

#include <vector>

namespace microtome {

/// How a corpus is given to a model.
struct SequenceSettings {
    std::uint32_t context = 128; ///< longest sequence
    std::size_t batchTokens = 2048; ///< a batch ends with the sequence that reaches so many

    /// Put before every further piece of a document that begins with it; -1: nothing is.
    TokenId bos = -1;
    bool excludeBos = true; ///< nothing is recorded at it
};

/// A piece of a document as the model runs it.
struct Sequence {
    std::vector<TokenId> ids;
    TokenRange tokens; ///< of the corpus; the ids end with these
};

/// The sequences of a batch that begins at a token: 0, or where a batch ends. Where it ends depends
/// on nothing else, so that an interrupted sweep goes on with the same batches. Empty at the end.
std::vector<Sequence> batchFrom(const Corpus&, std::uint64_t token, const SequenceSettings&);

} // namespace microtome
