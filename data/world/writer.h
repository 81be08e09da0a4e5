#pragma once

#include "data/world/forms.h"
#include "data/world/text.h"

#include <map>
#include <string>

namespace microtome::world {

enum class Tongue { English, Olu };

/// What a form's braces are filled with. People are bound by name; {A.he} and the like follow.
using Bindings = std::map<std::string, std::string>;

/// The form, filled in and labelled. A relation bound as `rel` is the relation of its sentence.
/// Throws std::logic_error when something is not bound or a word has no Olu.
Text write(const Form&, const Bindings&, Tongue = Tongue::English);

/// Whether every fixed word of the form has one in Olu.
bool speaksOlu(const Form&);

} // namespace microtome::world
