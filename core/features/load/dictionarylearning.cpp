#include "core/features/load/dictionarylearning.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/dictionaryclass.h"
#include "core/features/load/plaincoder.h"
#include "core/features/load/torchweights.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

constexpr const char* configuration = "config.json";

/// What config.json says of the trainer; of a checkpoint it lies one folder above.
nlohmann::json trainerOf(const CoderFolder& folder)
{
    if (folder.has(configuration))
        return describes(folder, configuration, {"trainer"})
            ? objectField(folder.json(configuration), "trainer")
            : nlohmann::json::object();
    std::error_code error;
    const auto above = std::filesystem::absolute(folder.folder(), error);
    if (error || above.filename() != "checkpoints"
        || !std::filesystem::is_regular_file(above.parent_path() / configuration, error))
        return nlohmann::json::object();
    const CoderFolder run(above.parent_path() / configuration);
    return describes(run, configuration, {"trainer"})
        ? objectField(run.json(configuration), "trainer")
        : nlohmann::json::object();
}

/// The tensors themselves, or what a checkpoint keeps under `ae`.
const StoredValue& weightsIn(const StoredValue& file)
{
    const StoredValue* inner = file.find("ae");
    return inner && inner->dict() ? *inner : file;
}

void declare(const nlohmann::json& trainer, SparseCoder& coder)
{
    keepFields(coder.declared, trainer);
    coder.declared.model = textField(trainer, "lm_name").value_or("");
    const std::string point = textField(trainer, "submodule_name").value_or("");
    for (CoderInput& input : coder.inputs)
        input.point = point;
    for (CoderOutput& output : coder.outputs)
        output.point = point;
    if (point.empty())
        coder.declared.notes.push_back("Its files do not name the module that it reads.");
}

/// While it is trained all activations are divided by norm_factor, the root of their mean squared
/// norm; scale_biases() makes up for that in what is saved at the end, not in a checkpoint.
void scaleAsTrained(const StoredValue& file, const nlohmann::json& trainer, SparseCoder& coder)
{
    const StoredValue* own = file.find("norm_factor");
    const auto factor = own ? own->number() : numberField(trainer, "norm_factor");
    if (!factor || !(*factor > 0)) {
        coder.declared.notes.push_back("This is a checkpoint that does not say by what activations "
                                       "were divided; if they were, its biases do not fit.");
        return;
    }
    for (CoderInput& input : coder.inputs)
        input.norm = multipliedBy(1 / *factor);
    for (CoderOutput& output : coder.outputs)
        output.scaledBack = true;
    coder.declared.notes.push_back("This is a checkpoint: activations are divided by norm_factor "
        + std::to_string(*factor) + " as they were in training.");
}

} // namespace

bool recognisesDictionaryLearning(const CoderFolder& folder)
{
    const std::string file = torchWeightsOf(folder);
    if (file.empty())
        return false;
    const StoredValue& weights = weightsIn(folder.tensorFile(file).value);
    return weights.dict() && !dictionaryClass(CoderTensors(file, weights)).empty();
}

SparseCoder readDictionaryLearning(const CoderFolder& folder)
{
    const std::string file = torchWeightsOf(folder);
    const StoredValue& stored = folder.tensorFile(file).value;
    const StoredValue& weights = weightsIn(stored);
    const auto trainer = trainerOf(folder);
    SparseCoder coder = readDictionaryClass(file, weights, trainer);
    declare(trainer, coder);
    if (&weights != &stored)
        scaleAsTrained(stored, trainer, coder);
    return coder;
}

} // namespace microtome
