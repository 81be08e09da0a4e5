#include "data/world/writer.h"

#include "data/world/lexicon.h"

#include <set>
#include <sstream>
#include <stdexcept>

namespace microtome::world {

namespace {

bool isMark(const std::string& word)
{
    return word == "." || word == "," || word == ":" || word == "?" || word == "'s";
}

bool isVowel(char c)
{
    return std::string("aeiou").find(c) != std::string::npos;
}

bool isDigits(const std::string& word)
{
    return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

std::string pronoun(const std::string& kind, bool woman)
{
    if (kind == "he")
        return woman ? "she" : "he";
    if (kind == "He")
        return woman ? "She" : "He";
    if (kind == "him")
        return woman ? "her" : "him";
    if (kind == "his")
        return woman ? "her" : "his";
    throw std::logic_error("no pronoun is asked for by " + kind);
}

class Writer {
public:
    Writer(const Bindings& bindings, Tongue tongue, std::string form)
        : m_bindings(bindings)
        , m_tongue(tongue)
        , m_form(std::move(form))
    {
    }

    Text write(const std::string& text)
    {
        std::istringstream in(text);
        for (std::string item; in >> item;) {
            if (item == "[" || item == "]")
                bracket(item == "[");
            else if (item[0] == '@')
                m_speaker = item.size() == 1 ? "" : spoken(item.substr(1));
            else if (item[0] == '{')
                slot(item.substr(1, item.size() - 2));
            else
                word(item, {}, {});
        }
        if (m_begin < m_text.tokens.size())
            throw std::logic_error("the form " + m_form + " has no end");
        return std::move(m_text);
    }

private:
    const std::string& bound(const std::string& name) const
    {
        const auto found = m_bindings.find(name);
        if (found == m_bindings.end())
            throw std::logic_error(m_form + " asks for {" + name + "}, which is not bound");
        return found->second;
    }

    std::string spoken(const std::string& name) const
    {
        return m_bindings.contains(name) ? bound(name) : name;
    }

    void bracket(bool opens)
    {
        if (opens) {
            m_bracket = m_text.tokens.size();
            return;
        }
        Token& first = m_text.tokens.at(m_bracket);
        Token& second = m_text.tokens.at(m_bracket + 1);
        second.labels.colour = first.labels.colour;
        if (m_tongue == Tongue::Olu)
            std::swap(first, second);
    }

    void slot(const std::string& inner)
    {
        const auto mark = inner.find('!');
        const std::string reason = mark == std::string::npos ? "" : inner.substr(mark + 1);
        const std::string name = inner.substr(0, mark);
        const auto dot = name.find('.');
        if (dot != std::string::npos) {
            const std::string& person = bound(name.substr(0, dot));
            const bool woman = lexicon()[person].gender == "female";
            word(pronoun(name.substr(dot + 1), woman), reason, person);
            return;
        }
        const std::string& value = bound(name);
        if (isDigits(value) && value.size() == 4) { // a year is read as two halves
            word(value.substr(0, 2), {}, {});
            word(value.substr(2), reason, {}, true);
            return;
        }
        word(value, reason, {});
        if (value == "left" && (name == "hot" || name == "cold")) // the other hand, not the verb
            m_text.tokens.back().labels.part = "adjective";
    }

    void word(const std::string& english, const std::string& reason, const std::string& person,
        bool glued = false)
    {
        Token token;
        token.text = english;
        token.glued = glued || isMark(english);
        Labels& labels = token.labels;
        labels.language = m_tongue == Tongue::Olu ? "olu" : "english";
        labels.speaker = m_speaker;
        labels.reason = reason;
        if (isDigits(english)) {
            labels.part = "number";
        } else {
            const Word& known = lexicon()[english];
            labels.part = known.part;
            labels.number = known.number;
            labels.gender = known.gender;
            labels.sentiment = known.sentiment;
            labels.colour = known.colour;
            labels.referent = person.empty() && !known.gender.empty() && known.part == "name"
                ? english
                : person;
            translate(token, known);
        }
        if (m_tongue == Tongue::English && !m_text.tokens.empty())
            if (std::string& article = m_text.tokens.back().text;
                article == "a" && isVowel(english[0]))
                article = "an";
        m_text.tokens.push_back(token);
        if (english == "." || english == "?")
            end();
    }

    void translate(Token& token, const Word& known) const
    {
        Labels& labels = token.labels;
        const std::string& text = token.text;
        if (m_tongue == Tongue::Olu && known.part != "name" && known.part != "mark") {
            if (known.olu.empty())
                throw std::logic_error("there is no Olu for " + text + ", in " + m_form);
            token.text = known.olu;
        } else if (m_bindings.contains("olu") && text == bound("olu")) {
            labels.language = "olu";
        } else if (m_bindings.contains("code") && text == bound("code")) {
            labels.language = "code";
        }
    }

    void end()
    {
        const std::size_t size = m_text.tokens.size();
        bool about = false;
        for (std::size_t i = m_begin; i < size; ++i)
            about = about || (m_bindings.contains("rel") && m_text.tokens[i].text == bound("rel"));
        for (std::size_t i = m_begin; about && i < size; ++i)
            m_text.tokens[i].labels.relation = bound("rel");
        m_text.sentences.push_back({m_begin, size, m_form});
        m_begin = size;
    }

    const Bindings& m_bindings;
    Tongue m_tongue;
    std::string m_form;
    std::string m_speaker;
    std::size_t m_bracket = 0;
    std::size_t m_begin = 0;
    Text m_text;
};

} // namespace

Text write(const Form& form, const Bindings& bindings, Tongue tongue)
{
    return Writer(bindings, tongue, form.id).write(form.text);
}

bool speaksOlu(const Form& form)
{
    // Slots that may be filled with words that have no Olu.
    static const std::set<std::string> foreign = {"js", "town", "span"};
    std::istringstream in(form.text);
    for (std::string item; in >> item;) {
        if (item[0] == '{') {
            if (foreign.contains(item.substr(1, item.find_first_of("!}") - 1)))
                return false;
        } else if (item != "[" && item != "]" && item[0] != '@' && !isMark(item)
            && lexicon()[item].olu.empty()) {
            return false;
        }
    }
    return true;
}

} // namespace microtome::world
