#include "app/cli/dictionarytrain.h"

#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/stopsignals.h"
#include "core/nn/dictionaries/train.h"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <iostream>
#include <sstream>

#include <malloc.h>
#include <unistd.h>

namespace microtome::cli {

using nlohmann::json;

namespace {

struct TrainCommand {
    ModelOptions model;
    std::string config;
    std::string out;
    DictionaryTrainOptions options;
    std::string progress;
    bool json = false;
};

std::string lineOf(const DictionaryProgress& p)
{
    std::array<char, 200> text{};
    std::snprintf(text.data(), text.size(), "step %lld of %lld  loss %.4f",
        static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss);
    std::string line = text.data();
    if (p.evaluated) {
        std::snprintf(text.data(), text.size(), "  FVU %.4f  L0 %.2f  dead %.1f %%", p.point.fvu,
            p.point.l0, p.point.dead * 100);
        line += text.data();
    }
    std::snprintf(
        text.data(), text.size(), "  %.0f tokens/s  %.0f s left", p.tokensPerSecond, p.secondsLeft);
    return line + text.data();
}

json formOf(const DictionaryProgress& p)
{
    json form{{"step", p.step}, {"steps", p.steps}, {"loss", p.loss},
        {"tokens_per_second", p.tokensPerSecond}, {"seconds_left", p.secondsLeft}};
    if (p.evaluated)
        form.update({{"fvu", p.point.fvu}, {"l0", p.point.l0}, {"dead", p.point.dead}});
    return form;
}

/// One line that is renewed on a terminal, a line for each evaluation elsewhere, or JSON lines.
OnDictionaryProgress reporter(const std::string& kind)
{
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    return [kind, terminal](const DictionaryProgress& p) {
        if (kind == "json")
            std::cerr << formOf(p).dump() + "\n" << std::flush;
        else if (terminal)
            std::cerr << "\r\033[K" + lineOf(p) << (p.evaluated ? "\n" : "") << std::flush;
        else if (p.evaluated)
            std::cerr << lineOf(p) + "\n" << std::flush;
    };
}

json documentOf(const DictionaryRecord& record)
{
    json document{{"architecture", record.architecture}, {"d_in", record.dIn},
        {"d_out", record.dOut}, {"latents", record.latents}, {"hook", record.hook},
        {"hook_out", record.hookOut}, {"steps", record.steps}, {"tokens", record.tokens},
        {"fvu", nullptr}, {"l0", nullptr}, {"dead", nullptr}, {"ce", nullptr}};
    if (!record.curve.empty()) {
        const DictionaryRecord::Point& last = record.curve.back();
        document.update({{"fvu", last.fvu}, {"l0", last.l0}, {"dead", last.dead}});
    }
    if (record.ce)
        document["ce"] = {{"model", record.ce->model}, {"dictionary", record.ce->dictionary},
            {"zero", record.ce->zero}, {"recovered", record.ce->recovered()}};
    return document;
}

std::string tableOf(const DictionaryRecord& record)
{
    std::ostringstream out;
    out << record.architecture << " of " << record.latents << " latents, " << record.hook;
    if (record.hookOut != record.hook)
        out << " to " << record.hookOut;
    out << '\n' << record.steps << " steps, " << record.tokens << " tokens\n";
    if (!record.curve.empty()) {
        const DictionaryRecord::Point& last = record.curve.back();
        out << "FVU " << last.fvu << ", L0 " << last.l0 << ", dead " << last.dead * 100 << " %\n";
    }
    if (record.ce)
        out << "loss of the model " << record.ce->model << ", with the dictionary "
            << record.ce->dictionary << ", with zeros " << record.ce->zero << ": "
            << record.ce->recovered() * 100 << " % recovered\n";
    return out.str();
}

void train(const TrainCommand& command)
{
    // Every step takes and gives back the same large pieces of memory: they are kept.
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    const DictionaryRecipe recipe = readDictionaryRecipe(command.config);
    DictionaryTrainOptions options = command.options;
    const StopSignals signals;
    options.stop = signals.flag();
    options.threads = command.model.threads;
    const auto model = command.model.open();
    const DictionaryRecord record
        = trainDictionary(recipe, *model, command.out, options, reporter(command.progress));
    if (::isatty(STDERR_FILENO) != 0 && command.progress != "json")
        std::cerr << "\r\033[K" << std::flush;
    OutputOptions output;
    output.json = command.json;
    output.write(documentOf(record), [&] {
        return recipe.words() + "\n\n" + record.engine + "\n" + tableOf(record)
            + "The dictionary is in " + command.out + "\n";
    });
}

} // namespace

void addDictionaryTrain(CLI::App& dictionary, Work& work)
{
    const auto command = std::make_shared<TrainCommand>();
    CLI::App* added = dictionary.add_subcommand(
        "train", "Train a sparse autoencoder or transcoder on a model's activations");
    command->model.add(*added);
    added->add_option("--config", command->config, "The recipe: a JSON file, see below")
        ->type_name("FILE")
        ->required();
    added->add_option("--out", command->out, "The folder to make, in the form of SAELens 6")
        ->type_name("DIR")
        ->required();
    added->add_flag("--resume", command->options.resume,
        "Go on where an interrupted training was, to the same result");
    added
        ->add_option("--progress", command->progress,
            "json: one JSON object a line on standard error: {step, steps, loss, fvu, l0 and dead "
            "at evaluations, tokens_per_second, seconds_left}")
        ->type_name("json")
        ->check(CLI::IsMember({"json"}));
    added->add_flag("--json", command->json, "Print one JSON document, nothing else");
    added->footer(
        R"(The recipe (paths are relative to it; defaults in brackets):
  kind       topk | batchtopk | jumprelu | gated | standard
  site       where it reads, as blocks.3.hook_resid_post or blocks.3.attn.hook_z (all heads as a row)
  target     where it writes: a transcoder, as blocks.3.ln2.hook_normalized to blocks.3.hook_mlp_out
             [the same as site]; "skip": a linear map past the latents [false]
  latents    [expansion times the width]; expansion [8]
  k          of topk and batchtopk [32]; "gradient": weight of a latent's effect on the loss in the
             choice [0]; "aux": weight of the loss that revives dead latents [1]
  sparsity   weight of the penalty of jumprelu (L0), gated and standard (L1); sparsity_warmup: steps
             in which it grows [a tenth]
  jumprelu   {"threshold" [0.01], "bandwidth" [0.05], "penalty": [step]|tanh, "scale" [4],
             "to_input" [false], "pre_act" [0]}
  data       {"train": FILE, "heldout": FILE [other places of train], "documents": [lines]|blank|file,
             "packing": [packed]|padded, "sequence" [128, or the context], "prepend_bos" [false],
             "keep_bos" [false], "skip_first": positions left out [0], "buffer" [65536 tokens]}
  steps      optimiser steps; batch: tokens of a step [2048]
  optimizer  Adam: {"learning_rate" [1e-3], "beta1" [0.9], "beta2" [0.999], "epsilon" [1e-8],
             "warmup" [200, or a tenth], "decay": last steps down to 0 [a fifth], "clip" [0: off]}
  normalise  scale activations to a mean length of sqrt(d), folded when saved [true]
  subtract   the output's bias from the input [true; not in transcoders]
  encoder_start [1; 0.1 without k]; dead_after: tokens [a 20th of all]; seed [0]; threads [1]
  evaluate   {"every": steps [a 40th], "tokens" [8192], "loss_tokens" [8192; 0: not measured]}
  save_every steps between two saved states [200]
  half       save the matrices in half precision; curve and ce are of them before that [false]

DIR gets cfg.json, sae_weights.safetensors, sparsity.safetensors and dictionary.json (curves and recipe);
while training goes on, also state/. Interrupted by Ctrl-C or otherwise, the same command with --resume
goes on to the same bytes.
JSON: architecture, d_in, d_out, latents, hook, hook_out, steps, tokens, fvu, l0, dead,
ce {model, dictionary, zero, recovered} or null.

Example:
  microtome-cli dictionary train --model town-gpt --config resid-2.json --out town-gpt/dictionaries/resid-2)");
    added->callback([command, &work] { work = [command] { train(*command); }; });
}

} // namespace microtome::cli
