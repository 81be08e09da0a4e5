#include "core/nn/train/recipe.h"

#include "core/nn/config.h"
#include "core/nn/train/settings.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numbers>
#include <sstream>

namespace microtome {

namespace fs = std::filesystem;
using nlohmann::json;
using nn::Settings;

namespace {

constexpr std::uintmax_t longestRecipe = 4 << 20;
constexpr std::int64_t mostSteps = 1'000'000'000;

template <class E> using Choices = std::vector<std::pair<std::string, E>>;

const Choices<Recipe::Documents> documentKinds{{"lines", Recipe::Documents::Lines},
    {"blank", Recipe::Documents::Blank}, {"file", Recipe::Documents::File}};
const Choices<Recipe::Order> orders{
    {"shuffled", Recipe::Order::Shuffled}, {"file", Recipe::Order::File}};
const Choices<Recipe::Packing> packings{
    {"packed", Recipe::Packing::Packed}, {"padded", Recipe::Packing::Padded}};
const Choices<Recipe::Predicted> predictions{
    {"all", Recipe::Predicted::All}, {"last", Recipe::Predicted::Last}};
const Choices<Recipe::Schedule> schedules{
    {"cosine", Recipe::Schedule::Cosine}, {"constant", Recipe::Schedule::Constant}};

template <class E> std::string nameOf(const Choices<E>& choices, E value)
{
    for (const auto& [name, choice] : choices)
        if (choice == value)
            return name;
    return {};
}

/// Paths are relative to the recipe.
fs::path whole(const Recipe& recipe, const std::string& path)
{
    return (recipe.file.parent_path() / path).lexically_normal();
}

void readModel(Settings model, Recipe& recipe)
{
    const std::string from = model.text("from", "");
    const std::string tokenizer = model.text("tokenizer", "");
    const json config = model.object("config");
    FreshWeights& fresh = recipe.fresh;
    fresh.deviation = model.number("std", fresh.deviation, 0, 10);
    fresh.gain = model.number("gain", 0, 0, 100);
    fresh.writers = model.number("writers", fresh.gain, 0, 100);
    fresh.waves = model.number("waves", 0, 0, 100);
    model.finish();
    if (from.empty() == config.empty())
        throw Error("A recipe's model is either {\"from\": FOLDER} to fine-tune, or {\"config\": "
                    "{...}, \"tokenizer\": ...} to begin from nothing.");
    if (!from.empty() && !tokenizer.empty())
        throw Error(
            "A model that is fine-tuned keeps its own tokenizer; leave model.tokenizer out.");
    if (!from.empty())
        recipe.from = whole(recipe, from);
    else
        recipe.config = config.dump();
    if (!tokenizer.empty())
        recipe.tokenizer = whole(recipe, tokenizer);
}

void readData(Settings data, Recipe& recipe)
{
    recipe.train = whole(recipe, data.need("train"));
    if (const std::string heldout = data.text("heldout", ""); !heldout.empty())
        recipe.heldout = whole(recipe, heldout);
    recipe.documents = data.choice("documents", documentKinds, recipe.documents);
    recipe.order = data.choice("order", orders, recipe.order);
    recipe.packing = data.choice("packing", packings, recipe.packing);
    recipe.predicted = data.choice("loss", predictions, recipe.predicted);
    data.finish();
    if (recipe.predicted == Recipe::Predicted::Last && recipe.packing == Recipe::Packing::Packed)
        throw Error("The loss of last tokens needs one document in a row: set data.packing to "
                    "padded.");
}

void readOptimizer(Settings s, Recipe& recipe)
{
    Recipe::Optimizer& o = recipe.optimizer;
    o.rate = s.number("learning_rate", o.rate, 0, 1e12);
    if (o.rate <= 0)
        throw Error("optimizer.learning_rate must be above 0.");
    o.beta1 = s.number("beta1", o.beta1, 0, 0.999999);
    o.beta2 = s.number("beta2", o.beta2, 0, 0.9999999);
    o.epsilon = s.number("epsilon", o.epsilon, 1e-30, 1);
    o.decay = s.number("weight_decay", o.decay, 0, 100);
    o.decayAll = s.flag("decay_all", o.decayAll);
    o.warmup = s.integer("warmup", std::min<std::int64_t>(200, recipe.steps / 10), 0, recipe.steps);
    o.schedule = s.choice("schedule", schedules, o.schedule);
    o.final = s.number("final", o.final, 0, 1);
    o.clip = s.number("clip", o.clip, 0, 1e12);
    s.finish();
}

void readRest(Settings& all, Recipe& recipe)
{
    const json tasks = all.object("tasks");
    for (const auto& [name, path] : tasks.items()) {
        if (!path.is_string())
            throw Error("tasks." + name.substr(0, 60) + " is not the path of a prompt set.");
        recipe.tasks[name] = whole(recipe, path.get<std::string>());
    }
    recipe.batchTokens = all.integer("batch_tokens", recipe.batchTokens, 1, 1 << 28);
    recipe.sequence = all.integer("sequence", 0, 1, 1 << 24);
    recipe.seed = static_cast<std::uint64_t>(all.integer("seed", 0, 0, INT64_MAX));
    recipe.threads = static_cast<int>(all.integer("threads", 1, 1, 1024));
    Settings evaluate = all.group("evaluate");
    const std::int64_t often = std::max<std::int64_t>(1, recipe.steps / 40);
    recipe.evaluateEvery = evaluate.integer("every", often, 1, mostSteps);
    recipe.evaluateDocuments = evaluate.integer("documents", 200, 0, mostSteps);
    recipe.tasksLimit = evaluate.integer("tasks_limit", 200, 0, mostSteps);
    evaluate.finish();
    recipe.heads = all.flag("heads", true);
    recipe.checkpoints = all.integers("checkpoints", 0, recipe.steps);
    std::sort(recipe.checkpoints.begin(), recipe.checkpoints.end());
    recipe.checkpoints.erase(std::unique(recipe.checkpoints.begin(), recipe.checkpoints.end()),
        recipe.checkpoints.end());
    recipe.halfCheckpoints
        = all.choice("checkpoint_dtype", Choices<bool>{{"f16", true}, {"f32", false}}, true);
    recipe.saveEvery = all.integer("save_every", recipe.saveEvery, 1, mostSteps);
    Settings stop = all.group("early_stop");
    const bool early = all.has("early_stop");
    recipe.patience = stop.integer("patience", early ? 5 : 0, early ? 1 : 0, mostSteps);
    recipe.least = stop.number("least", recipe.least, 0, 1e6);
    stop.finish();
    if (early && recipe.heldout.empty())
        throw Error("early_stop watches the held-out loss: name data.heldout, or leave it out.");
}

} // namespace

double Recipe::rateAfter(std::int64_t taken) const
{
    const Optimizer& o = optimizer;
    if (taken < o.warmup)
        return o.rate * static_cast<double>(taken + 1) / static_cast<double>(o.warmup);
    if (o.schedule == Schedule::Constant)
        return o.rate;
    const double through = static_cast<double>(taken - o.warmup)
        / static_cast<double>(std::max<std::int64_t>(1, steps - o.warmup));
    const double low = o.rate * o.final;
    return low + (o.rate - low) * 0.5 * (1 + std::cos(std::numbers::pi * through));
}

Recipe readRecipe(const fs::path& given)
{
    std::error_code error;
    Recipe recipe;
    if (given.empty() || !fs::is_regular_file(given, error))
        throw Error("There is no recipe at " + given.string().substr(0, 300) + ".");
    recipe.file = fs::absolute(given, error).lexically_normal();
    const json form = nn::readJson(recipe.file, longestRecipe);
    std::ifstream in(recipe.file, std::ios::binary);
    recipe.text.assign(std::istreambuf_iterator<char>(in), {});
    recipe.meaning = form.dump(-1, ' ', false, json::error_handler_t::replace);

    Settings all(form, "");
    recipe.steps = all.integer("steps", -1, 1, mostSteps);
    if (recipe.steps < 1)
        throw Error("The recipe does not say how many steps to train; give it \"steps\".");
    readModel(all.group("model", true), recipe);
    readData(all.group("data", true), recipe);
    readOptimizer(all.group("optimizer"), recipe);
    readRest(all, recipe);
    all.finish();
    return recipe;
}

std::string Recipe::words() const
{
    std::ostringstream out;
    const Optimizer& o = optimizer;
    out << (from.empty() ? "model from nothing" : "model from " + from.string());
    if (from.empty()) {
        out << ", weights' deviation " << fresh.deviation;
        if (fresh.gain > 0)
            out << ", gain of matrices " << fresh.gain << ", of writers " << fresh.writers;
        if (fresh.waves > 0)
            out << ", positions begin as waves of " << fresh.waves;
    }
    out << "\ntext " << train.string() << ", documents: " << nameOf(documentKinds, documents)
        << ", order: " << nameOf(orders, order) << ", " << nameOf(packings, packing)
        << ", predicted: " << nameOf(predictions, predicted) << "\nheld out "
        << (heldout.empty() ? "nothing" : heldout.string()) << "\nsteps " << steps
        << ", tokens of a batch " << batchTokens << ", of a row "
        << (sequence > 0 ? std::to_string(sequence) : "128, or the context") << "\nAdamW: rate "
        << o.rate << ", beta " << o.beta1 << " and " << o.beta2 << ", epsilon " << o.epsilon
        << ", weight decay " << o.decay << (o.decayAll ? " of everything" : " of matrices")
        << ", warm-up " << o.warmup << ", " << nameOf(schedules, o.schedule);
    if (o.schedule == Schedule::Cosine)
        out << " to " << o.final;
    out << ", clip " << o.clip << "\nseed " << seed << ", threads " << threads
        << "\nevaluation every " << evaluateEvery << " steps, documents " << evaluateDocuments
        << ", prompts of a task " << tasksLimit << "\ncheckpoints " << checkpoints.size() << " in "
        << (halfCheckpoints ? "f16" : "f32") << ", head scores " << (heads ? "yes" : "no")
        << "\nstate saved every " << saveEvery << " steps";
    if (patience > 0)
        out << "\nstops after " << patience << " evaluations without " << least << " nats gained";
    return out.str();
}

} // namespace microtome
