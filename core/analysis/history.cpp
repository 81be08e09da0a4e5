#include "core/analysis/history.h"

#include "core/work/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t mostDigits = 15;

/// The step that a folder's name tells: `step-000100`, `checkpoint_2000`, `iter5`.
std::optional<std::int64_t> stepOf(std::string name)
{
    std::ranges::transform(name, name.begin(),
        [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    for (const std::string word : {"step", "checkpoint", "ckpt", "iter"}) {
        if (!name.starts_with(word))
            continue;
        std::string digits = name.substr(word.size());
        if (digits.starts_with('-') || digits.starts_with('_'))
            digits.erase(0, 1);
        const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
        if (!digits.empty() && digits.size() <= mostDigits && std::ranges::all_of(digits, isDigit))
            return std::stoll(digits);
    }
    return {};
}

std::vector<TrainingHistory::State> statesIn(const fs::path& folder)
{
    std::vector<TrainingHistory::State> states;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::error_code unknown;
        if (const auto step = stepOf(name); step && it->is_directory(unknown))
            states.push_back({name, it->path(), step});
    }
    std::ranges::sort(states, [](const auto& a, const auto& b) {
        return a.step != b.step ? a.step < b.step : a.name < b.name;
    });
    return states;
}

/// The folder without a slash at its end, and without dots in it.
fs::path plain(const fs::path& folder)
{
    const fs::path whole = folder.lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

} // namespace

TrainingHistory TrainingHistory::of(const fs::path& opened)
{
    TrainingHistory history;
    const fs::path model = plain(opened);
    try {
        history.record = TrainingRecord::beside(model);
    } catch (const std::exception& error) {
        history.problem = error.what();
    }
    const bool ofSeries
        = model.parent_path().filename() == "checkpoints" && stepOf(model.filename().string());
    const fs::path home = ofSeries ? model.parent_path().parent_path() : model;
    history.model = home;
    history.states = statesIn(home / "checkpoints");
    std::error_code error;
    if (!history.states.empty() && fs::exists(home / "config.json", error)) {
        const auto steps = history.record && history.record->steps > 0
            ? std::optional(history.record->steps)
            : std::nullopt;
        // The last state may be kept twice: as the model, and as a checkpoint.
        std::erase_if(history.states, [&](const State& state) {
            return steps && state.step == steps && state.path != model;
        });
        if (history.states.empty() || !steps || history.states.back().step != steps)
            history.states.push_back({"final", home, steps});
    }
    if (history.states.empty() && stepOf(model.filename().string()))
        history.states = statesIn(model.parent_path());
    if (history.states.size() < 2)
        history.states.clear();
    return history;
}

std::optional<std::size_t> TrainingHistory::indexOf(const fs::path& folder) const
{
    const fs::path wanted = plain(folder);
    const auto it
        = std::ranges::find_if(states, [&](const State& state) { return state.path == wanted; });
    if (it == states.end())
        return {};
    return static_cast<std::size_t>(it - states.begin());
}

std::optional<std::size_t> TrainingHistory::nearest(double step) const
{
    std::optional<std::size_t> best;
    double distance = HUGE_VAL;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (!states[i].step)
            continue;
        const double away
            = std::fabs(placeOfStep(static_cast<double>(*states[i].step)) - placeOfStep(step));
        if (away < distance) {
            distance = away;
            best = i;
        }
    }
    return best;
}

const std::vector<std::vector<double>>* TrainingHistory::scores(
    std::size_t state, const std::string& name) const
{
    if (!record || state >= states.size() || !states[state].step)
        return nullptr;
    for (const TrainingRecord::Heads& heads : record->heads) {
        const auto found = heads.scores.find(name);
        if (heads.step == *states[state].step && found != heads.scores.end())
            return &found->second;
    }
    return nullptr;
}

const TrainingRecord::Loss* TrainingHistory::loss(std::size_t state) const
{
    if (!record || state >= states.size() || !states[state].step)
        return nullptr;
    const auto it
        = std::ranges::find(record->losses, *states[state].step, &TrainingRecord::Loss::step);
    return it == record->losses.end() ? nullptr : &*it;
}

bool TrainingHistory::sameSeries(const TrainingHistory& other) const
{
    return !states.empty()
        && std::ranges::equal(states, other.states, {}, &State::path, &State::path);
}

double placeOfStep(double step)
{
    return std::log10(1 + std::max(step, 0.0));
}

std::optional<Rise> steepestRise(
    std::span<const double> steps, std::span<const double> values, double least)
{
    constexpr double share = 0.1;
    const std::size_t count = std::min(steps.size(), values.size());
    double lowest = HUGE_VAL;
    double whole = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(values[i]))
            continue;
        lowest = std::min(lowest, values[i]);
        whole = std::max(whole, values[i] - lowest);
    }
    if (whole < least)
        return {};
    std::optional<Rise> best;
    double slope = 0;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const double by = values[i + 1] - values[i];
        const double over = placeOfStep(steps[i + 1]) - placeOfStep(steps[i]);
        if (!std::isfinite(by) || by < share * whole || over <= 0 || by / over <= slope)
            continue;
        slope = by / over;
        best = Rise{i, by};
    }
    return best;
}

} // namespace microtome
