#include "core/features/sweep/sequences.h"

#include <algorithm>

namespace microtome {

namespace {

bool beginsWith(const Corpus& corpus, TokenRange document, TokenId bos)
{
    return bos >= 0 && corpus.id(document.begin) == static_cast<std::uint32_t>(bos);
}

/// The piece of a document that begins at a token: the first is `context` long, a further one a
/// token less where BOS is put before it.
Sequence pieceAt(
    const Corpus& corpus, TokenRange document, std::uint64_t token, const SequenceSettings& how)
{
    const bool again = token != document.begin && beginsWith(corpus, document, how.bos);
    const std::uint64_t room = std::max<std::uint64_t>(how.context - (again ? 1 : 0), 1);
    Sequence piece;
    piece.tokens = {token, std::min(token + room, document.end)};
    if (again)
        piece.ids.push_back(how.bos);
    for (const std::uint32_t id : corpus.ids(piece.tokens))
        piece.ids.push_back(static_cast<TokenId>(id));
    return piece;
}

} // namespace

std::vector<Sequence> batchFrom(
    const Corpus& corpus, std::uint64_t token, const SequenceSettings& how)
{
    std::vector<Sequence> batch;
    std::size_t count = 0;
    if (token >= corpus.tokens())
        return batch;
    std::uint64_t document = corpus.documentOf(token);
    while (token < corpus.tokens() && count < how.batchTokens) {
        while (corpus.document(document).end <= token)
            ++document;
        batch.push_back(pieceAt(corpus, corpus.document(document), token, how));
        token = batch.back().tokens.end;
        count += batch.back().ids.size();
    }
    return batch;
}

} // namespace microtome
