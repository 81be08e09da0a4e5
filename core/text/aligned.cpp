#include "core/text/aligned.h"

#include "core/text/unicode.h"
#include "core/work/error.h"

namespace microtome::text {

namespace {

constexpr std::size_t largestOriginal = std::size_t(32) << 20;
// What normalisation may make of it before a hostile tokenizer is stopped.
constexpr std::size_t largestText = std::size_t(128) << 20;

} // namespace

Aligned Aligned::ofOriginal(std::string_view original)
{
    if (original.size() > largestOriginal)
        throw Error(
            "The text is longer than 32 MB, which is more than is tokenized at once; cut it "
            "into parts.");
    Aligned result;
    result.reserve(original.size());
    for (std::size_t i = 0; i < original.size();) {
        const std::size_t begin = i;
        const char32_t c = nextCodePoint(original, i);
        const std::string_view part = original.substr(begin, i - begin);
        if (c == replacementCharacter && part != replacementText) {
            result.append(replacementText, {std::uint32_t(begin), std::uint32_t(i)});
            continue;
        }
        for (std::size_t k = begin; k < i; ++k) {
            result.m_text += original[k];
            result.m_origins.push_back({std::uint32_t(k), std::uint32_t(k + 1)});
        }
    }
    return result;
}

void Aligned::reserve(std::size_t bytes)
{
    admit(bytes);
    m_text.reserve(bytes);
    m_origins.reserve(bytes);
}

void Aligned::append(std::string_view bytes, Origin origin)
{
    admit(bytes.size());
    m_text += bytes;
    m_origins.insert(m_origins.end(), bytes.size(), origin);
}

void Aligned::append(const Aligned& from, std::size_t begin, std::size_t end)
{
    admit(end - begin);
    m_text.append(from.m_text, begin, end - begin);
    m_origins.insert(m_origins.end(), from.m_origins.begin() + std::ptrdiff_t(begin),
        from.m_origins.begin() + std::ptrdiff_t(end));
}

void Aligned::admit(std::size_t bytes) const
{
    if (m_text.size() + bytes > largestText)
        throw Error("The tokenizer's normaliser makes the text larger than 128 MB; the tokenizer's "
                    "file is damaged, or the text has to be cut into parts.");
}

} // namespace microtome::text
