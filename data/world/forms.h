#pragma once

#include <string>
#include <vector>

namespace microtome::world {

/// A form of one or a few sentences. Words stand apart by spaces; {A} is filled in, {A.he} with the
/// pronoun of the person A, {A!reason} marks a word that what stands before it decides, and why;
/// [ {oc} {o} ] are an adjective and its noun, which change places in Olu; what stands between
/// @A and @ is said by A.
struct Form {
    std::string id;
    std::string text;
};

/// What the people of the town do, by what it teaches: giving, pronouns, colours, number, moods,
/// talk, errands, years, countries, travels, requests, lists, drills.
struct FormFamily {
    std::string name;
    std::vector<Form> forms;
};

const std::vector<FormFamily>& formFamilies();
const FormFamily& family(const std::string& name);

} // namespace microtome::world
