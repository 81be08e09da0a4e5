#include "data/world/text.h"

#include <iterator>
#include <sstream>

namespace microtome::world {

std::string Text::plain(std::size_t begin, std::size_t end) const
{
    std::string text;
    for (std::size_t i = begin; i < end; ++i) {
        if (i > begin && !tokens[i].glued)
            text += ' ';
        text += tokens[i].text;
    }
    return text;
}

void Text::append(const Text& more)
{
    const std::size_t offset = tokens.size();
    tokens.insert(tokens.end(), more.tokens.begin(), more.tokens.end());
    for (Sentence sentence : more.sentences) {
        sentence.begin += offset;
        sentence.end += offset;
        sentences.push_back(sentence);
    }
}

std::vector<std::string> wordsOf(const std::string& text)
{
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

} // namespace microtome::world
