#include "core/features/save/dictionaryrecord.h"

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

} // namespace

std::string DictionaryRecord::toJson() const
{
    Json form{{"version", version}, {"architecture", architecture}, {"model", model},
        {"hook", hook}, {"hook_out", hookOut}, {"d_in", dIn}, {"d_out", dOut}, {"latents", latents},
        {"input_scale", inputScale}, {"output_scale", outputScale}, {"steps", steps},
        {"tokens", tokens}};
    if (threshold)
        form["threshold"] = *threshold;
    form["ce"] = nullptr;
    if (ce)
        form["ce"] = {{"model", ce->model}, {"dictionary", ce->dictionary}, {"zero", ce->zero}};
    form["curve"] = Json::array();
    for (const Point& p : curve)
        form["curve"].push_back(Json{{"step", p.step}, {"tokens", p.tokens}, {"loss", p.loss},
            {"fvu", p.fvu}, {"l0", p.l0}, {"dead", p.dead}, {"rate", p.rate}});
    form["engine"] = engine;
    form["recipe"] = recipe;
    return form.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

DictionaryRecord DictionaryRecord::fromJson(const std::string& text)
{
    DictionaryRecord record;
    try {
        const Json form = Json::parse(text);
        if (form.at("version").get<int>() > version)
            throw Error("The record of the dictionary was written by a later version of Microtome; "
                        "take a newer one to see it.");
        form.at("architecture").get_to(record.architecture);
        record.model = form.value("model", "");
        record.hook = form.value("hook", "");
        record.hookOut = form.value("hook_out", "");
        form.at("d_in").get_to(record.dIn);
        form.at("d_out").get_to(record.dOut);
        form.at("latents").get_to(record.latents);
        record.inputScale = form.value("input_scale", 1.0);
        record.outputScale = form.value("output_scale", 1.0);
        record.steps = form.value("steps", std::int64_t(0));
        record.tokens = form.value("tokens", std::int64_t(0));
        if (form.contains("threshold"))
            record.threshold = form["threshold"].get<double>();
        if (const Json ce = form.value("ce", Json()); !ce.is_null())
            record.ce = {ce.at("model"), ce.at("dictionary"), ce.at("zero")};
        for (const Json& p : form.value("curve", Json::array()))
            record.curve.push_back({p.at("step"), p.at("tokens"), p.at("loss"), p.at("fvu"),
                p.at("l0"), p.at("dead"), p.at("rate")});
        record.engine = form.value("engine", "");
        record.recipe = form.value("recipe", "");
    } catch (const nlohmann::json::exception& e) {
        throw Error("The record of the dictionary (dictionary.json) is damaged; the dictionary "
                    "itself can be used.",
            e.what());
    }
    return record;
}

std::optional<DictionaryRecord> DictionaryRecord::beside(const fs::path& folder)
{
    const fs::path file = folder / "dictionary.json";
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return {};
    if (fs::file_size(file, error) > longest)
        throw Error("The record " + file.string() + " is too large to be one.");
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in.good() && !in.eof())
        throw Error("The record " + file.string() + " cannot be read.");
    return fromJson(text);
}

} // namespace microtome
