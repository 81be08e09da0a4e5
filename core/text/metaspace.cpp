#include "core/text/metaspace.h"

#include "core/text/fields.h"
#include "core/text/pretokenizer.h"
#include "core/text/unicode.h"

namespace microtome::text {

Metaspace readMetaspaceSettings(const Fields& file)
{
    Metaspace settings;
    if (file.has("replacement")) {
        settings.mark.clear();
        appendCodePoint(settings.mark, file.character("replacement"));
    }
    const bool prefix = file.flag("add_prefix_space", true);
    const std::string scheme = file.text("prepend_scheme", prefix ? "always" : "never");
    if (scheme == "first")
        settings.prepend = Metaspace::Prepend::First;
    else if (scheme == "never")
        settings.prepend = Metaspace::Prepend::Never;
    else if (scheme != "always")
        file.at("prepend_scheme").refuse("is none of first, always and never");
    settings.split = file.flag("split", true);
    return settings;
}

namespace {

class MetaspacePreTokenizer : public PreTokenizer {
public:
    explicit MetaspacePreTokenizer(Metaspace settings)
        : m_settings(std::move(settings))
        , m_mark(Pattern::ofText(m_settings.mark))
    {
    }

    void apply(Pieces& pieces) const override
    {
        const Aligned& text = pieces.text;
        rewritePieces(pieces, [&](std::string_view view, const Piece& piece, Aligned& result) {
            const bool marked = view.starts_with(' ') || view.starts_with(m_settings.mark);
            const bool first = text.before(piece.begin).begin == 0;
            if (!marked
                && (m_settings.prepend == Metaspace::Prepend::Always
                    || (m_settings.prepend == Metaspace::Prepend::First && first)))
                result.append(m_settings.mark, text.before(piece.begin));
            std::size_t from = piece.begin;
            for (std::size_t i = from; i < piece.end; ++i) {
                if (text.text()[i] != ' ')
                    continue;
                result.append(text, from, i);
                result.append(m_settings.mark, text.origin(i, i + 1));
                from = i + 1;
            }
            result.append(text, from, piece.end);
        });
        if (!m_settings.split)
            return;
        Pattern::Search search(m_mark, pieces.text.size());
        cutPieces(
            pieces, Cut::MergedWithNext,
            false, [&](std::string_view view) -> const auto& { return search.segments(view); });
    }

private:
    Metaspace m_settings;
    Pattern m_mark;
};

} // namespace

std::unique_ptr<const PreTokenizer> readMetaspace(const Fields& file)
{
    return std::make_unique<MetaspacePreTokenizer>(readMetaspaceSettings(file));
}

} // namespace microtome::text
