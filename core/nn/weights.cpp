#include "core/nn/weights.h"

#include "core/nn/config.h"
#include "core/work/error.h"
#include "core/work/sha256.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace microtome::nn {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uint64_t hashWholeBelow = 256ULL << 20;
constexpr std::uintmax_t longestIndex = 64 << 20;

std::string words(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const auto axis : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(axis);
    return text.empty() ? "a single number" : text;
}

/// The files named by an index, each once; refuses anything but plain names in the same folder.
std::set<std::string> filesOfIndex(const fs::path& index)
{
    const json form = readJson(index, longestIndex);
    if (!form.contains("weight_map") || !form["weight_map"].is_object() || form["weight_map"].empty())
        throw Error(index.filename().string() + " is not a sound index: it has no weight_map.");
    std::set<std::string> files;
    for (const auto& [name, file] : form["weight_map"].items()) {
        const auto text = file.is_string() ? file.get<std::string>() : std::string();
        if (!text.ends_with(".safetensors") || fs::path(text).filename() != text
            || std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; }))
            throw Error(index.filename().string() + " names a file that is not a safetensors file of "
                + "this folder (for " + name.substr(0, 100) + ").");
        files.insert(text);
    }
    return files;
}

} // namespace

Weights Weights::open(const fs::path& path)
{
    Weights weights;
    std::error_code error;
    if (!fs::exists(path, error))
        throw Error("There is nothing at " + path.string().substr(0, 300) + ".");
    if (!fs::is_directory(path, error)) {
        weights.add(path);
        return weights;
    }
    const auto index = path / "model.safetensors.index.json";
    if (fs::exists(path / "model.safetensors", error)) {
        weights.add(path / "model.safetensors");
    } else if (fs::exists(index, error)) {
        for (const auto& file : filesOfIndex(index)) {
            if (!fs::exists(path / file, error))
                throw Error("The model is incomplete: " + file.substr(0, 100) + ", named by its index, is missing.");
            weights.add(path / file);
        }
    } else {
        throw Error("There are no weights in " + path.string()
            + ": expected model.safetensors, or its index and shards.");
    }
    return weights;
}

Weights Weights::of(std::map<std::string, at::Tensor> tensors)
{
    Weights weights;
    weights.m_tensors = std::move(tensors);
    return weights;
}

void Weights::add(const fs::path& path)
{
    const auto file = SafeTensors::open(path);
    m_files.push_back(file);
    for (const auto& [name, entry] : file->entries())
        if (!m_entries.emplace(name, Place {file, &entry}).second)
            throw Error("The tensor " + name.substr(0, 100) + " stands in two of the model's files.");
}

std::vector<std::int64_t> Weights::shape(const std::string& name) const
{
    if (const auto own = m_tensors.find(name); own != m_tensors.end())
        return own->second.sizes().vec();
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        throw Error("The model's files hold no tensor named " + name + ".");
    return found->second.entry->shape;
}

at::Tensor Weights::get(const std::string& name, const std::vector<std::int64_t>& expected)
{
    const auto found = shape(name);
    if (found != expected)
        throw Error("The tensor " + name + " is " + words(found) + "; the model's layout asks for "
            + words(expected) + ".");
    return get(name);
}

at::Tensor Weights::get(const std::string& name)
{
    const auto sizes = shape(name);
    m_used.insert(name);
    if (const auto own = m_tensors.find(name); own != m_tensors.end())
        return own->second;
    const Place& place = m_entries.at(name);
    const auto& dtype = place.entry->dtype;
    const auto type = dtype == "F32" ? at::kFloat
        : dtype == "F16"             ? at::kHalf
        : dtype == "BF16"            ? at::kBFloat16
                                     : at::kByte;
    if (type == at::kByte)
        throw Error("The tensor " + name + " is of type " + dtype
            + "; weights must be F32, F16 or BF16 (convert quantised models first).");
    auto* data = const_cast<std::byte*>(place.entry->bytes.data());
    at::Tensor tensor = at::from_blob(
        data, sizes, [file = place.file](void*) {}, at::TensorOptions().dtype(type));
    if (reinterpret_cast<std::uintptr_t>(data) % tensor.element_size() != 0)
        tensor = at::from_blob(data, {static_cast<std::int64_t>(place.entry->bytes.size())},
            [file = place.file](void*) {}, at::TensorOptions().dtype(at::kByte))
                     .clone()
                     .view(type)
                     .view(sizes);
    if (!at::isfinite(tensor).all().item<bool>())
        throw Error("The tensor " + name
            + " holds numbers that are not finite: the file is damaged, or training had diverged.");
    return tensor;
}

std::vector<std::string> Weights::unused() const
{
    std::vector<std::string> rest;
    for (const auto& [name, place] : m_entries)
        if (!m_used.contains(name) && !m_ignored.contains(name))
            rest.push_back(name);
    for (const auto& [name, tensor] : m_tensors)
        if (!m_used.contains(name) && !m_ignored.contains(name))
            rest.push_back(name);
    return rest;
}

std::vector<std::string> Weights::names() const
{
    std::vector<std::string> all;
    for (const auto& [name, place] : m_entries)
        all.push_back(name);
    for (const auto& [name, tensor] : m_tensors)
        all.push_back(name);
    return all;
}

std::string Weights::dtype() const
{
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [name, place] : m_entries)
        counts[place.entry->dtype] += place.entry->bytes.size();
    const auto most = std::max_element(counts.begin(), counts.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == counts.end() ? std::string() : most->first;
}

std::uint64_t Weights::bytes() const
{
    std::uint64_t sum = 0;
    for (const auto& file : m_files)
        sum += file->file().bytes().size();
    return sum;
}

std::string Weights::hash() const
{
    Sha256 sha;
    if (bytes() <= hashWholeBelow) {
        for (const auto& file : m_files)
            sha.add(file->file().bytes());
        return sha.hex();
    }
    for (const auto& [name, place] : m_entries) {
        const auto& e = *place.entry;
        std::string header = name + " " + e.dtype;
        for (const auto axis : e.shape)
            header += " " + std::to_string(axis);
        sha.add(std::as_bytes(std::span(header)));
        constexpr std::size_t windows = 64, window = 4096;
        for (std::size_t i = 0; i < windows; ++i) {
            const std::size_t begin = e.bytes.size() / windows * i;
            sha.add(e.bytes.subspan(begin, std::min(window, e.bytes.size() - begin)));
        }
    }
    return "sampled:" + sha.hex();
}

void Weights::release() const
{
    for (const auto& file : m_files)
        file->file().release();
}

} // namespace microtome::nn
