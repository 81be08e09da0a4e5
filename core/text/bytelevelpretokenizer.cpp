#include "core/text/bytelevel.h"
#include "core/text/pretokenizer.h"

#include <optional>

namespace microtome::text {

namespace {

// openai/gpt-2, encoder.py.
constexpr std::string_view gpt2Pattern
    = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class ByteLevelPreTokenizer : public PreTokenizer {
public:
    ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex)
        : m_addPrefixSpace(addPrefixSpace)
    {
        if (useRegex)
            m_pattern = Pattern::ofRegex(gpt2Pattern);
    }

    void apply(Pieces& pieces) const override
    {
        if (m_addPrefixSpace)
            addSpace(pieces);
        if (m_pattern) {
            Pattern::Search search(*m_pattern, pieces.text.size());
            cutPieces(
                pieces, Cut::Isolated,
                false, [&](std::string_view text) -> const auto& { return search.segments(text); });
        }
        // Each character that stands for a byte keeps exactly that byte's origin.
        const Aligned& text = pieces.text;
        rewritePieces(pieces, [&](std::string_view, const Piece& piece, Aligned& result) {
            for (std::size_t i = piece.begin; i < piece.end; ++i)
                result.append(byteCharacter(static_cast<unsigned char>(text.text()[i])),
                    text.origin(i, i + 1));
        });
    }

private:
    static void addSpace(Pieces& pieces)
    {
        const Aligned& text = pieces.text;
        rewritePieces(pieces, [&](std::string_view view, const Piece& piece, Aligned& result) {
            if (!view.starts_with(' '))
                result.append(" ", text.before(piece.begin));
            result.append(text, piece.begin, piece.end);
        });
    }

    bool m_addPrefixSpace;
    std::optional<Pattern> m_pattern;
};

} // namespace

std::unique_ptr<const PreTokenizer> byteLevelPreTokenizer(bool addPrefixSpace, bool useRegex)
{
    return std::make_unique<ByteLevelPreTokenizer>(addPrefixSpace, useRegex);
}

} // namespace microtome::text
