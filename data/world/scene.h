#pragma once

#include "data/world/random.h"
#include "data/world/writer.h"

#include <optional>
#include <string>

namespace microtome::world {

/// A form together with all that it is filled with; what is written from it can be written again
/// with one thing changed.
struct Passage {
    const Form* form = nullptr;
    Bindings bindings;
    Tongue tongue = Tongue::English;

    Text text() const { return write(*form, bindings, tongue); }
};

/// Who is on the stage: the same two or three people through a paragraph.
struct Cast {
    std::string a;
    std::string b;
    std::string c;
};

Cast drawCast(Random&);

/// One filled-in form of the family, with nothing in it that is held out; or, with `heldOut`, with
/// what its task asks about held out. The people are of the cast, where one is given.
Passage drawPassage(const std::string& family, Random&, bool heldOut = false,
    const std::optional<Cast>& = {}, Tongue = Tongue::English);

/// The same with a form of one's choice.
Passage drawPassage(const Form&, const std::string& family, Random&, bool heldOut = false,
    const std::optional<Cast>& = {}, Tongue = Tongue::English);

/// Binds what is said of a country: its value of the relation (`v`), its capital and its stream;
/// and the other country with its value (`w`).
void tell(Bindings&, int relation, int country, int other);

/// Binds what follows from the rest: the other one (`S`) of A and B than `F`, their countries
/// (`FK`, `SK`), and who owns `s` (`sA`).
void arrange(Bindings&);

/// The year that a place of the town was built in.
int builtIn(const std::string& place);

} // namespace microtome::world
