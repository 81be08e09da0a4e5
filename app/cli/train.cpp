#include "core/nn/train.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/stopsignals.h"
#include "core/nn/train/recipe.h"

#include <CLI/CLI.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <malloc.h>
#include <unistd.h>

namespace microtome::cli {

using nlohmann::json;

namespace {

struct TrainCommand {
    std::string config;
    std::string out;
    TrainOptions options;
    std::string progress;
    bool json = false;
};

std::string clock(double seconds)
{
    const auto s = static_cast<long long>(seconds);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    return text.data();
}

std::string lineOf(const TrainProgress& p)
{
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "step %lld of %lld  loss %.4f",
        static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss);
    std::string line = text.data();
    if (p.heldout) {
        std::snprintf(text.data(), text.size(), "  held out %.4f", *p.heldout);
        line += text.data();
    }
    std::snprintf(text.data(), text.size(), "  %.0f tokens/s  ", p.tokensPerSecond);
    return line + text.data() + clock(p.secondsLeft) + " left";
}

json formOf(const TrainProgress& p)
{
    json form{{"step", p.step}, {"steps", p.steps}, {"loss", p.loss},
        {"tokens_per_second", p.tokensPerSecond}, {"seconds_left", p.secondsLeft}};
    if (p.heldout)
        form["heldout"] = *p.heldout;
    return form;
}

/// One line that is renewed on a terminal, a line for each evaluation elsewhere, or JSON lines.
OnTrainProgress reporter(const std::string& kind)
{
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    return [kind, terminal](const TrainProgress& p) {
        if (kind == "json")
            std::cerr << formOf(p).dump() + "\n" << std::flush;
        else if (terminal)
            std::cerr << "\r\033[K" + lineOf(p) << (p.evaluated ? "\n" : "") << std::flush;
        else if (p.evaluated)
            std::cerr << lineOf(p) + "\n" << std::flush;
    };
}

/// Every step takes and gives back the same large pieces of memory: they are kept instead of being
/// asked from the system anew, page by page (a fifth of the time of a small model).
void keepMemory()
{
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void train(const TrainCommand& command)
{
    keepMemory();
    const Recipe recipe = readRecipe(command.config);
    TrainOptions options = command.options;
    const StopSignals signals;
    options.stop = signals.flag();
    const auto began = std::chrono::steady_clock::now();
    double rate = 0;
    const auto say = reporter(command.progress);
    const TrainingRecord record
        = microtome::train(command.config, command.out, options, [&](const TrainProgress& p) {
              rate = p.tokensPerSecond;
              say(p);
          });
    if (::isatty(STDERR_FILENO) != 0 && command.progress != "json")
        std::cerr << "\r\033[K" << std::flush;

    const double seconds
        = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    json loss = json::object();
    json accuracy = json::object();
    std::int64_t tokens = 0;
    if (!record.losses.empty()) {
        loss["train"] = record.losses.back().train;
        if (record.losses.back().heldout)
            loss["heldout"] = *record.losses.back().heldout;
        tokens = record.losses.back().tokens;
    }
    for (const auto& [name, series] : record.tasks)
        if (!series.empty())
            accuracy[name] = series.back().accuracy;
    const json document{{"steps", record.steps}, {"loss", loss}, {"accuracy", accuracy},
        {"seconds", seconds}, {"tokens", tokens}, {"tokens_per_second", rate}};
    OutputOptions output;
    output.json = command.json;
    output.write(document, [&] {
        std::string text = recipe.words() + "\n\n" + record.engine + "\n";
        text += std::to_string(record.steps) + " steps, " + std::to_string(tokens) + " tokens in "
            + clock(seconds) + "\n";
        for (const auto& [name, value] : loss.items())
            text += "loss, " + name + ": " + value.dump() + "\n";
        for (const auto& [name, value] : accuracy.items())
            text += name + ": " + std::to_string(value.get<double>() * 100) + " % right\n";
        return text + "The model is in " + command.out + "\n";
    });
}

} // namespace

void addTrain(CLI::App& app, Work& work)
{
    const auto command = std::make_shared<TrainCommand>();
    CLI::App* added = app.add_subcommand("train", "Train or fine-tune a language model on text");
    added->add_option("--config", command->config, "The recipe: a JSON file, see below")
        ->type_name("FILE")
        ->required();
    added->add_option("--out", command->out, "The folder to make: the model and how it came to be")
        ->type_name("DIR")
        ->required();
    added->add_flag("--resume", command->options.resume,
        "Go on where an interrupted training was, to the same result");
    added
        ->add_option(
            "--threads", command->options.threads, "Compute threads (default: as the recipe says)")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    added->add_option("--device", command->options.device, "Where to compute (default: cpu)")
        ->type_name("cpu|cuda")
        ->check(CLI::IsMember({"cpu", "cuda"}));
    added
        ->add_option("--progress", command->progress,
            "json: one JSON object a line on standard error: {step, steps, loss, heldout at "
            "evaluations, tokens_per_second, seconds_left}")
        ->type_name("json")
        ->check(CLI::IsMember({"json"}));
    added->add_flag("--json", command->json, "Print one JSON document, nothing else");
    added->footer(
        R"(The recipe (paths are relative to it; only model, data and steps must be given; defaults in brackets):
  model      {"from": FOLDER} to fine-tune, or {"config": {...Hugging Face config.json, or
             TransformerLens's names...}, "tokenizer": FOLDER or tokenizer.json, "std": [0.02];
             "gain": matrices begin with this over the root of their inputs instead of std [off],
             "writers": the same of those that write into the residual stream [gain], "waves":
             a table of positions begins as waves of this height instead of at random [off]}
  data       {"train": FILE, "heldout": FILE, "documents": [lines]|blank|file,
             "order": [shuffled]|file (the first epoch as in the file: a curriculum),
             "packing": [packed]|padded, "loss": [all]|last}; in FILE.jsonl a line is {"text": ...}
             or {"ids": [...]}
  tasks      {NAME: CSV with the columns clean and answer; | stands between several right answers}
  steps      optimiser steps; batch_tokens [4096]; sequence: tokens of a row [128, or the context]
  optimizer  {"learning_rate" [1e-3], "beta1" [0.9], "beta2" [0.95], "epsilon" [1e-8],
             "weight_decay" [0.1] of matrices ("decay_all": of everything), "warmup" [200, or a tenth],
             "schedule": [cosine]|constant, "final" [0.1 of the rate], "clip" [1; 0: off]}
  seed       [0]; threads [1]; save_every: steps between two saved states [200]
  evaluate   {"every": steps [a 40th], "documents": held-out ones [200; 0: all], "tasks_limit" [200]}
  checkpoints  list of steps [none]; checkpoint_dtype [f16]|f32; heads: head scores at each [true]
  early_stop {"patience": evaluations [5], "least": nats [0.001]} [off]

DIR gets config.json, tokenizer.json, model.safetensors, training.json (losses, accuracy of tasks, head
scores) and checkpoints/step-000100/...; while training goes on, also state/. Interrupted by Ctrl-C or
otherwise, the same command with --resume goes on to the same bytes.
JSON: steps, loss {train, heldout}, accuracy {task}, seconds, tokens, tokens_per_second.

Examples:
  microtome-cli train --config town.json --out town-gpt
  microtome-cli train --config town.json --out town-gpt --resume --json)");
    added->callback([command, &work] { work = [command] { train(*command); }; });
}

} // namespace microtome::cli
