#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a folder or a chosen file is what dictionary_learning saves: ae.pt beside config.json
/// with a dict_class, or a file of torch with the tensors of one of its classes.
bool recognisesDictionaryLearning(const CoderFolder&);

/// Reads a dictionary of dictionary_learning, finished or of its checkpoints
/// (features-and-steering.md 2.4). Throws Error with a sentence.
SparseCoder readDictionaryLearning(const CoderFolder&);

} // namespace microtome
