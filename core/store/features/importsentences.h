#pragma once

#include "core/features/import/importfiles.h"
#include "core/store/features/importer.h"
#include "core/store/features/importpile.h"

#include <map>

namespace microtome {

/// Says what came into the project, a sentence each.
void sayTaken(ImportReport&, const ImportedFiles&, const std::map<ImportedName, ImportPile>&,
    const ImportSettings&);

/// Says what did not, and why.
void sayLeftOut(ImportReport&, const ImportedFiles&, const std::map<ImportedName, ImportPile>&);

} // namespace microtome
