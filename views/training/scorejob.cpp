#include "views/training/scorejob.h"

#include "views/session/checkpointname.h"

namespace microtome {

namespace fs = std::filesystem;

StoredRequest scoreRequest(const TrainingHistory::State& state)
{
    StoredRequest request;
    request.kind = "checkpoint-heads";
    request.title = "head scores, " + checkpointName(state).toStdString();
    request.ofModel = false;
    request.settings = {{"folder", state.path.string()}, {"files", nlohmann::json::array()}};
    std::error_code error;
    std::map<std::string, nlohmann::json> files;
    for (fs::directory_iterator it(state.path, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code unknown;
        if (it->path().extension() != ".safetensors")
            continue;
        const auto changed = it->last_write_time(unknown).time_since_epoch().count();
        files[it->path().filename().string()]
            = {it->path().filename().string(), it->file_size(unknown), changed};
    }
    for (auto& [name, file] : files)
        request.settings["files"].push_back(std::move(file));
    return request;
}

ScoresByState scoreCheckpoints(const OpenModel& open, const EngineOptions& options,
    const TrainingHistory& history, const std::vector<std::size_t>& states,
    const Progress& progress, const Partial<ScoresByState>& part)
{
    ScoresByState scores;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto count = static_cast<double>(states.size());
        const auto done = static_cast<double>(i);
        const TrainingHistory::State& state = history.states.at(states[i]);
        progress.step(done / count, checkpointName(state).toStdString());
        const auto model = open(state.path, options);
        scores[states[i]] = headAtlas(*model, {}, progress.part(done / count, (done + 1) / count));
        part(scores);
    }
    return scores;
}

} // namespace microtome
