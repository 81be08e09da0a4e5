#pragma once

#include <nlohmann/json.hpp>

#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace microtome {

/// A dictionary of SAELens that a test has changed: read from a golden folder, altered, and written
/// to a folder of its own.
class SaeLensCopy {
public:
    struct Tensor {
        std::vector<std::int64_t> shape;
        std::vector<float> values;
    };

    explicit SaeLensCopy(const std::string& golden);

    nlohmann::json config;
    std::map<std::string, Tensor> tensors;

    /// A tensor with its axes exchanged.
    static Tensor transposed(const Tensor&);

    /// Writes what stands in `config` and `tensors`; gives the folder.
    std::filesystem::path write() const;
    std::filesystem::path folder() const;

    /// What openCoder() says of it; empty when it reads it.
    std::string refusal() const;

private:
    QTemporaryDir m_folder;
};

/// The folder of a golden dictionary of SAELens.
std::filesystem::path saeLensGolden(const std::string& name);

} // namespace microtome
