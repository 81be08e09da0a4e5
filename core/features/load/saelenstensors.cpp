#include "core/features/load/saelenstensors.h"

#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

using Shape = std::vector<std::int64_t>;

std::string shapeText(const Shape& shape)
{
    std::string text;
    for (const std::int64_t axis : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(axis);
    return shape.empty() ? "a single number" : text;
}

void checkShape(const std::string& name, const Shape& shape, const Shape& wanted)
{
    if (shape == wanted)
        return;
    if (shape == Shape(wanted.rbegin(), wanted.rend()))
        throw Error("The dictionary's " + name + " has its axes swapped: it is " + shapeText(shape)
            + " where cfg.json tells " + shapeText(wanted) + "; save it transposed.");
    throw Error("The dictionary's " + name + " is " + shapeText(shape) + " where cfg.json tells "
        + shapeText(wanted) + "; the two files do not belong together.");
}

} // namespace

SaeLensTensors::SaeLensTensors(std::shared_ptr<const SafeTensors> file, const SaeLensConfig& config)
    : m_file(std::move(file))
    , m_kind(config.kind)
    , m_skip(config.skip)
    , m_architecture(config.declared.architecture)
    , m_latents(config.dSae)
{
}

bool SaeLensTensors::has(const std::string& name) const
{
    return m_file->entries().contains(name);
}

const SafeTensors::Entry& SaeLensTensors::entry(const std::string& name) const
{
    const auto found = m_file->entries().find(name);
    if (found == m_file->entries().end())
        throw Error("The dictionary lacks the tensor " + name + ", which its architecture “"
            + m_architecture.substr(0, 60) + "” needs; download it again.");
    return found->second;
}

Matrix SaeLensTensors::matrix(
    const std::string& name, std::int64_t rows, std::int64_t columns) const
{
    checkShape(name, entry(name).shape, {rows, columns});
    return m_file->matrix(name);
}

std::vector<float> SaeLensTensors::vector(const std::string& name, std::int64_t size) const
{
    checkShape(name, entry(name).shape, {size});
    const Matrix read = m_file->matrix(name);
    return {read.values().begin(), read.values().end()};
}

std::vector<float> SaeLensTensors::perLatent(const std::string& name) const
{
    return vector(name, m_latents);
}

float SaeLensTensors::number(const std::string& name) const
{
    if (entry(name).count() != 1)
        throw Error("The dictionary's " + name + " is " + shapeText(entry(name).shape)
            + " where a single number was expected.");
    return m_file->matrix(name)(0, 0);
}

std::vector<std::string> SaeLensTensors::expected() const
{
    std::vector<std::string> names{"W_dec", "b_dec", "scaling_factor", "finetuning_scaling_factor"};
    if (m_kind != SaeLensKind::MatchingPursuit)
        names.emplace_back("W_enc");
    if (m_kind == SaeLensKind::Gated)
        names.insert(names.end(), {"b_gate", "b_mag", "r_mag"});
    else if (m_kind != SaeLensKind::MatchingPursuit)
        names.emplace_back("b_enc");
    if (m_kind == SaeLensKind::JumpRelu)
        names.insert(names.end(), {"threshold", "log_threshold"});
    if (m_kind == SaeLensKind::BatchTopK)
        names.emplace_back("topk_threshold");
    if (m_skip)
        names.emplace_back("W_skip");
    return names;
}

void SaeLensTensors::refuseOthers(std::vector<std::string>& notes) const
{
    const std::vector<std::string> known = expected();
    const std::vector<std::string> telling{"W_skip", "threshold", "log_threshold", "topk_threshold",
        "b_gate", "b_mag", "r_mag", "b_in"};
    const auto isIn = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& [name, tensor] : m_file->entries()) {
        if (isIn(known, name))
            continue;
        if (isIn(telling, name))
            throw Error("The dictionary holds the tensor " + name + ", which the architecture “"
                + m_architecture.substr(0, 60)
                + "” in its cfg.json does not have; one of the two files is wrong.");
        notes.push_back("Its tensor " + name.substr(0, 60)
            + " is no part of what is computed and "
              "was left out.");
    }
}

bool SaeLensTensors::isHalf() const
{
    const std::string& dtype = entry("W_dec").dtype;
    return dtype == "F16" || dtype == "BF16";
}

} // namespace microtome
