#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/text/regex.h"

#include "core/text/clip.h"
#include "core/text/unicode.h"
#include "core/work/error.h"

#include <pcre2.h>

namespace microtome::text {

namespace {

constexpr std::size_t longestPattern = std::size_t(1) << 16;
constexpr std::uint32_t backtracking = 10'000'000; // per starting position, PCRE2's own default
constexpr std::uint32_t heapKilobytes = 64 * 1024;
constexpr std::size_t smallStack = 32 * 1024;
constexpr std::size_t largeStack = std::size_t(8) << 20;

[[noreturn]] void refuse(std::string_view pattern, const std::string& why)
{
    throw Error(
        "The tokenizer's split pattern “" + clip(pattern) + "” cannot be used: " + why + ".");
}

std::string messageOf(int code)
{
    PCRE2_UCHAR text[256];
    pcre2_get_error_message(code, text, sizeof text);
    return reinterpret_cast<const char*>(text);
}

struct Free {
    void operator()(pcre2_code* p) const { pcre2_code_free(p); }
    void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
    void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
    void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
    void operator()(pcre2_jit_stack* p) const { pcre2_jit_stack_free(p); }
};
template <typename T> using Owned = std::unique_ptr<T, Free>;

} // namespace

struct Regex::Compiled {
    Owned<pcre2_code> code;
    std::string pattern;
};

struct Regex::Matcher::State {
    const Compiled* compiled = nullptr;
    Owned<pcre2_match_data> data;
    Owned<pcre2_match_context> context;
    Owned<pcre2_jit_stack> stack;
};

Regex::Regex(std::string_view oniguruma)
    : m_compiled(std::make_unique<Compiled>())
{
    m_compiled->pattern = oniguruma;
    if (oniguruma.size() > longestPattern)
        refuse(oniguruma, "it is longer than 64 KB");
    const std::string pattern = pcreSyntax(oniguruma);
    const Owned<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    int code = 0;
    std::size_t at = 0;
    // Oniguruma's ^ and $ always match at lines.
    m_compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
        pattern.size(),
        PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT,
        &code, &at, context.get()));
    if (!m_compiled->code)
        refuse(oniguruma, messageOf(code));
    // Where there is no JIT, pcre2_match interprets: slower, the same results.
    pcre2_jit_compile(m_compiled->code.get(), PCRE2_JIT_COMPLETE);
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Regex::Matcher::Matcher(const Regex& regex, std::size_t totalBytes)
    : m_state(std::make_unique<State>())
    , m_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(10)
          + std::chrono::microseconds(10 * totalBytes))
{
    m_state->compiled = regex.m_compiled.get();
    m_state->data.reset(pcre2_match_data_create(1, nullptr));
    m_state->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(m_state->context.get(), backtracking);
    pcre2_set_heap_limit(m_state->context.get(), heapKilobytes);
    m_state->stack.reset(pcre2_jit_stack_create(smallStack, largeStack, nullptr));
    if (m_state->stack)
        pcre2_jit_stack_assign(m_state->context.get(), nullptr, m_state->stack.get());
}

Regex::Matcher::~Matcher() = default;
Regex::Matcher::Matcher(Matcher&&) noexcept = default;

// PCRE2 limits the work of one starting position only, so the search goes on in windows of starting
// positions, which grow while they pass quickly, and looks at the clock in between.
bool Regex::Matcher::find(std::string_view text, std::size_t from, Match& match)
{
    using Clock = std::chrono::steady_clock;
    Clock::time_point now = Clock::now();
    for (std::size_t window = 64; from <= text.size();) {
        const std::size_t limit = from + window;
        pcre2_set_offset_limit(m_state->context.get(), limit);
        const int found
            = pcre2_match(m_state->compiled->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                text.size(), from, PCRE2_NO_UTF_CHECK, m_state->data.get(), m_state->context.get());
        if (found >= 0) {
            const std::size_t* range = pcre2_get_ovector_pointer(m_state->data.get());
            match = {range[0], range[1]};
            // \K in a lookahead can put the begin behind the end, or before where we are.
            if (match.begin > match.end || match.begin < from)
                refuse(m_state->compiled->pattern, "it moves the begin of its match");
            return true;
        }
        if (found != PCRE2_ERROR_NOMATCH)
            refuse(m_state->compiled->pattern, "on this text, " + messageOf(found));
        const Clock::time_point then = now;
        now = Clock::now();
        if (now > m_deadline)
            refuse(m_state->compiled->pattern, "it takes too long on this text");
        if (now - then < std::chrono::milliseconds(5))
            window *= 2;
        from = limit + 1;
        while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80)
            ++from;
    }
    return false;
}

} // namespace microtome::text
