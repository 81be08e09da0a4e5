#pragma once

#include <QString>

#include <functional>
#include <vector>

namespace microtome {

class Session;

/// One line of advice about the prompt, with a way out where there is one.
struct Hint {
    QString sentence;
    QString link;
    std::function<void(Session&)> action;
    bool warning = false;
};

/// What commonly spoils a prompt without anybody noticing: a space at its end, a target without its
/// leading space, a prediction that is punctuation or the end of the text, too many tokens.
std::vector<Hint> hintsFor(const Session&);

} // namespace microtome
