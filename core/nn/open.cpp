#include "core/nn/open.h"

#include "core/nn/config.h"
#include "core/nn/load.h"
#include "core/nn/machine.h"
#include "core/nn/network.h"
#include "core/nn/toy.h"
#include "core/work/error.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t longestConfig = 4 << 20;

nlohmann::json readConfig(const fs::path& path)
{
    std::error_code error;
    if (!fs::exists(path, error))
        return {};
    return nn::readJson(path, longestConfig);
}

at::Device deviceOf(const OpenOptions& options)
{
    if (options.device == "cpu")
        return at::kCPU;
    if (options.device != "cuda")
        throw Error("The device " + options.device + " is not known; give cpu or cuda.");
    if (!cudaAvailable())
        throw Error("This build's libtorch has no GPU to use; run with --device cpu.");
    return at::kCUDA;
}

at::ScalarType typeOf(const OpenOptions& options)
{
    if (options.dtype == "f32")
        return at::kFloat;
    if (options.dtype == "bf16")
        return at::kBFloat16;
    throw Error("The type " + options.dtype + " is not known; give f32 or bf16.");
}

} // namespace

bool cudaAvailable()
{
    return at::globalContext().hasCUDA();
}

std::unique_ptr<Model> openModel(const fs::path& given, const OpenOptions& options)
{
    const at::NoGradGuard guard;
    const auto device = deviceOf(options);
    const auto type = typeOf(options);
    const auto machine = nn::prepareMachine(options.threads);
    std::error_code error;
    if (given.empty())
        throw Error("No model was named; give the path of a model's folder or file.");
    if (given.native().find('\0') != std::string::npos)
        throw Error("The model's path holds a null character, which no file name has.");
    const fs::path path = fs::absolute(given, error).lexically_normal();
    auto weights = nn::Weights::open(path);
    const bool folder = fs::is_directory(path, error);
    const fs::path home = folder ? path : path.parent_path();
    const auto config = readConfig(folder ? home / "config.json" : fs::path(path).replace_extension(".json"));

    if (config.is_null() && !nn::hasTransformerLensNames(weights))
        throw Error("There is no config.json beside the weights in " + home.string()
            + ", and the tensors do not carry TransformerLens's names.");
    nn::LoadedDecoder decoder = nn::loadDecoder(config, weights, type, device);

    std::shared_ptr<const Tokenizer> tokenizer = Tokenizer::open(home);
    if (tokenizer && tokenizer->size() > static_cast<std::size_t>(decoder.architecture.vocabulary))
        throw Error("The tokenizer knows " + std::to_string(tokenizer->size())
            + " tokens, the model only " + std::to_string(decoder.architecture.vocabulary)
            + ": it belongs to another model.");
    if (tokenizer && decoder.architecture.bos < 0)
        decoder.architecture.bos = tokenizer->leading().value_or(-1);

    ModelInfo info;
    info.path = path.string();
    info.name = !folder            ? path.stem().string()
        : path.filename().empty() ? path.parent_path().filename().string()
                                  : path.filename().string();
    info.hash = weights.hash();
    info.tokenizerHash = tokenizer ? tokenizer->hash() : std::string();
    info.architecture = decoder.architecture;
    info.parameters = decoder.parameters.count;
    info.fileDtype = weights.dtype();
    info.dtype = options.dtype;
    info.device = options.device;
    info.threads = machine.threads;
    info.blas = machine.blas;
    info.engine = machine.engine;
    info.unused = weights.unused();
    if (decoder.architecture.tiedHead)
        info.missing.push_back("lm_head.weight (the embedding is used)");
    if (!machine.note.empty())
        info.notes.push_back(machine.note);
    info.weightBytes = weights.bytes();
    weights.release();
    return std::make_unique<nn::Network>(
        std::move(info), std::move(decoder), std::move(weights), std::move(tokenizer));
}

} // namespace microtome
