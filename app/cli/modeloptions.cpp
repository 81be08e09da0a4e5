#include "app/cli/modeloptions.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/nn/open.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace fs = std::filesystem;

void ModelOptions::add(CLI::App& command)
{
    command
        .add_option("--model", model,
            "A Hugging Face folder, or a safetensors file with TransformerLens's names")
        ->type_name("DIR|FILE")
        ->required();
    command.add_option("--checkpoint", checkpoint, "The model's folder checkpoints/NAME, or NAME")
        ->type_name("NAME");
    command.add_option("--device", device, "Where to compute (default: cpu)")
        ->type_name("cpu|cuda")
        ->check(CLI::IsMember({"cpu", "cuda"}));
    command.add_option("--dtype", dtype, "What to compute in (default: f32)")
        ->type_name("f32|bf16")
        ->check(CLI::IsMember({"f32", "bf16"}));
    command
        .add_option(
            "--threads", threads, "Compute threads (default: OMP_NUM_THREADS, or one per core)")
        ->type_name("N")
        ->check(CLI::Range(0, 1024));
    command.add_option("--seed", seed, "Of everything that is drawn at random (default: 0)")
        ->type_name("N");
}

fs::path ModelOptions::path() const
{
    const fs::path home = model;
    std::error_code error;
    if (!fs::exists(home, error))
        throw Error("There is no model at " + model + "; give --model a folder or a file.");
    if (checkpoint.empty())
        return home;
    if (fs::path(checkpoint).filename() != checkpoint || checkpoint == "..")
        throw UsageError("--checkpoint takes the name of a folder inside the model's, not a path: "
            + checkpoint);
    for (const fs::path& place : {home / "checkpoints" / checkpoint, home / checkpoint})
        if (fs::is_directory(place, error))
            return place;
    throw Error("The model has no checkpoint " + checkpoint + ": neither "
        + (home / "checkpoints" / checkpoint).string() + " nor " + (home / checkpoint).string()
        + " is a folder.");
}

std::unique_ptr<Model> ModelOptions::open() const
{
    auto opened = openModel(path(), {device, dtype, threads});
    for (const std::string& note : opened->info().notes)
        warn(note);
    return opened;
}

} // namespace microtome::cli
