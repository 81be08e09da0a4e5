#include "core/features/interpret/prompts/answers.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace microtome {

namespace {

constexpr std::string_view blank = " \t\r\n*_`\"'";

std::string_view trimmed(std::string_view text, std::string_view what = blank)
{
    const std::size_t begin = text.find_first_not_of(what);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

std::string lower(std::string_view text)
{
    std::string low(text);
    std::ranges::transform(
        low, low.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return low;
}

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find(at);
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

std::optional<bool> verdict(std::string_view text)
{
    const std::string word = lower(trimmed(text, " \t\r\n*_`\"'.,:"));
    if (word == "1" || word == "yes" || word == "true")
        return true;
    if (word == "0" || word == "no" || word == "false")
        return false;
    return {};
}

template <class Number> std::optional<Number> numberIn(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return {};
    return number;
}

std::optional<std::vector<bool>> list(std::string_view inside, std::size_t count)
{
    const auto parts = split(inside, ',');
    if (parts.size() != count)
        return {};
    std::vector<bool> verdicts;
    for (const std::string_view part : parts) {
        const auto one = verdict(part);
        if (!one)
            return {};
        verdicts.push_back(*one);
    }
    return verdicts;
}

/// A line that begins with a number, with "Example" before it or not, and what follows.
std::optional<std::pair<std::size_t, std::string_view>> numbered(std::string_view line)
{
    line = trimmed(line);
    if (lower(line.substr(0, 7)) == "example")
        line = trimmed(line.substr(7));
    const std::size_t end = std::min(line.find_first_not_of("0123456789"), line.size());
    const auto number = numberIn<std::size_t>(line.substr(0, end));
    if (!number)
        return {};
    return {{*number, line.substr(end)}};
}

/// Reads something from a line for each number 1 ... count; nothing where one is not there or is
/// there twice.
template <class T, class Read>
std::optional<std::vector<T>> eachLine(std::string_view reply, std::size_t count, Read&& read)
{
    std::vector<std::optional<T>> found(count);
    for (const std::string_view line : split(reply, '\n')) {
        const auto part = numbered(line);
        if (!part || part->first == 0 || part->first > count)
            continue;
        const std::optional<T> value = read(part->second);
        if (!value)
            continue;
        if (found[part->first - 1])
            return {};
        found[part->first - 1] = value;
    }
    std::vector<T> all;
    for (const auto& value : found) {
        if (!value)
            return {};
        all.push_back(*value);
    }
    return all;
}

/// What follows a word at the beginning of a line, the last time it does.
std::optional<std::string_view> behind(std::string_view reply, std::string_view word)
{
    const std::string low = lower(reply);
    for (std::size_t at = low.rfind(word); at != std::string::npos;
         at = at == 0 ? std::string::npos : low.rfind(word, at - 1)) {
        const std::size_t line = at == 0 ? 0 : low.rfind('\n', at - 1) + 1;
        if (trimmed(reply.substr(line, at - line), " \t*_[#").empty())
            return reply.substr(at + word.size());
    }
    return {};
}

} // namespace

std::optional<std::string> explanationIn(std::string_view reply)
{
    constexpr std::size_t longest = 1000;
    const auto rest = behind(reply, "explanation");
    if (!rest)
        return {};
    std::string_view text = trimmed(*rest, " \t*_]");
    if (!text.starts_with(':'))
        return {};
    text = trimmed(text, ": \t\r\n*_\"");
    text = trimmed(text.substr(0, std::min(text.find('\n'), longest)), " \t\r*_\"");
    if (text.empty())
        return {};
    return text::validUtf8(text);
}

std::optional<std::vector<bool>> verdictsIn(std::string_view reply, std::size_t count)
{
    for (std::size_t end = reply.rfind(']'); end != std::string_view::npos && end > 0;
         end = reply.rfind(']', end - 1)) {
        const std::size_t begin = reply.rfind('[', end);
        if (begin == std::string_view::npos)
            break;
        if (const auto found = list(reply.substr(begin + 1, end - begin - 1), count))
            return found;
    }
    return eachLine<bool>(
        reply, count, [](std::string_view rest) { return verdict(trimmed(rest, " \t:.)-=>")); });
}

std::optional<std::vector<double>> levelsIn(std::string_view reply, std::size_t count)
{
    return eachLine<double>(reply, count, [](std::string_view rest) -> std::optional<double> {
        rest = trimmed(rest);
        const std::size_t before = rest.find_last_not_of("0123456789.");
        const bool alone = before == std::string_view::npos;
        const auto level = numberIn<double>(alone ? rest : rest.substr(before + 1));
        if (!level || !(*level >= 0 && *level <= 10) || (!alone && rest[before] == '-'))
            return {};
        return level;
    });
}

std::optional<std::size_t> intruderIn(std::string_view reply, std::size_t count)
{
    std::string_view text = behind(reply, "answer").value_or(reply);
    text = trimmed(text, " \t\r\n*_`:.#[]()");
    if (lower(text.substr(0, 7)) == "example")
        text = trimmed(text.substr(7), " \t:#");
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = numberIn<std::size_t>(text.substr(0, end));
    const bool alone = text.find_first_of("0123456789", end) == std::string_view::npos;
    if (!number || !alone || *number == 0 || *number > count)
        return {};
    return *number - 1;
}

std::optional<double> chanceOfYes(std::span<const Alternative> alternatives)
{
    double yes = 0, no = 0;
    for (const Alternative& one : alternatives)
        if (const auto said = verdict(one.text))
            (*said ? yes : no) += std::exp(one.logProbability);
    if (!(yes + no > 0))
        return {};
    return yes / (yes + no);
}

std::optional<double> expectedLevel(std::span<const Alternative> alternatives)
{
    double sum = 0, all = 0;
    for (const Alternative& one : alternatives) {
        const auto level = numberIn<unsigned>(trimmed(one.text));
        if (!level || *level > 10)
            continue;
        const double chance = std::exp(one.logProbability);
        sum += *level * chance;
        all += chance;
    }
    if (!(all > 0))
        return {};
    return sum / all;
}

} // namespace microtome
