#include "core/features/interpret/predicate/reading.h"

#include "core/text/unicode.h"
#include "core/work/error.h"

#include <algorithm>
#include <set>

namespace microtome {

namespace {

constexpr std::uint32_t contextTokens = 32;

void check(const std::vector<TokenLabel>& labels, const Corpus& corpus)
{
    std::set<std::string_view> names;
    for (const TokenLabel& label : labels) {
        if (!names.insert(label.name).second)
            throw Error("The label “" + label.name + "” is given twice; join its tokens into one.");
        const auto unordered = std::ranges::adjacent_find(label.tokens, std::greater_equal());
        if (unordered != label.tokens.end())
            throw Error("The tokens of the label “" + label.name + "” do not ascend; sort them.");
        if (!label.tokens.empty() && label.tokens.back() >= corpus.tokens())
            throw Error("The label “" + label.name
                + "” names tokens beyond the end of the corpus; it belongs to another one.");
    }
}

} // namespace

Reading::Reading(
    const Windows& windows, std::vector<std::string> pieces, std::vector<TokenLabel> labels)
    : m_windows(windows)
    , m_pieces(std::move(pieces))
    , m_labels(std::move(labels))
    , m_hasText(!m_pieces.empty())
{
    const std::uint32_t vocabulary = corpus().vocabulary();
    if (m_hasText && m_pieces.size() < vocabulary)
        throw Error("The corpus has ids up to " + std::to_string(vocabulary - 1) + " but only "
            + std::to_string(m_pieces.size())
            + " of them have a text; use the tokenizer that the corpus was made with.");
    check(m_labels, corpus());
    if (!m_hasText)
        for (std::uint32_t id = 0; id < vocabulary; ++id)
            m_pieces.push_back("#" + std::to_string(id));
    for (std::string& piece : m_pieces) {
        piece = text::validUtf8(piece);
        m_traits.push_back(m_hasText ? traitsOf(piece) : PieceTraits{});
    }
}

const TokenLabel* Reading::label(std::string_view name) const
{
    const auto found = std::ranges::find(m_labels, name, &TokenLabel::name);
    return found == m_labels.end() ? nullptr : &*found;
}

Place Reading::place(std::uint64_t token, std::uint64_t document) const
{
    const TokenRange range = corpus().document(document);
    return {static_cast<std::uint32_t>(token), static_cast<std::uint32_t>(range.begin),
        static_cast<std::uint32_t>(range.end)};
}

void Reading::addPlaces(std::uint64_t window, std::vector<Place>& places) const
{
    const TokenRange range = m_windows.range(window);
    Place place = this->place(range.begin, m_windows.document(window));
    for (; place.token < range.end; ++place.token)
        places.push_back(place);
}

std::string Reading::context(const Place& place) const
{
    const std::uint32_t begin
        = std::max(place.begin, place.token - std::min(place.token, contextTokens - 1));
    std::string text;
    for (const std::uint32_t id : corpus().ids({begin, place.token + 1}))
        text += piece(id);
    return text;
}

} // namespace microtome
