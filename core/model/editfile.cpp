#include "core/model/editfile.h"

#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

using json = nlohmann::json;
using Kind = EditPositions::Kind;

constexpr std::array knownFields{"site", "op", "index", "positions", "bos", "value", "strength",
    "enabled", "label", "source", "when"};

/// Operations of the contract that this version does not carry out.
constexpr std::array laterOperations{"clamp", "min_clamp", "project", "ablate_direction", "cap",
    "affine", "low_rank", "redistribute", "mask", "force"};

constexpr std::array<std::pair<Kind, const char*>, 4> namedPositions{{
    {Kind::All, "all"},
    {Kind::Prompt, "prompt"},
    {Kind::Generated, "generated"},
    {Kind::Last, "last"},
}};

/// Reads one entry of the list; every sentence says which.
class EntryReader {
public:
    EntryReader(const json& entry, std::size_t number, const EditValuesLoader& load)
        : m_entry(entry)
        , m_where("Edit " + std::to_string(number) + " of the edits file: ")
        , m_load(load)
    {
    }

    Edit read()
    {
        if (!m_entry.is_object())
            refuse("it is not an object");
        for (const auto& [name, value] : m_entry.items())
            if (std::find(knownFields.begin(), knownFields.end(), name) == knownFields.end())
                refuse("the field \"" + name + "\" is unknown");
        if (const auto when = field("when"); when && !when->is_null())
            refuse("conditions (\"when\") are not supported by this version; remove the field");
        readSite();
        readOperation();
        readIndex();
        readPositions();
        if (const auto bos = field("bos"))
            m_edit.bos = boolean(*bos, "bos");
        readValue();
        if (const auto strength = field("strength"))
            m_edit.strength = finite(*strength, "strength");
        if (const auto enabled = field("enabled"))
            m_edit.enabled = boolean(*enabled, "enabled");
        if (const auto label = field("label"))
            m_edit.label = text(*label, "label");
        if (const auto source = field("source"))
            m_edit.source = text(*source, "source");
        return m_edit;
    }

private:
    [[noreturn]] void refuse(const std::string& why) const { throw Error(m_where + why + "."); }

    const json* field(const char* name) const
    {
        const auto found = m_entry.find(name);
        return found == m_entry.end() ? nullptr : &*found;
    }

    std::string text(const json& value, const std::string& name) const
    {
        if (!value.is_string())
            refuse("\"" + name + "\" must be text");
        return value.get<std::string>();
    }

    bool boolean(const json& value, const std::string& name) const
    {
        if (!value.is_boolean())
            refuse("\"" + name + "\" must be true or false");
        return value.get<bool>();
    }

    double finite(const json& value, const std::string& name) const
    {
        if (!value.is_number() || !std::isfinite(value.get<double>()))
            refuse("\"" + name + "\" must be a number");
        return value.get<double>();
    }

    /// A whole number from `least` on that fits 32 bits.
    int whole(const json& value, const std::string& name, int least = 0) const
    {
        const double number = value.is_number_integer() ? value.get<double>() : -1;
        if (number < least || number > std::numeric_limits<int>::max())
            refuse("\"" + name + "\" must be a whole number from " + std::to_string(least) + " on");
        return value.get<int>();
    }

    void readSite()
    {
        const auto site = field("site");
        if (!site)
            refuse("there is no \"site\"");
        const auto name = text(*site, "site");
        const auto parsed = Site::parse(name);
        if (!parsed)
            refuse(
                "\"" + name + "\" is no point of a model; names are like blocks.3.hook_resid_post");
        m_edit.site = *parsed;
    }

    void readOperation()
    {
        const auto op = field("op");
        if (!op)
            refuse("there is no \"op\"");
        const auto name = text(*op, "op");
        const auto known = operationNamed(name);
        if (!known
            && std::find(laterOperations.begin(), laterOperations.end(), name)
                != laterOperations.end())
            refuse("the operation \"" + name
                + "\" is not supported by this version; it knows zero, set, add, scale, mean, "
                  "patch, freeze and skip");
        if (!known)
            refuse("the operation \"" + name
                + "\" is unknown; there are zero, set, add, scale, mean, patch, freeze and skip");
        m_edit.operation = *known;
    }

    void readIndex()
    {
        const auto index = field("index");
        if (!index)
            return;
        if (!index->is_object())
            refuse("\"index\" must be an object such as {\"head\": 1}");
        for (const auto& [name, value] : index->items()) {
            if (name == "head") {
                if (!isPerHead(m_edit.site.point))
                    refuse(m_edit.site.name() + " has no heads");
                m_edit.site.head = Head(whole(value, "head"));
            } else if (name == "unit") {
                m_edit.unit = Unit(whole(value, "unit"));
            } else {
                refuse("an index by \"" + name
                    + "\" is not supported by this version; there are head and unit");
            }
        }
    }

    void readPositions()
    {
        const auto value = field("positions");
        if (!value)
            return;
        EditPositions& p = m_edit.positions;
        if (value->is_string()) {
            const auto name = value->get<std::string>();
            for (const auto& [kind, known] : namedPositions)
                if (name == known) {
                    p.kind = kind;
                    return;
                }
            refuse(
                "positions \"" + name + "\" are unknown; there are all, prompt, generated, last");
        }
        if (value->is_object() && value->size() == 2 && value->contains("from")
            && value->contains("to")) {
            p.kind = Kind::Range;
            p.from = whole((*value)["from"], "from");
            p.to = whole((*value)["to"], "to", p.from);
        } else if (value->is_object() && value->size() == 1 && value->contains("first")) {
            p.kind = Kind::First;
            p.first = whole((*value)["first"], "first");
        } else if (value->is_object() && value->size() == 1 && value->contains("ids")
            && (*value)["ids"].is_array()) {
            p.kind = Kind::Ids;
            for (const json& id : (*value)["ids"])
                p.ids.push_back(whole(id, "ids"));
        } else {
            refuse("\"positions\" must be all, prompt, generated, last, {\"from\": a, \"to\": b}, "
                   "{\"ids\": [...]} or {\"first\": n}");
        }
    }

    void readValue()
    {
        const auto value = field("value");
        const Operation op = m_edit.operation;
        const bool needsValue = op == Operation::Set || op == Operation::Add
            || op == Operation::Scale || op == Operation::Patch;
        if (!value || value->is_null()) {
            if (needsValue)
                refuse(std::string("\"") + operationName(op) + "\" needs a \"value\"");
            return;
        }
        if (value->is_number() && op != Operation::Patch && op != Operation::Mean) {
            m_edit.number = finite(*value, "value");
            return;
        }
        if (!value->is_string() || op == Operation::Scale)
            refuse(op == Operation::Scale ? "\"value\" must be a number"
                    : op == Operation::Patch || op == Operation::Mean
                    ? "\"value\" must be \"file.safetensors#name\""
                    : "\"value\" must be a number or \"file.safetensors#name\"");
        if (!m_load)
            refuse("values in files cannot be used here");
        const auto reference = value->get<std::string>();
        if (const auto hash = reference.find('#');
            hash == std::string::npos || hash == 0 || hash + 1 == reference.size())
            refuse("\"" + reference + "\" names no tensor: write \"file.safetensors#name\"");
        m_edit.values = m_load(reference);
        if (m_edit.values.empty())
            refuse("\"" + reference + "\" holds no numbers");
        m_edit.source = reference;
    }

    const json& m_entry;
    std::string m_where;
    const EditValuesLoader& m_load;
    Edit m_edit;
};

json positionsToJson(const EditPositions& p)
{
    switch (p.kind) {
    case Kind::Range:
        return {{"from", p.from}, {"to", p.to}};
    case Kind::Ids:
        return {{"ids", p.ids}};
    case Kind::First:
        return {{"first", p.first}};
    default:
        for (const auto& [kind, name] : namedPositions)
            if (kind == p.kind)
                return name;
        return "all";
    }
}

} // namespace

Edits readEdits(std::string_view text, const EditValuesLoader& load)
{
    const json file = json::parse(text, nullptr, false);
    if (file.is_discarded())
        throw Error("The edits file is not valid JSON.");
    if (!file.is_object() || !file.contains("edits") || !file["edits"].is_array())
        throw Error("The edits file must be {\"edits\": [...]}.");
    Edits edits;
    for (const json& entry : file["edits"])
        edits.push_back(EntryReader(entry, edits.size() + 1, load).read());
    return edits;
}

std::string writeEdits(const Edits& edits, const EditValuesSaver& save)
{
    json list = json::array();
    for (std::size_t i = 0; i < edits.size(); ++i) {
        const Edit& e = edits[i];
        json entry{{"site", e.site.name()}, {"op", operationName(e.operation)},
            {"positions", positionsToJson(e.positions)}, {"strength", e.strength}};
        if (e.site.head.valid())
            entry["index"]["head"] = e.site.head.value();
        if (e.unit)
            entry["index"]["unit"] = e.unit->value();
        if (e.bos)
            entry["bos"] = *e.bos;
        if (!e.values.empty() && !save)
            throw Error("Edit " + std::to_string(i + 1)
                + " holds a vector: it needs a file to be stored in.");
        if (!e.values.empty())
            entry["value"] = save(e, i);
        else if (e.operation == Operation::Set || e.operation == Operation::Add
            || e.operation == Operation::Scale)
            entry["value"] = e.number;
        if (!e.enabled)
            entry["enabled"] = false;
        if (!e.label.empty())
            entry["label"] = e.label;
        if (!e.source.empty())
            entry["source"] = e.source;
        list.push_back(std::move(entry));
    }
    return json{{"edits", list}}.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace microtome
