#include "core/text/addedtokens.h"

#include "core/text/fields.h"
#include "core/text/normalizer.h"
#include "core/text/unicode.h"

#include <algorithm>

namespace microtome::text {

// Special tokens come first: where two are spelt alike, the first one is found.
AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer)
{
    std::stable_partition(
        tokens.begin(), tokens.end(), [](const AddedToken& token) { return token.special; });
    std::vector<TokenMatcher::Entry> raw;
    std::vector<TokenMatcher::Entry> normalized;
    for (const AddedToken& token : tokens) {
        if (token.content.empty())
            continue;
        if (!token.normalized)
            raw.push_back({token.content, token.id});
        else if (!normalizer)
            normalized.push_back({token.content, token.id});
        else
            normalized.push_back(
                {std::string(normalizer->apply(Aligned::ofOriginal(token.content)).text()),
                    token.id});
        if (token.special)
            m_special.insert(token.content);
        m_ids[token.content] = token.id;
        m_tokens[token.id] = token;
        m_size = std::max(m_size, std::size_t(token.id) + 1);
    }
    m_raw = TokenMatcher(std::move(raw));
    m_normalized = TokenMatcher(std::move(normalized));
}

Pieces AddedTokens::cut(const Aligned& text, const Normalizer* normalizer) const
{
    Pieces pieces;
    pieces.text.reserve(text.size());
    for (const Piece& outer : split(text.text(), m_raw)) {
        const std::size_t base = pieces.text.size();
        if (outer.id != noId) {
            pieces.text.append(text, outer.begin, outer.end);
            pieces.list.push_back({base, pieces.text.size(), outer.id});
            continue;
        }
        Aligned part;
        part.append(text, outer.begin, outer.end);
        if (normalizer)
            part = normalizer->apply(std::move(part));
        pieces.text.append(part, 0, part.size());
        for (const Piece& inner : split(part.text(), m_normalized))
            pieces.list.push_back({base + inner.begin, base + inner.end, inner.id});
    }
    return pieces;
}

// As Hugging Face's `AddedVocabulary::find_matches`: a match that is not a single word is passed
// over whole, and stripped whitespace may reach over matches that come next.
std::vector<Piece> AddedTokens::split(std::string_view text, const TokenMatcher& matcher) const
{
    std::vector<Piece> pieces;
    std::size_t covered = 0;
    std::size_t from = 0;
    for (TokenMatcher::Match match; matcher.find(text, from, match);) {
        from = match.end;
        const AddedToken& token = m_tokens.at(match.id);
        if (token.singleWord
            && (endsWithWord(text.substr(0, match.begin))
                || startsWithWord(text.substr(match.end))))
            continue;
        if (token.lstrip)
            match.begin
                = std::max(covered, match.begin - trailingWhitespace(text.substr(0, match.begin)));
        if (token.rstrip)
            match.end += leadingWhitespace(text.substr(match.end));
        if (covered < match.begin)
            pieces.push_back({covered, match.begin});
        if (match.begin < match.end)
            pieces.push_back({match.begin, match.end, match.id});
        covered = match.end;
    }
    if (covered < text.size())
        pieces.push_back({covered, text.size()});
    return pieces;
}

const AddedToken* AddedTokens::find(std::int32_t id) const
{
    const auto found = m_tokens.find(id);
    return found == m_tokens.end() ? nullptr : &found->second;
}

std::int32_t AddedTokens::idOf(std::string_view content) const
{
    const auto found = m_ids.find(std::string(content));
    return found == m_ids.end() ? noId : found->second;
}

bool AddedTokens::isSpecial(std::string_view content) const
{
    return m_special.contains(std::string(content));
}

AddedToken readAddedToken(const Fields& file, std::int32_t id)
{
    AddedToken token;
    token.id = id;
    token.content = file.shortText("content");
    token.singleWord = file.flag("single_word", false);
    token.lstrip = file.flag("lstrip", false);
    token.rstrip = file.flag("rstrip", false);
    token.special = file.flag("special", false);
    token.normalized = file.flag("normalized", !token.special);
    return token;
}

} // namespace microtome::text
