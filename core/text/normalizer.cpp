#include "core/text/normalizer.h"

#include "core/text/bytelevel.h"
#include "core/text/fields.h"
#include "core/text/pattern.h"
#include "core/text/unicode.h"
#include "core/text/unicodeform.h"

#include <unicode/uchar.h>

#include <vector>

namespace microtome::text {

namespace {

class SequenceNormalizer : public Normalizer {
public:
    explicit SequenceNormalizer(const Fields& file)
    {
        for (const Fields& part : file.list("normalizers"))
            m_parts.push_back(readNormalizer(part));
    }

    Aligned apply(Aligned text) const override
    {
        for (const auto& part : m_parts)
            text = part->apply(std::move(text));
        return text;
    }

private:
    std::vector<std::unique_ptr<const Normalizer>> m_parts;
};

class PrependNormalizer : public Normalizer {
public:
    explicit PrependNormalizer(const Fields& file)
        : m_front(file.shortText("prepend"))
    {
    }

    Aligned apply(Aligned text) const override
    {
        if (text.empty() || m_front.empty())
            return text;
        Aligned result;
        result.reserve(text.size() + m_front.size());
        result.append(m_front, text.before(0));
        result.append(text, 0, text.size());
        return result;
    }

private:
    std::string m_front;
};

class ReplaceNormalizer : public Normalizer {
public:
    explicit ReplaceNormalizer(const Fields& file)
        : m_pattern(readPattern(file.at("pattern")))
        , m_content(file.shortText("content"))
    {
    }

    Aligned apply(Aligned text) const override
    {
        Pattern::Search search(m_pattern, text.size());
        Aligned result;
        result.reserve(text.size());
        for (const Segment& s : search.segments(text.text())) {
            if (!s.match)
                result.append(text, s.begin, s.end);
            else if (s.begin < s.end)
                result.append(m_content, text.origin(s.begin, s.end));
            else if (s.begin < text.size())
                result.append(m_content, text.before(s.begin));
            else if (s.begin > 0)
                result.append(m_content,
                    {text.origin(s.begin - 1, s.begin).end, text.origin(s.begin - 1, s.begin).end});
        }
        return result;
    }

private:
    Pattern m_pattern;
    std::string m_content;
};

class StripNormalizer : public Normalizer {
public:
    explicit StripNormalizer(const Fields& file)
        : m_left(file.flag("strip_left"))
        , m_right(file.flag("strip_right"))
    {
    }

    Aligned apply(Aligned text) const override
    {
        const std::size_t begin = m_left ? leadingWhitespace(text.text()) : 0;
        const std::size_t cut = m_right ? trailingWhitespace(text.text().substr(begin)) : 0;
        Aligned result;
        result.append(text, begin, text.size() - cut);
        return result;
    }

private:
    bool m_left;
    bool m_right;
};

/// Goes through a text by code points; `change` adds what becomes of each.
template <typename Change> class PerCharacter : public Normalizer {
public:
    explicit PerCharacter(Change change)
        : m_change(change)
    {
    }

    Aligned apply(Aligned text) const override
    {
        Aligned result;
        result.reserve(text.size());
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t begin = i;
            const char32_t c = nextCodePoint(text.text(), i);
            m_change(text, begin, i, c, result);
        }
        return result;
    }

private:
    Change m_change;
};

void dropAccents(
    const Aligned& text, std::size_t begin, std::size_t end, char32_t c, Aligned& result)
{
    if (!isMark(c))
        result.append(text, begin, end);
}

// Character by character, as Rust's char::to_lowercase; only U+0130 becomes two characters.
void lower(const Aligned& text, std::size_t begin, std::size_t end, char32_t c, Aligned& result)
{
    const auto small = char32_t(u_tolower(UChar32(c)));
    if (small == c)
        return result.append(text, begin, end);
    std::string spelling;
    appendCodePoint(spelling, small);
    if (c == 0x130)
        spelling = "i\xCC\x87";
    result.append(spelling, text.origin(begin, end));
}

void toByteLevel(const Aligned& text, std::size_t begin, std::size_t end, char32_t, Aligned& result)
{
    for (std::size_t i = begin; i < end; ++i)
        result.append(
            byteCharacter(static_cast<unsigned char>(text.text()[i])), text.origin(i, i + 1));
}

template <typename Change> std::unique_ptr<const Normalizer> perCharacter(Change change)
{
    return std::make_unique<PerCharacter<Change>>(change);
}

} // namespace

std::unique_ptr<const Normalizer> readNormalizer(const Fields& file)
{
    const std::string type = file.type();
    if (type == "Sequence")
        return std::make_unique<SequenceNormalizer>(file);
    if (auto form = unicodeForm(type))
        return form;
    if (type == "Prepend")
        return std::make_unique<PrependNormalizer>(file);
    if (type == "Replace")
        return std::make_unique<ReplaceNormalizer>(file);
    if (type == "Strip")
        return std::make_unique<StripNormalizer>(file);
    if (type == "StripAccents")
        return perCharacter(dropAccents);
    if (type == "Lowercase")
        return perCharacter(lower);
    if (type == "ByteLevel")
        return perCharacter(toByteLevel);
    file.refuseType("normaliser");
}

} // namespace microtome::text
