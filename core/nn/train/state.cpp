#include "core/nn/train/state.h"

#include "core/model/safetensors.h"
#include "core/nn/train/folder.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <nlohmann/json.hpp>

#include <array>

namespace microtome::nn {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::array parts{"weights", "first_moments", "second_moments"};

std::array<at::Tensor, 3> tensorsOf(const Leaves& leaves, AdamW& optimizer)
{
    return {leaves.weights(), optimizer.first(), optimizer.second()};
}

json formOf(const TrainState& s)
{
    return {{"step", s.step}, {"tokens", s.tokens}, {"epoch", s.cursor.epoch},
        {"item", s.cursor.item}, {"place", s.cursor.place}, {"loss_sum", s.lossSum},
        {"loss_tokens", s.lossTokens}, {"gradient_norm", s.gradientNorm}, {"best", s.best},
        {"waited", s.waited}};
}

TrainState stateFrom(const json& f)
{
    TrainState s;
    f.at("step").get_to(s.step);
    f.at("tokens").get_to(s.tokens);
    f.at("epoch").get_to(s.cursor.epoch);
    f.at("item").get_to(s.cursor.item);
    f.at("place").get_to(s.cursor.place);
    f.at("loss_sum").get_to(s.lossSum);
    f.at("loss_tokens").get_to(s.lossTokens);
    f.at("gradient_norm").get_to(s.gradientNorm);
    f.at("best").get_to(s.best);
    f.at("waited").get_to(s.waited);
    return s;
}

} // namespace

StateFile::StateFile(fs::path out, std::string identity)
    : m_folder(std::move(out) / "state")
    , m_identity(std::move(identity))
{
}

bool StateFile::exists() const
{
    std::error_code error;
    return fs::exists(m_folder / "state.safetensors", error);
}

void StateFile::write(const TrainState& state, const Leaves& leaves, AdamW& optimizer) const
{
    std::error_code error;
    fs::create_directories(m_folder, error);
    std::vector<at::Tensor> keep;
    std::vector<TensorToWrite> tensors;
    const auto all = tensorsOf(leaves, optimizer);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const at::Tensor& t = keep.emplace_back(all[i].detach().to(at::kCPU).contiguous());
        tensors.push_back({parts[i], "F32", {t.numel()},
            {static_cast<const std::byte*>(t.data_ptr()), t.nbytes()}});
    }
    const fs::path next = m_folder / "next.safetensors";
    writeSafeTensors(next, tensors,
        {{"state", formOf(state).dump()}, {"record", state.record.toJson()},
            {"identity", m_identity}});
    settle(next);
    fs::rename(next, m_folder / "state.safetensors", error);
    if (error)
        throw Error("The state of the training cannot be written to " + m_folder.string() + ": "
            + error.message() + ".");
    settle(m_folder);
}

TrainState StateFile::read(Leaves& leaves, AdamW& optimizer) const
{
    const auto file = SafeTensors::open(m_folder / "state.safetensors");
    const auto& words = file->metadata();
    const auto damaged = [&](const std::string& details = {}) {
        return Error("The saved state in " + m_folder.string()
                + " is damaged; train again into another folder.",
            details);
    };
    if (!words.contains("identity") || !words.contains("state") || !words.contains("record"))
        throw damaged();
    if (words.at("identity") != m_identity)
        throw Error("The saved state in " + m_folder.string()
            + " is of another recipe, text or device; resume with the same, or train into another "
              "folder.");
    const at::NoGradGuard guard;
    auto all = tensorsOf(leaves, optimizer);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto found = file->entries().find(parts[i]);
        if (found == file->entries().end() || found->second.dtype != "F32"
            || found->second.count() != all[i].numel())
            throw damaged(parts[i]);
        const auto bytes = found->second.bytes;
        all[i].copy_(at::from_blob(const_cast<std::byte*>(bytes.data()), {all[i].numel()},
            at::TensorOptions().dtype(at::kFloat)));
    }
    try {
        TrainState state = stateFrom(json::parse(words.at("state")));
        state.record = TrainingRecord::fromJson(words.at("record"));
        return state;
    } catch (const json::exception& e) {
        throw damaged(e.what());
    }
}

void StateFile::remove() const
{
    std::error_code error;
    fs::remove_all(m_folder, error);
}

} // namespace microtome::nn
