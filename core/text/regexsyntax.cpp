#include "core/text/clip.h"
#include "core/text/regex.h"
#include "core/work/error.h"

#include <unicode/uchar.h>

namespace microtome::text {

namespace {

constexpr std::string_view word = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
// Latin-1's superscripts and fractions: words to Oniguruma, though not inside a class.
constexpr std::string_view latinNumbers = R"(\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE})";
constexpr std::string_view hexadecimal = "0-9a-fA-F";

/// `{Han}` as `{sc:Han}`, `{Letter}` as `{L}`; other names stay as they are.
std::string propertyName(std::string_view name)
{
    const bool negated = name.starts_with('^');
    const std::string plain(name.substr(negated ? 1 : 0));
    const std::string sign = negated ? "^" : "";
    const int category = u_getPropertyValueEnum(UCHAR_GENERAL_CATEGORY_MASK, plain.c_str());
    if (category != UCHAR_INVALID_CODE) {
        const char* shortName
            = u_getPropertyValueName(UCHAR_GENERAL_CATEGORY_MASK, category, U_SHORT_PROPERTY_NAME);
        return sign + (shortName ? shortName : plain);
    }
    if (u_getPropertyValueEnum(UCHAR_SCRIPT, plain.c_str()) != UCHAR_INVALID_CODE)
        return sign + "sc:" + plain;
    return sign + plain;
}

class Translation {
public:
    explicit Translation(std::string_view pattern)
        : m_pattern(pattern)
    {
    }

    std::string run()
    {
        while (m_at < m_pattern.size()) {
            const char c = m_pattern[m_at];
            if (c == '\\')
                escape();
            else if (m_inClass)
                classCharacter(c);
            else if (c == '[')
                openClass();
            else if (c == '(')
                group();
            else
                take(1);
        }
        return std::move(m_out);
    }

private:
    void take(std::size_t count)
    {
        m_out += m_pattern.substr(m_at, count);
        m_at += count;
    }

    void replace(std::size_t count, const std::string& by)
    {
        m_out += by;
        m_at += count;
    }

    std::string set(std::string_view members) const
    {
        return m_inClass ? std::string(members) : "[" + std::string(members) + "]";
    }

    void escape()
    {
        const char c = m_at + 1 < m_pattern.size() ? m_pattern[m_at + 1] : '\0';
        if (c == 's')
            replace(2, R"(\p{White_Space})");
        else if (c == 'S')
            replace(2, R"(\P{White_Space})");
        else if (c == 'w')
            replace(2,
                m_inClass ? std::string(word) : set(std::string(word) + std::string(latinNumbers)));
        else if (c == 'W' && !m_inClass)
            replace(2, "[^" + std::string(word) + std::string(latinNumbers) + "]");
        else if (c == 'h')
            replace(2, set(hexadecimal));
        else if (c == 'H' && !m_inClass)
            replace(2, "[^" + std::string(hexadecimal) + "]");
        else if (c == 'g')
            refuse("\\g");
        else if ((c == 'p' || c == 'P') && m_pattern.substr(m_at + 2, 1) == "{")
            property(c);
        else
            take(2);
    }

    void property(char letter)
    {
        const std::size_t end = m_pattern.find('}', m_at);
        if (end == std::string_view::npos)
            return take(2);
        const std::string name = propertyName(m_pattern.substr(m_at + 3, end - m_at - 3));
        replace(end + 1 - m_at, std::string("\\") + letter + "{" + name + "}");
    }

    void openClass()
    {
        m_inClass = true;
        take(1);
        if (m_pattern.substr(m_at, 1) == "^")
            take(1);
        if (m_pattern.substr(m_at, 1) == "]")
            take(1);
    }

    void classCharacter(char c)
    {
        const std::string_view two = m_pattern.substr(m_at, 2);
        if (two == "[:") {
            const std::size_t end = m_pattern.find(":]", m_at);
            if (m_pattern.substr(m_at, 9) == "[:alpha:]")
                return replace(9, R"(\p{Alphabetic})");
            if (end != std::string_view::npos)
                return take(end + 2 - m_at);
        }
        if (c == '[' || two == "&&")
            refuse(c == '[' ? "a class within a class" : "&&");
        m_inClass = c != ']';
        take(1);
    }

    /// Ruby's (?m) is what others call (?s). Calls of groups, which no limit of PCRE2's compiled
    /// code holds back, and what Oniguruma has not, are refused.
    void group()
    {
        if (m_pattern.substr(m_at, 2) == "(*")
            refuse("(*...)");
        if (m_pattern.substr(m_at, 2) != "(?")
            return take(1);
        std::size_t end = m_at + 2;
        if (end < m_pattern.size() && std::string_view(":=!><").find(m_pattern[end]) != npos)
            return take(3);
        while (end < m_pattern.size() && std::string_view("imx-").find(m_pattern[end]) != npos)
            ++end;
        if (end >= m_pattern.size() || (m_pattern[end] != ':' && m_pattern[end] != ')'))
            refuse(m_pattern.substr(m_at, 3));
        for (const char c : m_pattern.substr(m_at, end - m_at))
            m_out += c == 'm' ? 's' : c;
        m_at = end;
    }

    [[noreturn]] void refuse(std::string_view what) const
    {
        throw Error("The tokenizer's split pattern “" + clip(m_pattern) + "” cannot be used: “"
            + clip(what) + "” is not supported.");
    }

    static constexpr std::size_t npos = std::string_view::npos;

    std::string_view m_pattern;
    std::string m_out;
    std::size_t m_at = 0;
    bool m_inClass = false;
};

} // namespace

std::string pcreSyntax(std::string_view oniguruma)
{
    return Translation(oniguruma).run();
}

} // namespace microtome::text
