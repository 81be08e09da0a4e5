#pragma once

#include "core/features/index/firing.h"
#include "core/work/progress.h"

#include <filesystem>
#include <span>
#include <vector>

namespace microtome {

/// Builds the inverted index of one dictionary's activations over one corpus, in one pass over the
/// tokens. What is waiting in memory is written, sorted by latent, as a run into the folder
/// `PATH.runs`; finish() joins the runs into the file. Memory stays within the budget, however many
/// tokens come; time is linear. A new writer for the same path and source goes on from the last
/// run that is whole on the disk, and its file is then the same, byte for byte.
class IndexWriter {
public:
    static constexpr std::size_t usualMemory = 256 << 20; ///< bytes

    /// Goes on with what is there of this source, and removes runs of any other. `memory` holds the
    /// waiting firings and room to sort them; records of latents (72 bytes each) come on top while
    /// it finishes. Throws Error.
    IndexWriter(std::filesystem::path, IndexSource, std::size_t memory = usualMemory);
    IndexWriter(const IndexWriter&) = delete;
    IndexWriter& operator=(const IndexWriter&) = delete;

    /// The token that it wants next: 0, or where to go on after an interruption.
    std::uint64_t position() const { return m_position; }

    /// Tokens before this one are safe from now on, whatever happens.
    std::uint64_t committed() const { return m_committed; }

    /// All firings of the tokens position() ... end - 1. In any order, but the tokens of one latent
    /// must ascend. A batch that does not fit into what is left of the memory commits those before
    /// it; one that is larger than all of it is held nevertheless. Throws Error for a token, latent
    /// or value that cannot be.
    void add(std::span<const Firing>, std::uint64_t end);

    /// Puts everything that was added on the disk, as a run. Call it now and then where tokens come
    /// slowly.
    void commit();

    /// Once all tokens were added: writes the file in place of one that may be there, and removes
    /// the runs. Throws Error, or Cancelled; it can then be called again, by another writer too.
    void finish(const Progress& = {});

private:
    void resume();

    std::filesystem::path m_path;
    std::filesystem::path m_folder;
    IndexSource m_source;
    std::size_t m_capacity;
    std::size_t m_runs = 0;
    std::uint64_t m_position = 0;
    std::uint64_t m_committed = 0;
    std::vector<Firing> m_waiting;
    std::vector<Firing> m_room;
};

} // namespace microtome
