#include "core/features/interpret/prompts/prompt.h"

#include <algorithm>

namespace microtome {

namespace {

std::string oneLine(const std::string& text)
{
    std::string line;
    for (const char c : text)
        if (c == '\n')
            line += "⏎";
        else if (c != '\r')
            line += c;
    return line;
}

std::string textOf(const PromptWindow& window)
{
    std::string text;
    for (const std::string& piece : window.pieces)
        text += piece;
    return text;
}

} // namespace

Marks marksFor(std::span<const PromptWindow> windows)
{
    Marks marks;
    const auto inText = [&](const PromptWindow& window) {
        const std::string text = textOf(window);
        return text.find(marks.begin) != std::string::npos
            || text.find(marks.end) != std::string::npos;
    };
    while (std::ranges::any_of(windows, inText)) {
        marks.begin += '<';
        marks.end += '>';
    }
    return marks;
}

std::string lineOf(const PromptWindow& window, const Marks& marks)
{
    std::string line;
    bool inside = false;
    for (std::size_t i = 0; i < window.pieces.size(); ++i) {
        const bool marked = i < window.marked.size() && window.marked[i];
        if (marked != inside)
            line += marked ? marks.begin : marks.end;
        inside = marked;
        line += oneLine(window.pieces[i]);
    }
    return line + (inside ? marks.end : "");
}

std::string examplesOf(std::span<const PromptWindow> windows, const Marks& marks)
{
    std::string text;
    for (std::size_t i = 0; i < windows.size(); ++i)
        text += "Example " + std::to_string(i + 1) + ": " + lineOf(windows[i], marks) + "\n";
    return text;
}

} // namespace microtome
