#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace microtome::text {

/// The Oniguruma pattern of a tokenizer file written for PCRE2: `\s` and `\w` as Oniguruma's
/// Unicode classes, `\h` a hexadecimal digit, `\p{Han}` the script rather than its extensions, long
/// names of categories, `(?m)` as dot-matches-all. Throws Error for nested classes and class
/// intersection.
std::string pcreSyntax(std::string_view oniguruma);

/// A compiled pattern of a tokenizer file; immutable and shared by threads. Hostile patterns end in
/// an Error: they are bounded in length and, at matching, in backtracking, stack and time.
class Regex {
public:
    explicit Regex(std::string_view oniguruma);
    ~Regex();
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;

    /// One thread's use of a pattern, for texts of a known total length.
    class Matcher {
    public:
        Matcher(const Regex& regex, std::size_t totalBytes);
        ~Matcher();
        Matcher(Matcher&&) noexcept;

        struct Match {
            std::size_t begin = 0;
            std::size_t end = 0;
        };

        /// The first match in valid UTF-8 that begins at or behind `from`. Throws Error when the
        /// pattern needs unreasonable work.
        bool find(std::string_view text, std::size_t from, Match& match);

    private:
        struct State;
        std::unique_ptr<State> m_state;
        std::chrono::steady_clock::time_point m_deadline;
    };

private:
    struct Compiled;
    std::unique_ptr<Compiled> m_compiled;
};

} // namespace microtome::text
