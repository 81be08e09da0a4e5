#include "core/text/unicodeform.h"

#include "core/text/unicode.h"
#include "core/work/error.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

namespace microtome::text {

namespace {

// ICU orders combining marks in time quadratic in their number; no language writes so many.
constexpr std::size_t longestSegment = 16384;

void check(UErrorCode code)
{
    if (U_FAILURE(code))
        throw Error(std::string("ICU could not normalise the text (") + u_errorName(code)
            + "); check that ICU's data files are installed.");
}

/// A Unicode normalisation form. Works segment by segment between the places across which nothing
/// composes or is reordered; bytes of a segment that changes share the segment's origin.
class UnicodeForm : public Normalizer {
public:
    explicit UnicodeForm(const icu::Normalizer2* form)
        : m_form(form)
    {
    }

    Aligned apply(Aligned text) const override
    {
        if (isNormal(text.text()))
            return text;
        Aligned result;
        result.reserve(text.size() + text.size() / 4);
        std::size_t begin = 0;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t here = i;
            const char32_t c = nextCodePoint(text.text(), i);
            if (here > begin && m_form->hasBoundaryBefore(UChar32(c))) {
                segment(text, begin, here, result);
                begin = here;
            }
        }
        segment(text, begin, text.size(), result);
        return result;
    }

private:
    bool isNormal(std::string_view text) const
    {
        UErrorCode code = U_ZERO_ERROR;
        const bool normal
            = m_form->isNormalizedUTF8({text.data(), std::int32_t(text.size())}, code);
        check(code);
        return normal;
    }

    void segment(const Aligned& text, std::size_t begin, std::size_t end, Aligned& result) const
    {
        if (end - begin > longestSegment)
            throw Error("The text holds more than 16 KB of combining characters on one letter, "
                        "which cannot be normalised; remove them.");
        const std::string_view before = text.text().substr(begin, end - begin);
        if (before.size() == 1)
            return result.append(text, begin, end);
        UErrorCode code = U_ZERO_ERROR;
        const icu::UnicodeString normal = m_form->normalize(
            icu::UnicodeString::fromUTF8({before.data(), std::int32_t(before.size())}), code);
        check(code);
        std::string after;
        normal.toUTF8String(after);
        if (after == before)
            result.append(text, begin, end);
        else
            result.append(after, text.origin(begin, end));
    }

    const icu::Normalizer2* m_form; // owned by ICU
};

} // namespace

std::unique_ptr<const Normalizer> unicodeForm(std::string_view name)
{
    UErrorCode code = U_ZERO_ERROR;
    const icu::Normalizer2* form = nullptr;
    if (name == "NFC")
        form = icu::Normalizer2::getNFCInstance(code);
    else if (name == "NFD")
        form = icu::Normalizer2::getNFDInstance(code);
    else if (name == "NFKC")
        form = icu::Normalizer2::getNFKCInstance(code);
    else if (name == "NFKD")
        form = icu::Normalizer2::getNFKDInstance(code);
    else
        return nullptr;
    check(code);
    return std::make_unique<UnicodeForm>(form);
}

} // namespace microtome::text
