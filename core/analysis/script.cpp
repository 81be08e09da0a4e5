#include "core/analysis/script.h"

#include "core/analysis/scriptparts.h"
#include "core/model/editfile.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

using Kind = ScriptRequest::Kind;
using json = nlohmann::json;

/// Values of more numbers than this go to a file beside the script.
constexpr std::size_t inlineNumbers = 4096;

/// A JSON value as Python writes it.
std::string python(const json& value)
{
    if (value.is_null())
        return "None";
    if (value.is_boolean())
        return value.get<bool>() ? "True" : "False";
    std::string out;
    if (value.is_array()) {
        for (const json& entry : value)
            out += (out.empty() ? "" : ", ") + python(entry);
        return "[" + out + "]";
    }
    if (value.is_object()) {
        for (const auto& [name, entry] : value.items())
            out += (out.empty() ? "" : ", ") + json(name).dump() + ": " + python(entry);
        return "{" + out + "}";
    }
    // JSON text in ASCII is a Python literal.
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string valueOf(const Edit& edit, std::size_t index)
{
    if (edit.values.empty())
        return python(edit.number);
    if (edit.values.size() > inlineNumbers)
        return "load_file(\"edits.safetensors\")[\"edit_" + std::to_string(index) + "\"]";
    json rows = json::array();
    for (std::size_t r = 0; r < edit.values.rows(); ++r)
        rows.push_back(edit.values.row(r));
    return "torch.tensor(" + python(rows) + ")";
}

/// The list of edits, in the terms of the edits file, values as tensors.
std::string editList(const Edits& edits)
{
    std::string out = "EDITS = [\n";
    for (std::size_t i = 0; i < edits.size(); ++i) {
        Edit plain = edits[i];
        if (!plain.active())
            continue;
        plain.values = {};
        json entry = json::parse(writeEdits({plain}))["edits"][0];
        entry.erase("label");
        entry.erase("source");
        entry.erase("value");
        entry["bos"] = plain.bos.value_or(plain.operation != Operation::Add);
        if (!entry.contains("index"))
            entry["index"] = json::object();
        std::string text = python(entry);
        text.pop_back();
        out += "    " + text + ", \"value\": " + valueOf(edits[i], i)
            + ", \"given\": " + (edits[i].values.empty() ? "False" : "True") + "},\n";
    }
    return out + "]\n";
}

bool needsFile(const Edits& edits)
{
    for (const Edit& e : edits)
        if (e.active() && e.values.size() > inlineNumbers)
            return true;
    return false;
}

std::string title(const ScriptRequest& request)
{
    switch (request.kind) {
    case Kind::Lens:
        return "Logit lens";
    case Kind::Attention:
        return "Attention patterns";
    case Kind::Heads:
        return "Head scores";
    case Kind::Dla:
        return "Direct logit attribution";
    case Kind::Patching:
        return "Activation patching";
    }
    return {};
}

/// The settings of the kind, as Python constants.
std::string settings(const ScriptRequest& request)
{
    const auto index = [](std::int32_t i) { return i < 0 ? json() : json(i); };
    std::string out;
    const auto constant = [&](const char* name, const json& value) {
        out += std::string(name) + " = " + python(value) + "\n";
    };
    switch (request.kind) {
    case Kind::Lens:
        constant("TOP", request.topK);
        constant("POSITION", index(request.position.value()));
        break;
    case Kind::Attention:
        constant("LAYER", std::max(request.layer.value(), 0));
        constant("HEAD", index(request.head.value()));
        break;
    case Kind::Heads:
        break;
    case Kind::Patching:
        constant("CORRUPTED", request.corrupted);
        constant("SITE",
            Site{request.sweep, Layer(0), {}}.name().substr(std::string("blocks.0.").size()));
        constant("PER_HEAD", isPerHead(request.sweep));
        constant("BY_POSITION", request.byPosition || !isPerHead(request.sweep));
        constant("DENOISING", request.denoising);
        [[fallthrough]];
    case Kind::Dla:
        constant("ANSWERS", request.answers);
        constant("WRONGS", request.wrongs);
        constant("POSITION", request.position.valid() ? json(request.position.value()) : json(-1));
        break;
    }
    return out;
}

const char* computation(Kind kind)
{
    switch (kind) {
    case Kind::Lens:
        return script::lens;
    case Kind::Attention:
        return script::attention;
    case Kind::Heads:
        return script::heads;
    case Kind::Dla:
        return script::dla;
    case Kind::Patching:
        return script::patching;
    }
    return "";
}

} // namespace

std::string transformerLensScript(const ScriptRequest& request)
{
    std::string out = "\"\"\"" + title(request)
        + ", as shown by Microtome.\n\nNeeds: pip install \"transformer-lens>=3.2,<4\"\n";
    if (needsFile(request.edits))
        out += "Reads edits.safetensors beside it: the values of edits as edit_0, edit_1, ...\n";
    out += "\"\"\"\n";
    out += script::opening;
    if (needsFile(request.edits))
        out += "from safetensors.torch import load_file\n";
    out += "\nMODEL = " + python(request.modelPath) + "\nIDS = " + python(request.ids) + "\n";
    out += settings(request);
    out += editList(request.edits);
    out += script::machinery;
    out += computation(request.kind);
    return out;
}

} // namespace microtome
