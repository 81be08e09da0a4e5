#include "core/nn/dictionaries/state.h"

#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"

#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstring>

namespace microtome::nn {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::array parts{"weights", "first_moments", "second_moments"};
constexpr const char* fired = "last_fired";

std::array<at::Tensor, 3> tensorsOf(const DictionaryWeights& weights, AdamW& optimizer)
{
    return {weights.all(), optimizer.first(), optimizer.second()};
}

json formOf(const DictionaryState& s)
{
    return {{"step", s.step}, {"tokens", s.tokens}, {"place", s.place},
        {"input_scale", s.inputScale}, {"output_scale", s.outputScale},
        {"gradient_scale", s.gradientScale}, {"loss_sum", s.lossSum}, {"loss_steps", s.lossSteps}};
}

DictionaryState stateFrom(const json& f)
{
    DictionaryState s;
    f.at("step").get_to(s.step);
    f.at("tokens").get_to(s.tokens);
    f.at("place").get_to(s.place);
    f.at("input_scale").get_to(s.inputScale);
    f.at("output_scale").get_to(s.outputScale);
    f.at("gradient_scale").get_to(s.gradientScale);
    f.at("loss_sum").get_to(s.lossSum);
    f.at("loss_steps").get_to(s.lossSteps);
    return s;
}

} // namespace

DictionaryStateFile::DictionaryStateFile(fs::path out, std::string identity)
    : m_folder(std::move(out) / "state")
    , m_identity(std::move(identity))
{
}

bool DictionaryStateFile::exists() const
{
    std::error_code error;
    return fs::exists(m_folder / "state.safetensors", error);
}

void DictionaryStateFile::write(
    const DictionaryState& state, const DictionaryWeights& weights, AdamW& optimizer) const
{
    std::error_code error;
    fs::create_directories(m_folder, error);
    std::vector<TensorToWrite> tensors;
    const auto all = tensorsOf(weights, optimizer);
    for (std::size_t i = 0; i < parts.size(); ++i)
        tensors.push_back({parts[i], "F32", {all[i].numel()},
            {static_cast<const std::byte*>(all[i].data_ptr()), all[i].nbytes()}});
    tensors.push_back({fired, "I64", {static_cast<std::int64_t>(state.lastFired.size())},
        std::as_bytes(std::span(state.lastFired))});
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

DictionaryState DictionaryStateFile::read(DictionaryWeights& weights, AdamW& optimizer) const
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
            + " is of another recipe, model or text; resume with the same, or train into another "
              "folder.");
    const auto copy = [&](const char* name, const char* dtype, std::int64_t count, void* to) {
        const auto found = file->entries().find(name);
        if (found == file->entries().end() || found->second.dtype != dtype
            || found->second.count() != count)
            throw damaged(name);
        std::memcpy(to, found->second.bytes.data(), found->second.bytes.size());
    };
    const auto all = tensorsOf(weights, optimizer);
    for (std::size_t i = 0; i < parts.size(); ++i)
        copy(parts[i], "F32", all[i].numel(), all[i].data_ptr());
    try {
        DictionaryState state = stateFrom(json::parse(words.at("state")));
        state.record = DictionaryRecord::fromJson(words.at("record"));
        state.lastFired.resize(static_cast<std::size_t>(weights.latents()));
        copy(fired, "I64", weights.latents(), state.lastFired.data());
        return state;
    } catch (const json::exception& e) {
        throw damaged(e.what());
    }
}

void DictionaryStateFile::remove() const
{
    std::error_code error;
    fs::remove_all(m_folder, error);
}

} // namespace microtome::nn
