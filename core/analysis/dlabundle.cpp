#include "core/analysis/bundle.h"
#include "core/analysis/dla.h"
#include "core/analysis/fields.h"

namespace microtome {

namespace {

/// Values and magnitudes are kept as JSON numbers: they are f64.
nlohmann::json toJson(const std::vector<DlaComponent>& components)
{
    nlohmann::json out = nlohmann::json::array();
    for (const DlaComponent& c : components)
        out.push_back({static_cast<int>(c.kind), c.layer.value(), c.index, c.value, c.magnitude});
    return out;
}

std::vector<DlaComponent> componentsFromJson(const nlohmann::json& json)
{
    using Row = std::tuple<int, int, int, double, double>;
    std::vector<DlaComponent> out;
    try {
        for (const auto& entry : json) {
            const auto [kind, layer, index, value, magnitude] = entry.get<Row>();
            if (kind < 0 || kind > static_cast<int>(DlaComponent::Kind::MlpBias))
                throw Error("The stored attribution names an unknown kind of component.");
            out.push_back(
                {static_cast<DlaComponent::Kind>(kind), Layer(layer), index, value, magnitude});
        }
    } catch (const nlohmann::json::exception& e) {
        throw Error("The stored attribution is damaged. Compute it again.", e.what());
    }
    return out;
}

} // namespace

Bundle Dla::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "dla"}, {"ids", ids}, {"answers", answers}, {"wrongs", wrongs},
        {"position", position.value()}, {"components", toJson(components)},
        {"neuronLayer", neuronLayer.value()}, {"neurons", toJson(neurons)},
        {"finalScale", finalScale}, {"sum", sum}, {"actual", actual}, {"remainder", remainder},
        {"remark", remark}};
    b.matrices = {{"accumulated", accumulated}};
    return b;
}

Dla Dla::fromBundle(const Bundle& b)
{
    b.expect("dla");
    Dla dla;
    dla.ids = fieldOf<std::vector<TokenId>>(b.fields, "ids");
    dla.answers = fieldOf<std::vector<TokenId>>(b.fields, "answers");
    dla.wrongs = fieldOf<std::vector<TokenId>>(b.fields, "wrongs");
    dla.position = Position(fieldOf<int>(b.fields, "position"));
    dla.components = componentsFromJson(fieldOf<nlohmann::json>(b.fields, "components"));
    dla.neuronLayer = Layer(fieldOf<int>(b.fields, "neuronLayer"));
    dla.neurons = componentsFromJson(fieldOf<nlohmann::json>(b.fields, "neurons"));
    dla.accumulated = b.matrix("accumulated");
    dla.finalScale = fieldOf<double>(b.fields, "finalScale");
    dla.sum = fieldOf<double>(b.fields, "sum");
    dla.actual = fieldOf<double>(b.fields, "actual");
    dla.remainder = fieldOf<double>(b.fields, "remainder");
    dla.remark = fieldOf<std::string>(b.fields, "remark");
    return dla;
}

} // namespace microtome
