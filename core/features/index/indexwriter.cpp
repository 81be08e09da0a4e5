#include "core/features/index/indexwriter.h"

#include "core/features/index/merge.h"
#include "core/features/index/runreader.h"
#include "core/features/index/runwriter.h"
#include "core/features/index/sortbylatent.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t mostInRun = 1 << 29; // a run's records count bytes in 32 bits

void check(const Firing& firing, const IndexSource& source, TokenRange tokens)
{
    if (firing.token < tokens.begin || firing.token >= tokens.end)
        throw Error("An activation at token " + std::to_string(firing.token)
            + " does not belong to the tokens " + std::to_string(tokens.begin) + " to "
            + std::to_string(tokens.end) + " that it came with.");
    if (firing.latent >= source.latents)
        throw Error("There is no latent " + std::to_string(firing.latent) + ": the dictionary has "
            + std::to_string(source.latents) + ".");
    if (!std::isfinite(firing.value) || firing.value == 0)
        throw Error("Latent " + std::to_string(firing.latent) + " has a value at token "
            + std::to_string(firing.token)
            + " that is 0 or not finite; check the dictionary and the model.");
}

} // namespace

IndexWriter::IndexWriter(fs::path path, IndexSource source, std::size_t memory)
    : m_path(std::move(path))
    , m_folder(m_path)
    , m_source(std::move(source))
    , m_capacity(std::clamp<std::size_t>(memory / (2 * sizeof(Firing)), 1, mostInRun))
{
    microtome::check(m_source);
    m_folder += ".runs";
    std::error_code error;
    fs::create_directories(m_folder, error);
    if (error)
        throw Error("Cannot write " + m_folder.string() + ": " + error.message() + ".");
    resume();
    m_waiting.reserve(m_capacity);
    m_room.reserve(m_capacity);
}

void IndexWriter::resume()
{
    const std::string name = nameOf(m_source);
    for (;; ++m_runs) {
        const fs::path path = runPath(m_folder, m_runs);
        if (std::error_code error; !fs::exists(path, error))
            break;
        try {
            const RunReader run(path, name);
            if (run.tokens().begin != m_committed || run.tokens().end > m_source.tokens)
                break;
            m_committed = run.tokens().end;
        } catch (const Error&) {
            break; // torn, or of another source: from here on everything is made again
        }
    }
    m_position = m_committed;
    std::error_code error;
    for (fs::directory_iterator at(m_folder, error), end; !error && at != end;) {
        const fs::path file = at->path();
        at.increment(error);
        bool whole = false;
        for (std::size_t n = 0; n < m_runs && !whole; ++n)
            whole = file == runPath(m_folder, n);
        if (!error && !whole && file.filename().string().starts_with("run-"))
            fs::remove(file, error);
    }
    if (error)
        throw Error("Cannot go on in " + m_folder.string() + ": " + error.message() + ".");
}

void IndexWriter::add(std::span<const Firing> firings, std::uint64_t end)
{
    if (end < m_position || end > m_source.tokens)
        throw Error("Tokens up to " + std::to_string(end) + " cannot follow token "
            + std::to_string(m_position) + " of a corpus of " + std::to_string(m_source.tokens)
            + ".");
    if (firings.size() > mostInRun)
        throw Error("Too many activations at once for an index; give fewer tokens at a time.");
    for (const Firing& firing : firings)
        check(firing, m_source, {m_position, end});
    if (m_waiting.size() + firings.size() > m_capacity)
        commit();
    m_waiting.insert(m_waiting.end(), firings.begin(), firings.end());
    m_position = end;
}

void IndexWriter::commit()
{
    if (m_position == m_committed)
        return;
    sortByLatent(m_waiting, m_room, m_source.latents);
    writeRun(runPath(m_folder, m_runs), nameOf(m_source), {m_committed, m_position}, m_waiting);
    ++m_runs;
    m_committed = m_position;
    m_waiting.clear();
}

void IndexWriter::finish(const Progress& progress)
{
    if (m_position != m_source.tokens)
        throw Error("The index is not complete: " + std::to_string(m_position) + " of "
            + std::to_string(m_source.tokens) + " tokens are in it; go on with the sweep.");
    commit();
    m_waiting = {};
    m_room = {};
    FileBeside out(m_path);
    mergeRuns(out, m_source, m_folder, m_runs, progress);
    out.commit();
    std::error_code ignored; // the index is there; runs that stay are removed by the next writer
    fs::remove_all(m_folder, ignored);
}

} // namespace microtome
