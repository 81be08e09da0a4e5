#include "core/analysis/training.h"

#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr int version = 1;
constexpr std::uintmax_t longest = 64u << 20;

using Json = nlohmann::ordered_json;

std::optional<TrainingRecord> read(const fs::path& file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return {};
    if (fs::file_size(file, error) > longest)
        throw Error("The training record " + file.string() + " is too large to be one.");
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in.good() && !in.eof())
        throw Error("The training record " + file.string() + " cannot be read.");
    return TrainingRecord::fromJson(text);
}

} // namespace

std::string TrainingRecord::toJson() const
{
    Json form;
    form["version"] = version;
    form["steps"] = steps;
    form["engine"] = engine;
    form["losses"] = Json::array();
    for (const Loss& l : losses) {
        Json& one = form["losses"].emplace_back(
            Json{{"step", l.step}, {"tokens", l.tokens}, {"train", l.train}});
        if (l.heldout)
            one["heldout"] = *l.heldout;
        one["rate"] = l.rate;
        one["gradient_norm"] = l.gradientNorm;
    }
    form["tasks"] = Json::object();
    for (const auto& [name, series] : tasks)
        for (const Accuracy& a : series)
            form["tasks"][name].push_back(
                {{"step", a.step}, {"accuracy", a.accuracy}, {"loss", a.loss}});
    form["heads"] = Json::array();
    for (const Heads& h : heads)
        form["heads"].push_back({{"step", h.step}, {"scores", h.scores}});
    form["checkpoints"] = Json::array();
    for (const Checkpoint& c : checkpoints)
        form["checkpoints"].push_back({{"step", c.step}, {"name", c.name}});
    form["recipe"] = recipe;
    return form.dump(1) + "\n";
}

TrainingRecord TrainingRecord::fromJson(const std::string& text)
{
    TrainingRecord record;
    try {
        const Json form = Json::parse(text);
        if (form.at("version").get<int>() > version)
            throw Error(
                "The training record was written by a later version of Microtome; take a newer "
                "one to see it.");
        record.steps = form.at("steps").get<std::int64_t>();
        record.engine = form.value("engine", "");
        record.recipe = form.value("recipe", "");
        const auto list = [&](const char* name) { return form.value(name, Json::array()); };
        for (const Json& l : list("losses"))
            record.losses.push_back({l.at("step"), l.at("tokens"), l.at("train"),
                l.contains("heldout") ? std::optional(l.at("heldout").get<double>()) : std::nullopt,
                l.at("rate"), l.at("gradient_norm")});
        const Json tasks = form.value("tasks", Json::object());
        for (const auto& [name, series] : tasks.items())
            for (const Json& a : series)
                record.tasks[name].push_back({a.at("step"), a.at("accuracy"), a.at("loss")});
        for (const Json& h : list("heads"))
            record.heads.push_back({h.at("step"), h.at("scores")});
        for (const Json& c : list("checkpoints"))
            record.checkpoints.push_back({c.at("step"), c.at("name")});
    } catch (const nlohmann::json::exception& e) {
        throw Error("The training record (training.json) is damaged; the model itself can be used.",
            e.what());
    }
    return record;
}

std::optional<TrainingRecord> TrainingRecord::beside(const fs::path& model)
{
    if (auto record = read(model / "training.json"))
        return record;
    if (model.parent_path().filename() == "checkpoints")
        return read(model.parent_path().parent_path() / "training.json");
    return {};
}

} // namespace microtome
