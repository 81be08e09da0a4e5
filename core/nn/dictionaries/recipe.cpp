#include "core/nn/dictionaries/recipe.h"

#include "core/nn/config.h"
#include "core/nn/train/settings.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

namespace microtome {

namespace fs = std::filesystem;
using nlohmann::json;
using nn::Settings;

namespace {

constexpr std::uintmax_t longestRecipe = 4 << 20;
constexpr std::int64_t most = 1'000'000'000;

template <class E> using Choices = std::vector<std::pair<std::string, E>>;
using Kind = DictionaryRecipe::Kind;

const Choices<Kind> kinds{{"topk", Kind::TopK}, {"batchtopk", Kind::BatchTopK},
    {"jumprelu", Kind::JumpRelu}, {"gated", Kind::Gated}, {"standard", Kind::Standard}};
const Choices<DictionaryRecipe::Penalty> penalties{
    {"step", DictionaryRecipe::Penalty::Step}, {"tanh", DictionaryRecipe::Penalty::Tanh}};
const Choices<Recipe::Documents> documentKinds{{"lines", Recipe::Documents::Lines},
    {"blank", Recipe::Documents::Blank}, {"file", Recipe::Documents::File}};
const Choices<Recipe::Packing> packings{
    {"packed", Recipe::Packing::Packed}, {"padded", Recipe::Packing::Padded}};

template <class E> std::string nameOf(const Choices<E>& choices, E value)
{
    for (const auto& [name, choice] : choices)
        if (choice == value)
            return name;
    return {};
}

void readForm(Settings& all, DictionaryRecipe& r)
{
    if (!all.has("kind"))
        throw Error("The recipe does not say the kind of dictionary; give it \"kind\": topk, "
                    "batchtopk, jumprelu, gated or standard.");
    r.kind = all.choice("kind", kinds, r.kind);
    r.latents = all.integer("latents", 0, 1, 1 << 28);
    r.expansion = all.integer("expansion", r.expansion, 1, 1 << 16);
    if (r.topKind()) {
        r.k = all.number("k", r.k, 1e-3, 1 << 24);
        r.gradient = all.number("gradient", 0, 0, 1e12);
        r.aux = all.number("aux", r.aux, 0, 1e6);
        if (r.kind == Kind::TopK && (r.k < 1 || r.k != std::floor(r.k)))
            throw Error("k of a TopK dictionary is a whole number of latents; take batchtopk for a "
                        "number on average.");
    } else {
        r.sparsity = all.number("sparsity", -1, 0, 1e9);
        if (r.sparsity < 0)
            throw Error(
                "The recipe does not say \"sparsity\", the weight of the penalty; try 1 for "
                "jumprelu's L0 or 5 for an L1.");
        r.sparsityWarmup = all.integer("sparsity_warmup", r.steps / 10, 0, r.steps);
    }
    if (r.kind == Kind::JumpRelu) {
        Settings jump = all.group("jumprelu");
        r.jump.threshold = jump.number("threshold", r.jump.threshold, 0, 1e6);
        r.jump.bandwidth = jump.number("bandwidth", r.jump.bandwidth, 1e-9, 1e6);
        r.jump.penalty = jump.choice("penalty", penalties, r.jump.penalty);
        r.jump.scale = jump.number("scale", r.jump.scale, 1e-9, 1e9);
        r.jump.toInput = jump.flag("to_input", r.jump.toInput);
        r.jump.preAct = jump.number("pre_act", r.jump.preAct, 0, 1e6);
        jump.finish();
    }
    const std::int64_t tokens = r.steps * r.batch;
    const std::int64_t usual = std::clamp<std::int64_t>(tokens / 20, 20 * r.batch, 10'000'000);
    r.deadAfter = all.integer("dead_after", usual, 1, INT64_MAX);
    r.normalise = all.flag("normalise", r.normalise);
    r.encoderStart = all.number("encoder_start", r.topKind() ? 1.0 : 0.1, 1e-6, 1e6);
}

void readData(Settings data, const fs::path& home, DictionaryRecipe& r)
{
    const auto whole = [&](const std::string& path) {
        return path.empty() ? fs::path() : (home / path).lexically_normal();
    };
    DictionaryRecipe::Data& d = r.data;
    d.train = whole(data.text("train", ""));
    d.heldout = whole(data.text("heldout", ""));
    d.documents = data.choice("documents", documentKinds, d.documents);
    d.packing = data.choice("packing", packings, d.packing);
    d.sequence = data.integer("sequence", 0, 2, 1 << 24);
    d.prependBos = data.flag("prepend_bos", d.prependBos);
    d.keepBos = data.flag("keep_bos", d.keepBos);
    d.skipFirst = data.integer("skip_first", 0, 0, 1 << 24);
    d.buffer = data.integer("buffer", d.buffer, 1, 1 << 30);
    data.finish();
}

void readPlaces(Settings& all, DictionaryRecipe& r)
{
    r.site = all.text("site", "");
    r.target = all.text("target", "");
    if (r.target == r.site)
        r.target.clear();
    const bool transcodes = !r.target.empty();
    r.subtract = all.flag("subtract", !transcodes);
    r.skip = all.flag("skip", false);
    if (transcodes && r.subtract)
        throw Error("A transcoder's bias belongs to another place than its input; leave "
                    "\"subtract\" out.");
    if (r.skip && !transcodes)
        throw Error("Only a transcoder has a map past its latents; name a \"target\", or leave "
                    "\"skip\" out.");
    if (transcodes && (r.kind == Kind::TopK || r.kind == Kind::Gated))
        throw Error("SAELens has no form for a " + nameOf(kinds, r.kind)
            + " transcoder; take batchtopk, jumprelu or standard.");
}

void readOptimizer(Settings s, DictionaryRecipe& r)
{
    Recipe::Optimizer& o = r.optimizer;
    o.rate = s.number("learning_rate", 1e-3, 1e-12, 1e6);
    o.beta1 = s.number("beta1", o.beta1, 0, 0.999999);
    o.beta2 = s.number("beta2", 0.999, 0, 0.9999999);
    o.epsilon = s.number("epsilon", o.epsilon, 1e-30, 1);
    o.clip = s.number("clip", 0, 0, 1e12);
    o.decay = 0;
    o.warmup = s.integer("warmup", std::min<std::int64_t>(200, r.steps / 10), 0, r.steps);
    r.decaySteps = s.integer("decay", r.steps / 5, 0, r.steps);
    s.finish();
}

void readRest(Settings& all, DictionaryRecipe& r)
{
    r.seed = static_cast<std::uint64_t>(all.integer("seed", 0, 0, INT64_MAX));
    r.threads = static_cast<int>(all.integer("threads", 1, 1, 1024));
    r.half = all.flag("half", false);
    r.saveEvery = all.integer("save_every", r.saveEvery, 1, most);
    Settings evaluate = all.group("evaluate");
    r.evaluateEvery = evaluate.integer("every", std::max<std::int64_t>(1, r.steps / 40), 1, most);
    r.evaluateTokens = evaluate.integer("tokens", r.evaluateTokens, 2, 1 << 28);
    r.lossTokens = evaluate.integer("loss_tokens", r.lossTokens, 0, 1 << 28);
    evaluate.finish();
}

} // namespace

double DictionaryRecipe::rateAfter(std::int64_t taken) const
{
    double rate = optimizer.rate;
    if (taken < optimizer.warmup)
        rate *= static_cast<double>(taken + 1) / static_cast<double>(optimizer.warmup);
    if (taken >= steps - decaySteps)
        rate *= static_cast<double>(steps - taken) / static_cast<double>(decaySteps + 1);
    return rate;
}

double DictionaryRecipe::sparsityAfter(std::int64_t taken) const
{
    if (taken >= sparsityWarmup)
        return sparsity;
    return sparsity * static_cast<double>(taken) / static_cast<double>(sparsityWarmup);
}

DictionaryRecipe dictionaryRecipe(const json& form, const fs::path& home)
{
    if (!form.is_object())
        throw Error("The recipe is not a group of settings.");
    DictionaryRecipe r;
    r.text = form.dump(1, ' ', false, json::error_handler_t::replace);
    r.meaning = form.dump(-1, ' ', false, json::error_handler_t::replace);
    Settings all(form, "");
    r.steps = all.integer("steps", -1, 1, most);
    if (r.steps < 1)
        throw Error("The recipe does not say how many steps to train; give it \"steps\".");
    r.batch = all.integer("batch", r.batch, 1, 1 << 24);
    readForm(all, r);
    readPlaces(all, r);
    readData(all.group("data"), home, r);
    readOptimizer(all.group("optimizer"), r);
    readRest(all, r);
    all.finish();
    return r;
}

DictionaryRecipe readDictionaryRecipe(const fs::path& given)
{
    std::error_code error;
    if (given.empty() || !fs::is_regular_file(given, error))
        throw Error("There is no recipe at " + given.string().substr(0, 300) + ".");
    const fs::path file = fs::absolute(given, error).lexically_normal();
    DictionaryRecipe r = dictionaryRecipe(nn::readJson(file, longestRecipe), file.parent_path());
    std::ifstream in(file, std::ios::binary);
    r.text.assign(std::istreambuf_iterator<char>(in), {});
    return r;
}

std::string DictionaryRecipe::words() const
{
    std::ostringstream out;
    const Recipe::Optimizer& o = optimizer;
    out << nameOf(kinds, kind) << ", latents ";
    if (latents > 0)
        out << latents;
    else
        out << expansion << " times the width";
    if (topKind()) {
        out << ", k " << k << ", weight of the auxiliary loss " << aux;
        if (gradient > 0)
            out << ", chosen by gradient too (beta " << gradient << ")";
    } else {
        out << ", sparsity " << sparsity << " after " << sparsityWarmup << " steps";
    }
    if (kind == Kind::JumpRelu)
        out << ", threshold " << jump.threshold << ", bandwidth " << jump.bandwidth << ", "
            << nameOf(penalties, jump.penalty);
    out << "\nreads " << (site.empty() ? "a matrix" : site);
    if (!target.empty())
        out << ", makes " << target << (skip ? " beside a linear map" : "");
    out << (normalise ? ", scaled" : ", as it is") << (subtract ? ", less the output's bias" : "")
        << "\ntext " << data.train.string()
        << ", documents: " << nameOf(documentKinds, data.documents) << ", "
        << nameOf(packings, data.packing) << ", buffer of " << data.buffer << " tokens\nsteps "
        << steps << " of " << batch << " tokens\nAdam: rate " << o.rate << ", beta " << o.beta1
        << " and " << o.beta2 << ", warm-up " << o.warmup << ", down to 0 in the last "
        << decaySteps << "\ndead after " << deadAfter << " tokens\nseed " << seed << ", threads "
        << threads << "\nevaluation every " << evaluateEvery << " steps on " << evaluateTokens
        << " tokens\nstate saved every " << saveEvery << " steps"
        << (half ? "\nmatrices saved in half precision" : "");
    return out.str();
}

} // namespace microtome
