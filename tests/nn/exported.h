#pragma once

#include "tests/fakeweights.h"

#include <filesystem>

namespace microtome {

/// Writes a decoder's weights and configuration as a model folder, in the layout of the
/// architecture's family: `transformer_lens`, `gpt2`, `gpt_neox` or `llama`. What a family's layout
/// cannot say must be absent from the architecture and zero in the weights (see `fitToFamily`).
void exportModel(const std::filesystem::path& folder, const Architecture&, const FakeWeights&);

/// Changes a random architecture so that its family's files can say all of it.
void fitToFamily(Architecture&);

/// Sets to zero what the family's files cannot say.
void fitToFamily(const Architecture&, FakeWeights&);

} // namespace microtome
