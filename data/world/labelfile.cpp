#include "data/world/labelfile.h"

#include <nlohmann/json.hpp>

namespace microtome::world {

std::string labelLine(const Document& document)
{
    using Json = nlohmann::ordered_json;
    Json line;
    line["kind"] = document.kind;
    line["text"] = document.text.plain();
    Json& tokens = line["tokens"] = Json::array();
    for (const Token& token : document.text.tokens)
        tokens.push_back(token.text);
    Json& sentences = line["sentences"] = Json::array();
    for (const Sentence& s : document.text.sentences)
        sentences.push_back({{"begin", s.begin}, {"end", s.end}, {"form", s.form}});
    Json& labels = line["labels"] = Json::object();
    for (std::size_t column = 0; column < std::size(labelNames); ++column) {
        // Only what is there: label, then the tokens that have it.
        Json& by = labels[labelNames[column]] = Json::object();
        for (std::size_t i = 0; i < document.text.tokens.size(); ++i)
            if (const std::string& label = document.text.tokens[i].labels.*labelFields[column];
                !label.empty())
                by[label].push_back(i);
    }
    return line.dump();
}

} // namespace microtome::world
