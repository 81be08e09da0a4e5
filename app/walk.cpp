#include "app/walk.h"

#include "core/model/editfile.h"
#include "core/model/safetensors.h"
#include "core/work/error.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace microtome {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::uintmax_t longest = 4u << 20;

/// Reads the fields of one object and knows by which names, so that a typing error is not passed
/// over.
class Reader {
public:
    Reader(const json& object, std::string where)
        : m_object(object)
        , m_where(std::move(where))
    {
        if (!object.is_object())
            throw Error(m_where + " must be an object in braces.");
    }

    bool has(const char* name)
    {
        m_known.insert(name);
        return m_object.contains(name);
    }

    template <class T> T get(const char* name, const char* kind)
    {
        if (!has(name))
            throw Error(m_where + " lacks “" + name + "”.");
        try {
            return m_object[name].get<T>();
        } catch (const json::exception&) {
            throw Error(m_where + ": “" + name + "” must be " + kind + ".");
        }
    }
    std::string text(const char* name) { return get<std::string>(name, "a text"); }
    int number(const char* name) { return get<int>(name, "a whole number"); }
    const json& raw(const char* name)
    {
        m_known.insert(name);
        return m_object.at(name);
    }
    const std::string& where() const { return m_where; }

    void end() const
    {
        for (const auto& [name, value] : m_object.items())
            if (!m_known.contains(name))
                throw Error(m_where + ": “" + name + "” is no field of a walk.");
    }

private:
    const json& m_object;
    std::string m_where;
    std::set<std::string> m_known;
};

WalkPlace placeOf(const json& form, const std::string& where)
{
    if (form.is_number_integer())
        return {form.get<int>(), {}};
    if (form.is_string() && !form.get<std::string>().empty())
        return {-1, form.get<std::string>()};
    throw Error(where + " must be a position, \"last\" or a token's text.");
}

WalkFocus focusOf(const json& form, const std::string& where)
{
    Reader r(form, where);
    WalkFocus focus;
    if (r.has("layer"))
        focus.layer = Layer(r.number("layer"));
    if (r.has("head"))
        focus.head = Head(r.number("head"));
    if (r.has("neuron"))
        focus.unit = Unit(r.number("neuron"));
    if (r.has("position"))
        focus.place = placeOf(r.raw("position"), where + ": “position”");
    if (r.has("key"))
        focus.key = placeOf(r.raw("key"), where + ": “key”");
    r.end();
    focus.kind = focus.head.valid() ? Focus::Kind::AttentionHead
        : focus.unit.valid()        ? Focus::Kind::Neuron
        : focus.layer.valid()       ? Focus::Kind::Cell
                                    : Focus::Kind::Token;
    if (focus.kind != Focus::Kind::Token && !focus.layer.valid())
        throw Error(where + " lacks “layer”.");
    if (focus.kind == Focus::Kind::Token && !focus.place)
        throw Error(where + " lacks “position”.");
    return focus;
}

WalkStep stepOf(
    const json& form, const WalkStep* before, const std::string& where, const fs::path& folder)
{
    Reader r(form, where);
    WalkStep step = before ? *before : WalkStep();
    step.viewState = nullptr;
    step.title = r.text("title");
    step.text = r.text("text");
    if (!before || r.has("prompt"))
        step.prompt = r.text("prompt");
    if (!before || r.has("view"))
        step.view = r.text("view");
    if (r.has("checkpoint"))
        step.checkpoint = r.text("checkpoint");
    if (step.checkpoint == "final")
        step.checkpoint.clear();
    if (step.checkpoint.find_first_of("/\\") != std::string::npos || step.checkpoint == "..")
        throw Error(where + ": “checkpoint” is the name of a folder, not a path.");
    if (r.has("second"))
        step.second = r.text("second");
    if (r.has("state"))
        step.viewState = r.raw("state");
    if (r.has("focus"))
        step.focus = focusOf(r.raw("focus"), where + ", “focus”");
    if (r.has("pins")) {
        step.pins.clear();
        for (const json& pin : r.get<std::vector<json>>("pins", "a list"))
            step.pins.push_back(focusOf(pin, where + ", “pins”"));
    }
    if (r.has("edits")) {
        const json edits{{"edits", r.raw("edits")}};
        step.edits = readEdits(edits.dump(), [&](const std::string& reference) {
            const auto hash = reference.find('#');
            if (hash == std::string::npos || fs::path(reference).is_absolute())
                throw Error(where + ": a value of “edits” must be FILE#NAME beside the walk.");
            return SafeTensors::open(folder / reference.substr(0, hash))
                ->matrix(reference.substr(hash + 1));
        });
    }
    r.end();
    return step;
}

} // namespace

Walk Walk::read(const fs::path& file)
{
    const std::string where = "The walk " + file.filename().string();
    std::error_code error;
    if (fs::file_size(file, error) > longest || error)
        throw Error(where + (error ? " cannot be read." : " is too large to be one."));
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const json form = json::parse(text, nullptr, false);
    if (form.is_discarded())
        throw Error(where + " is not JSON.");
    Reader r(form, where);
    Walk walk;
    walk.name = file.stem().string();
    walk.title = r.text("title");
    walk.about = r.text("about");
    walk.model = r.text("model");
    if (walk.model.empty() || walk.model.find_first_of("/\\") != std::string::npos
        || walk.model.starts_with('.'))
        throw Error(where + ": “model” is the name of a folder in the folder of models.");
    const auto steps = r.get<std::vector<json>>("steps", "a list");
    if (steps.empty())
        throw Error(where + " has no steps.");
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const WalkStep* before = i > 0 ? &walk.steps.back() : nullptr;
        WalkStep step = stepOf(
            steps[i], before, where + ", step " + std::to_string(i + 1), file.parent_path());
        walk.steps.push_back(std::move(step));
    }
    r.end();
    return walk;
}

WalkShelf WalkShelf::read(const fs::path& folder)
{
    WalkShelf shelf;
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".json")
            files.push_back(it->path());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
        try {
            shelf.walks.push_back(Walk::read(file));
        } catch (const std::exception& problem) {
            shelf.problems.emplace_back(problem.what());
        }
    }
    return shelf;
}

const Walk* WalkShelf::find(const std::string& name) const
{
    const auto it = std::ranges::find(walks, name, &Walk::name);
    return it == walks.end() ? nullptr : &*it;
}

Position WalkPlace::in(const Session& session) const
{
    const int count = static_cast<int>(session.prompt().size());
    if (token == "last" && count > 0)
        return Position(count - 1);
    if (token.empty()) {
        if (position < 0 || position >= count)
            throw Error("The prompt has no position " + std::to_string(position) + ".");
        return Position(position);
    }
    const QString wanted = QString::fromStdString(token).trimmed();
    for (int p = count - 1; p >= 0; --p) {
        QString text = session.tokenTextAt(Position(p));
        if (text == wanted || text.remove(QStringLiteral("·")).trimmed() == wanted)
            return Position(p);
    }
    throw Error("The prompt has no token “" + token + "”.");
}

Focus WalkFocus::in(const Session& session) const
{
    const Architecture& a = session.architecture();
    if ((layer.valid() && layer.value() >= a.layers) || (head.valid() && head.value() >= a.heads)
        || (unit.valid() && unit.value() >= a.dMlp))
        throw Error("The model has no such layer, head or neuron.");
    const Position last(static_cast<int>(session.prompt().size()) - 1);
    const Position at = place ? place->in(session) : last;
    const Position to = key ? key->in(session) : Position();
    switch (kind) {
    case Focus::Kind::AttentionHead:
        return Focus::atHead(layer, head, at, to);
    case Focus::Kind::Neuron:
        return Focus::atNeuron(layer, unit, at);
    case Focus::Kind::Cell:
        return Focus::atCell(layer, at);
    default:
        return Focus::atToken(at, session.prompt().ids[static_cast<std::size_t>(at.value())]);
    }
}

} // namespace microtome
