#include "tests/core/features/load/saelenscopy.h"

#include "core/features/load/open.h"
#include "core/work/error.h"

#include <fstream>

namespace microtome {

std::filesystem::path saeLensGolden(const std::string& name)
{
    return std::filesystem::path(MICROTOME_SOURCE "/tests/core/features/load/saelens") / name;
}

SaeLensCopy::SaeLensCopy(const std::string& golden)
{
    std::ifstream(saeLensGolden(golden) / "cfg.json") >> config;
    const auto file = SafeTensors::open(saeLensGolden(golden) / "sae_weights.safetensors");
    for (const auto& [name, entry] : file->entries()) {
        const Matrix read = file->matrix(name);
        tensors[name] = {entry.shape, {read.values().begin(), read.values().end()}};
    }
}

SaeLensCopy::Tensor SaeLensCopy::transposed(const Tensor& tensor)
{
    const auto rows = static_cast<std::size_t>(tensor.shape[0]);
    const auto columns = static_cast<std::size_t>(tensor.shape[1]);
    Tensor other{{tensor.shape[1], tensor.shape[0]}, std::vector<float>(tensor.values.size())};
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            other.values[j * rows + i] = tensor.values[i * columns + j];
    return other;
}

std::filesystem::path SaeLensCopy::folder() const
{
    return m_folder.path().toStdString();
}

std::filesystem::path SaeLensCopy::write() const
{
    std::ofstream(folder() / "cfg.json") << config;
    std::vector<TensorToWrite> all;
    for (const auto& [name, tensor] : tensors)
        all.push_back({name, "F32", tensor.shape, std::as_bytes(std::span(tensor.values))});
    writeSafeTensors(folder() / "sae_weights.safetensors", all);
    return folder();
}

std::string SaeLensCopy::refusal() const
{
    try {
        openCoder(folder());
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace microtome
