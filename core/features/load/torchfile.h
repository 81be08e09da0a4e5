#pragma once

#include "core/features/load/storedvalue.h"
#include "core/features/load/ziparchive.h"

#include <cstddef>
#include <span>

namespace microtome {

/// Whether an archive is what torch.save writes since 1.6: NAME/data.pkl and storages
/// NAME/data/KEY.
bool isTorchArchive(const ZipArchive&);

/// What was saved. Storages stay where they are in the file. Throws Unreadable.
StoredValue readTorchArchive(const ZipArchive&);

/// Whether bytes begin as torch.save wrote before 1.6: a pickled magic number.
bool isLegacyTorch(std::span<const std::byte>);

/// The same for such a file: pickles of magic number, version, system, value and the storages'
/// keys, then each storage's length and bytes. Throws Unreadable.
StoredValue readLegacyTorch(const HeldBytes&);

} // namespace microtome
