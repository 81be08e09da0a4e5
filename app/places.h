#pragma once

#include "app/palette.h"

namespace microtome {

class Session;

/// Places of the model and the prompt that a typed text names exactly: a TransformerLens hook name
/// (`blocks.3.attn.hook_pattern`, `pattern3[1]`), a head ("3.1", "L3H1"), a neuron ("n3/712"), a
/// position ("@14"), a token of the prompt.
std::vector<PaletteItem> placesFor(Session&, const QString& query);

} // namespace microtome
