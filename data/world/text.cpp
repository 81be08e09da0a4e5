#include "data/world/text.h"

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

} // namespace microtome::world
