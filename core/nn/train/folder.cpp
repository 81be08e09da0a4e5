#include "core/nn/train/folder.h"

#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace microtome::nn {

namespace fs = std::filesystem;

namespace {

/// What a folder may hold of a tokenizer.
constexpr std::array tokenizerFiles{"tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "vocab.json", "merges.txt"};

[[noreturn]] void cannotWrite(const fs::path& path, const std::error_code& error)
{
    throw Error("Cannot write " + path.string()
        + (error ? ": " + error.message() + "." : ": is the folder there and the disk not full?"));
}

void makeFolder(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        cannotWrite(folder, error);
}

} // namespace

std::string checkpointName(std::int64_t step)
{
    const std::string digits = std::to_string(step);
    return "step-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

void writeSurroundings(const fs::path& folder, const TrainStart& start)
{
    makeFolder(folder);
    if (!start.configText.empty())
        replaceFile(folder / "config.json", start.configText);
    std::error_code error;
    for (const char* name : tokenizerFiles) {
        if (start.tokenizerFolder.empty() || !fs::exists(start.tokenizerFolder / name, error))
            continue;
        std::ifstream in(start.tokenizerFolder / name, std::ios::binary);
        replaceFile(folder / name, std::string(std::istreambuf_iterator<char>(in), {}));
    }
}

void writeWeights(const fs::path& folder, const Leaves& leaves, bool half)
{
    const at::Tensor all
        = leaves.weights().detach().to(at::kCPU, half ? at::kHalf : at::kFloat).contiguous();
    const auto* const bytes = static_cast<const std::byte*>(all.data_ptr());
    const auto width = static_cast<std::size_t>(all.element_size());
    std::vector<TensorToWrite> tensors;
    for (const Leaves::Leaf& leaf : leaves.all())
        tensors.push_back({leaf.name, half ? "F16" : "F32", leaf.shape,
            {bytes + static_cast<std::size_t>(leaf.begin) * width,
                static_cast<std::size_t>(leaf.count) * width}});
    std::sort(tensors.begin(), tensors.end(),
        [](const TensorToWrite& a, const TensorToWrite& b) { return a.name < b.name; });
    writeSafeTensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
    settle(folder / "model.safetensors");
}

fs::path writeCheckpoint(const fs::path& out, const TrainStart& start, std::int64_t step, bool half)
{
    const fs::path place = out / "checkpoints" / checkpointName(step);
    fs::path beside = place;
    beside += ".part";
    std::error_code error;
    fs::remove_all(beside, error);
    makeFolder(beside);
    writeSurroundings(beside, start);
    writeWeights(beside, start.leaves, half);
    fs::remove_all(place, error); // what an interrupted training left, with the same bytes
    fs::rename(beside, place, error);
    if (error)
        cannotWrite(place, error);
    settle(place.parent_path());
    return place;
}

} // namespace microtome::nn
