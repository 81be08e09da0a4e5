#pragma once

#include <cstdint>

namespace microtome {

// Rows of the project's tables, as typed numbers that do not convert into each other.
enum class ModelId : std::int64_t {};
enum class CheckpointId : std::int64_t {};
enum class GroupId : std::int64_t {};
enum class PromptId : std::int64_t {};
enum class RunId : std::int64_t {};
enum class ViewStateId : std::int64_t {};
enum class NoteId : std::int64_t {};
enum class BookmarkId : std::int64_t {};
enum class VectorId : std::int64_t {};
enum class SourceId : std::int32_t {}; // of features: 1 ... 2^23 - 1
enum class SweepId : std::int32_t {}; // positive
enum class CheckId : std::int64_t {};
enum class LabelId : std::int64_t {};
enum class ScoreId : std::int64_t {};
enum class ListId : std::int64_t {};
enum class FilterId : std::int64_t {};

} // namespace microtome
