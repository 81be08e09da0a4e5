#pragma once

#include "core/features/load/coderparts.h"

namespace microtome {

/// Whether a folder is a model of codebook-features: a Hugging Face config.json with codebook_type
/// and k_codebook.
bool recognisesCodebooks(const CoderFolder&);

/// The modules that have a codebook, as its weights call them.
std::vector<std::string> codebookModules(const CoderFolder&);

/// Reads the codebook of a module (features-and-steering.md 2.6): all its groups as one, whose rows
/// are as wide as the whole activation. Throws Error with a sentence.
SparseCoder readCodebook(const CoderFolder&, const std::string& module);

inline constexpr CoderSetFormat codebookSet{
    "codebook-features", recognisesCodebooks, codebookModules, readCodebook};

} // namespace microtome
