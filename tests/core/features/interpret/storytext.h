#pragma once

#include "core/features/interpret/predicate/predicate.h"
#include "core/features/interpret/predicate/reading.h"
#include "tests/core/features/sparsedata.h"

#include <memory>
#include <optional>

namespace microtome::test {

/// A made-up text with words in four forms, numbers, marks, line ends and quotes, and two labels.
class Story {
public:
    Story(std::size_t documents, std::uint64_t seed, WindowSettings windows = {});

    const Corpus& corpus() const { return *m_corpus; }
    const Windows& windows() const { return *m_windows; }
    const Reading& reading() const { return *m_reading; }

    /// The id of a piece, such as " red".
    std::uint32_t id(const std::string& piece) const;

    /// The tokens at which a predicate holds.
    std::vector<std::uint32_t> where(const Predicate&) const;

    /// An index with one latent for each predicate, that fires where it holds, with values 1 ... 4.
    std::unique_ptr<FeatureIndex> index(const std::vector<Predicate>&) const;

private:
    Folder m_folder;
    std::vector<std::string> m_pieces;
    std::optional<Corpus> m_corpus;
    std::optional<Windows> m_windows;
    std::optional<Reading> m_reading;
};

} // namespace microtome::test
