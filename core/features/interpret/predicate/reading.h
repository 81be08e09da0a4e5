#pragma once

#include "core/features/interpret/predicate/piecekind.h"
#include "core/features/samples/windows.h"

#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// Tokens of a corpus that somebody has named alike, such as all words for a colour.
struct TokenLabel {
    std::string name;
    std::vector<std::uint32_t> tokens; ///< from the beginning of the corpus, ascending
};

/// A token in the document around it, `begin` ... `end`; one that is not inside is only room.
struct Place {
    std::uint32_t token = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    bool real() const { return token < end; }
};

/// What explanations of features are about: a corpus in windows, the text of its ids, and labels of
/// its tokens where there are any.
class Reading {
public:
    /// `pieces`: the text of each id as it stands in a text (" red"), or none where the corpus has
    /// no text. The windows must outlive it. Throws Error where pieces or labels do not fit the
    /// corpus. Time and memory: linear in the pieces and labels.
    explicit Reading(
        const Windows&, std::vector<std::string> pieces = {}, std::vector<TokenLabel> labels = {});

    const Windows& windows() const { return m_windows; }
    const Corpus& corpus() const { return m_windows.corpus(); }
    bool hasText() const { return m_hasText; }

    /// Valid UTF-8; "#17" where there is no text.
    const std::string& piece(std::uint32_t id) const { return m_pieces[id]; }
    PieceTraits traits(std::uint32_t id) const { return m_traits[id]; }

    const std::vector<TokenLabel>& labels() const { return m_labels; }
    const TokenLabel* label(std::string_view name) const; ///< null where there is none

    Place place(std::uint64_t token, std::uint64_t document) const;

    /// All tokens of a window < windows().count().
    void addPlaces(std::uint64_t window, std::vector<Place>&) const;

    /// The text of the place's token and of the tokens before it in the document, at most 32 in
    /// all.
    std::string context(const Place&) const;

private:
    const Windows& m_windows;
    std::vector<std::string> m_pieces;
    std::vector<PieceTraits> m_traits;
    std::vector<TokenLabel> m_labels;
    bool m_hasText;
};

} // namespace microtome
