#pragma once

#include "core/features/load/storedvalue.h"
#include "core/features/load/ziparchive.h"

#include <cstddef>
#include <span>

namespace microtome {

/// Whether bytes begin as numpy.save writes.
bool isNumpyArray(std::span<const std::byte> head);

/// A .npy array of plain numbers, version 1 to 3, in C's or Fortran's order: a tensor. A single
/// text
/// ("<U4" without axes, as configurations are stored) becomes a text. Throws Unreadable.
StoredValue readNumpyArray(const StoredBytes&);

/// Whether every member of an archive is called NAME.npy, as numpy.savez writes.
bool isNumpyArchive(const ZipArchive&);

/// A dict from NAME to its array. Throws Unreadable.
StoredValue readNumpyArchive(const ZipArchive&);

} // namespace microtome
