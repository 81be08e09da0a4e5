#include "core/nn/config.h"

#include "core/work/error.h"

#include <cmath>
#include <fstream>
#include <map>

namespace microtome::nn {

nlohmann::json readJson(const std::filesystem::path& path, std::uintmax_t longest)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > longest)
        throw Error(path.string() + " is not a file, or too large for what it should hold.");
    constexpr int deepest = 64; // what is nested deeper is copied and freed deeper than a stack is
    const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > deepest)
            throw Error(path.string() + " is nested too deeply.");
        return true;
    };
    std::ifstream in(path);
    auto form = nlohmann::json::parse(in, shallow, false);
    if (!form.is_object())
        throw Error(path.string() + " is not valid JSON, or not an object.");
    return form;
}

bool Config::has(const char* key) const
{
    return m_form.is_object() && m_form.contains(key) && !m_form[key].is_null();
}

int Config::integer(const char* key) const
{
    if (!has(key))
        throw Error(std::string("The model's config.json does not say ") + key + ".");
    const auto& value = m_form[key];
    if (!value.is_number_integer() || std::abs(value.get<double>()) > 1e9)
        throw Error(std::string("In the model's config.json, ") + key + " is not a plain number.");
    return value.get<int>();
}

int Config::integer(const char* key, int otherwise) const
{
    return has(key) ? integer(key) : otherwise;
}

double Config::number(const char* key, double otherwise) const
{
    if (!has(key))
        return otherwise;
    if (!m_form[key].is_number() || !std::isfinite(m_form[key].get<double>()))
        throw Error(std::string("In the model's config.json, ") + key + " is not a number.");
    return m_form[key].get<double>();
}

bool Config::flag(const char* key, bool otherwise) const
{
    if (!has(key))
        return otherwise;
    if (!m_form[key].is_boolean())
        throw Error(std::string("In the model's config.json, ") + key + " is neither true nor false.");
    return m_form[key].get<bool>();
}

std::string Config::text(const char* key, const std::string& otherwise) const
{
    if (!has(key))
        return otherwise;
    if (!m_form[key].is_string())
        throw Error(std::string("In the model's config.json, ") + key + " is not a text.");
    return m_form[key].get<std::string>();
}

Config Config::object(const char* key) const
{
    if (has(key) && !m_form[key].is_object())
        throw Error(std::string("In the model's config.json, ") + key + " is not a group of settings.");
    return Config(has(key) ? m_form[key] : nlohmann::json::object());
}

Activation activationNamed(const std::string& name)
{
    static const std::map<std::string, Activation> names {{"relu", Activation::Relu},
        {"gelu", Activation::GeluErf}, {"gelu_new", Activation::GeluTanh},
        {"gelu_pytorch_tanh", Activation::GeluTanh}, {"gelu_fast", Activation::GeluTanh},
        {"quick_gelu", Activation::QuickGelu}, {"silu", Activation::Silu},
        {"swish", Activation::Silu}, {"tanh", Activation::Tanh},
        {"square", Activation::Square}};
    const auto found = names.find(name);
    if (found == names.end())
        throw Error("The model's activation function, " + name.substr(0, 40) + ", is not known here.");
    return found->second;
}

void readRope(const Config& config, Architecture& a)
{
    const Config current = config.object("rope_parameters");
    const Config scaling = config.has("rope_parameters") ? current : config.object("rope_scaling");
    a.ropeTheta = current.number(
        "rope_theta", config.number("rope_theta", config.number("rotary_emb_base", 10000)));
    const auto kind = scaling.text("rope_type", scaling.text("type", "default"));
    if (kind == "default")
        return;
    a.ropeFactor = scaling.number("factor", 1);
    if (kind == "linear") {
        a.ropeScaling = RopeScaling::Linear;
    } else if (kind == "llama3") {
        a.ropeScaling = RopeScaling::Llama3;
        a.ropeLowFrequency = scaling.number("low_freq_factor", 1);
        a.ropeHighFrequency = scaling.number("high_freq_factor", 4);
        a.ropeOriginalContext = scaling.integer("original_max_position_embeddings",
            config.integer("original_max_position_embeddings", a.context));
    } else {
        throw Error("The model's rotary scaling, " + kind.substr(0, 40) + ", is not known here.");
    }
}

void readSpecialTokens(const Config& config, Architecture& a)
{
    const int bos = config.integer("bos_token_id", -1);
    a.bos = bos < a.vocabulary ? bos : -1; // small vocabularies often come with a large model's id
    if (!config.has("eos_token_id"))
        return;
    const auto& eos = config.form()["eos_token_id"];
    for (const auto& id : eos.is_array() ? eos : nlohmann::json::array({eos}))
        if (id.is_number_integer())
            a.eos.push_back(id.get<TokenId>());
}

} // namespace microtome::nn
