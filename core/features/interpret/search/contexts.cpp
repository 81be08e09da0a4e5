#include "core/features/interpret/search/contexts.h"

#include <array>

namespace microtome {

std::span<const ContextPattern> contextPatterns()
{
    static constexpr std::array<ContextPattern, 14> patterns{{
        {R"(\A[^"]*(?:"[^"]*"[^"]*)*"[^"]*\z)", "inside quotation marks"},
        {R"(\([^()]*\z)", "inside parentheses"},
        {R"(\[[^\[\]]*\z)", "inside square brackets"},
        {R"([.!?]["')]*\s+\S*\z)", "in the first word of a sentence"},
        {R"(\n\s*\S*\z)", "in the first word of a line"},
        {R"(:\s*\S*\z)", "in the first word after a colon"},
        {R"((?<!\d)(?:1\d|20)\d\d\z)", "at the end of a year"},
        {R"(\d[.,]\d+\z)", "at the end of a number with a point or comma"},
        {R"([$€£]\s?\d[\d.,]*\z)", "at the end of an amount of money"},
        {R"(\d\s?%\z)", "at the end of a percentage"},
        {R"((?<!\d)\d{1,2}:\d\d\z)", "at the end of a time of day"},
        {R"(\w-\w+\z)", "behind a hyphen inside a word"},
        {R"([a-z][A-Z]\w*\z)", "inside a word in camel case"},
        {R"(https?://\S*\z)", "inside a web address"},
    }};
    return patterns;
}

} // namespace microtome
