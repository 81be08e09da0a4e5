#pragma once

#include "core/features/load/storedvalue.h"

#include <string>

/// Everything in a value as one line of text, reading every tensor; tell() of golden/make.py writes
/// the same.
std::string told(const microtome::StoredValue&);
