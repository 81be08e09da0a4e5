#pragma once

#include "core/features/import/importstream.h"

#include <nlohmann/json.hpp>

#include <functional>

namespace microtome {

/// Takes one record; `around` has what the document around it said of itself before, or is null.
using OnRecord = std::function<void(const nlohmann::json& record, const nlohmann::json& around)>;

/// Goes through the records of JSON: each value of JSON Lines, each element of a document that is
/// an array, each element of the array "features" of a document that is an object; any other
/// document is one record. Memory: one record (at most ImportStream::mostBetween bytes of text and
/// 2^21 values, some 400 MB at the very worst) and what is around it; time is linear. Throws
/// Unreadable for what is not JSON, or nested deeper than 16.
void eachRecord(ImportStream&, const OnRecord&);

} // namespace microtome
