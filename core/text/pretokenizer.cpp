#include "core/text/pretokenizer.h"

#include "core/text/fields.h"
#include "core/text/unicode.h"

namespace microtome::text {

namespace {

class SequencePreTokenizer : public PreTokenizer {
public:
    explicit SequencePreTokenizer(const Fields& file)
    {
        for (const Fields& part : file.list("pretokenizers"))
            m_parts.push_back(readPreTokenizer(part));
    }

    void apply(Pieces& pieces) const override
    {
        for (const auto& part : m_parts)
            part->apply(pieces);
    }

private:
    std::vector<std::unique_ptr<const PreTokenizer>> m_parts;
};

/// Cuts at a pattern.
class SplitPreTokenizer : public PreTokenizer {
public:
    SplitPreTokenizer(Pattern pattern, Cut cut, bool invert)
        : m_pattern(std::move(pattern))
        , m_cut(cut)
        , m_invert(invert)
    {
    }

    void apply(Pieces& pieces) const override
    {
        Pattern::Search search(m_pattern, pieces.text.size());
        cutPieces(
            pieces, m_cut,
            m_invert, [&](std::string_view text) -> const auto& { return search.segments(text); });
    }

private:
    Pattern m_pattern;
    Cut m_cut;
    bool m_invert;
};

/// Cuts at single characters of a kind.
class CharacterPreTokenizer : public PreTokenizer {
public:
    CharacterPreTokenizer(bool (*kind)(char32_t), Cut cut)
        : m_kind(kind)
        , m_cut(cut)
    {
    }

    void apply(Pieces& pieces) const override
    {
        std::vector<Segment> segments;
        cutPieces(
            pieces, m_cut, false, [&](std::string_view text) -> const auto& {
                segments.clear();
                std::size_t covered = 0;
                for (std::size_t i = 0; i < text.size();) {
                    const std::size_t begin = i;
                    if (!m_kind(nextCodePoint(text, i)))
                        continue;
                    if (covered < begin)
                        segments.push_back({covered, begin, false});
                    segments.push_back({begin, i, true});
                    covered = i;
                }
                if (covered < text.size())
                    segments.push_back({covered, text.size(), false});
                return segments;
            });
    }

private:
    bool (*m_kind)(char32_t);
    Cut m_cut;
};

/// Rust's `\w+|[^\w\s]+`, where `\w` is not quite Oniguruma's.
Pattern rustWords()
{
    const std::string word = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{200C}\x{200D})";
    return Pattern::ofRegex("[" + word + "]+|[^" + word + R"(\s]+)");
}

} // namespace

std::unique_ptr<const PreTokenizer> readPreTokenizer(const Fields& file)
{
    const std::string type = file.type();
    if (type == "Sequence")
        return std::make_unique<SequencePreTokenizer>(file);
    if (type == "ByteLevel")
        return byteLevelPreTokenizer(
            file.flag("add_prefix_space", true), file.flag("use_regex", true));
    if (type == "Metaspace")
        return readMetaspace(file);
    if (type == "Split")
        return std::make_unique<SplitPreTokenizer>(readPattern(file.at("pattern")),
            readCut(file.at("behavior")), file.flag("invert", false));
    if (type == "Digits")
        return std::make_unique<CharacterPreTokenizer>(
            isNumeric, file.flag("individual_digits", false) ? Cut::Isolated : Cut::Contiguous);
    if (type == "Punctuation")
        return std::make_unique<CharacterPreTokenizer>(
            isPunctuation, file.has("behavior") ? readCut(file.at("behavior")) : Cut::Isolated);
    if (type == "Whitespace")
        return std::make_unique<SplitPreTokenizer>(rustWords(), Cut::Removed, true);
    if (type == "WhitespaceSplit")
        return std::make_unique<CharacterPreTokenizer>(isWhitespace, Cut::Removed);
    file.refuseType("pre-tokenizer");
}

} // namespace microtome::text
