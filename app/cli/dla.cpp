#include "core/analysis/dla.h"

#include "app/cli/answeroptions.h"
#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/pieces.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>

namespace microtome::cli {

namespace {

using nlohmann::json;

struct DlaCommand {
    ModelOptions model;
    PromptOptions prompt;
    AnswerOptions answer;
    EditOptions edits;
    ProjectOptions project;
    OutputOptions output;
    int position = -1;
    int neurons = -1;
    std::size_t top = 20;
};

json listOf(const std::vector<DlaComponent>& components)
{
    json list = json::array();
    for (const DlaComponent& c : components)
        list.push_back({{"name", c.name()}, {"value", c.value},
            {"layer", c.layer.valid() ? json(c.layer.value()) : json()},
            {"index", c.index >= 0 ? json(c.index) : json()}, {"magnitude", c.magnitude}});
    return list;
}

json documentOf(const Dla& dla, const Pieces& pieces)
{
    json document{{"ids", dla.ids}, {"position", dla.position.value()}, {"answers", dla.answers},
        {"answer_pieces", pieces.of(dla.answers)}, {"wrongs", dla.wrongs},
        {"wrong_pieces", pieces.of(dla.wrongs)}, {"components", listOf(dla.components)},
        {"sum", dla.sum}, {"actual", dla.actual}, {"remainder", dla.remainder},
        {"final_scale", dla.finalScale}, {"remark", dla.remark}};
    if (!dla.neurons.empty()) {
        document["neuron_layer"] = dla.neuronLayer.value();
        document["neurons"] = listOf(dla.neurons);
    }
    return document;
}

/// The largest first.
void addRows(Table& table, const json& list, std::size_t top)
{
    std::vector<const json*> order;
    for (const json& component : list)
        order.push_back(&component);
    std::stable_sort(order.begin(), order.end(), [](const json* a, const json* b) {
        return std::abs(a->at("value").get<double>()) > std::abs(b->at("value").get<double>());
    });
    for (std::size_t i = 0; i < std::min(top, order.size()); ++i)
        table.row({order[i]->at("name").get<std::string>(), fixed(order[i]->at("value"), 4)});
    if (order.size() > top)
        table.row({"(" + std::to_string(order.size() - top) + " smaller ones)"});
}

std::string tableOf(const json& document, std::size_t top)
{
    Table table("lr");
    addRows(table, document.at("components"), top);
    for (const char* field : {"sum", "actual", "remainder"})
        table.row({field, fixed(document.at(field), 4)});
    std::string out = table.text();
    if (document.contains("neurons")) {
        Table neurons("lr");
        addRows(neurons, document.at("neurons"), top);
        out += "Neurons of layer " + document.at("neuron_layer").dump() + ":\n" + neurons.text();
    }
    return out;
}

void dla(const DlaCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    const Prompt prompt = command.prompt.prompt(*model);
    const Edits edits = command.edits.read();
    DlaRequest request;
    request.answers = command.answer.answerTokens(*model);
    request.wrongs = command.answer.wrongTokens(*model);
    if (command.position >= 0)
        request.position = Position(command.position);
    if (command.neurons >= 0)
        request.neurons = Layer(command.neurons);
    const json settings{{"answers", request.answers}, {"wrongs", request.wrongs},
        {"position", command.position}, {"neurons", command.neurons}};
    const json document = command.project.keep(
        *model, command.model.checkpoint, {"dla", settings, prompt, {}, edits, 0}, [&] {
            const Progress progress = terminalProgress("dla");
            const Dla result
                = directLogitAttribution(*model, Subject{prompt, edits, {}}, request, progress);
            progress.step(1);
            return documentOf(result, Pieces(model->tokenizer()));
        });
    if (const auto remark = document.at("remark").get<std::string>(); !remark.empty())
        warn(remark);
    command.output.write(document, [&] { return tableOf(document, command.top); });
}

} // namespace

void addDla(CLI::App& app, Work& work)
{
    const auto command = std::make_shared<DlaCommand>();
    CLI::App* added = app.add_subcommand(
        "dla", "Direct logit attribution: what each component adds to an answer's logit");
    command->model.add(*added);
    command->prompt.add(*added);
    command->answer.add(*added);
    added
        ->add_option("--position", command->position,
            "Where the answer is asked for (default: the last token)")
        ->type_name("P")
        ->check(CLI::Range(0, 1 << 30));
    added->add_option("--neurons", command->neurons, "Also every neuron of this layer's MLP")
        ->type_name("LAYER")
        ->check(CLI::Range(0, 1 << 20));
    added
        ->add_option(
            "--top", command->top, "Lines of the table (default: 20); the JSON document holds all")
        ->type_name("N");
    command->edits.add(*added);
    command->project.add(*added);
    command->output.add(*added);
    added->footer(
        R"(JSON: components[]: {name, value, layer, index, magnitude} in forward order, in logits; sum of them, actual (the
model's own logit difference), remainder (actual - sum); with --neurons neurons[].

Examples:
  microtome-cli dla --model gpt2 --text "When Mary and John went out, John saw" --answer " Mary" --wrong " John"
  microtome-cli dla --model net.safetensors --ids 1,2,3,1 --answer-id 2 --json)");
    added->callback([command, &work] {
        command->prompt.require();
        if (!command->answer.hasAnswer())
            throw UsageError("Say with --answer or --answer-id which token's logit is attributed.");
        work = [command] { dla(*command); };
    });
}

} // namespace microtome::cli
