#include "core/features/load/torchweights.h"

namespace microtome {

namespace {

bool isOfTorch(const std::string& name)
{
    return name.ends_with(".pt") || name.ends_with(".pth") || name.ends_with(".bin");
}

} // namespace

std::string torchWeightsOf(const CoderFolder& folder)
{
    if (isOfTorch(folder.chosen()))
        return folder.chosen();
    if (!folder.chosen().empty() && !folder.chosen().ends_with(".json"))
        return {};
    std::string only;
    for (const std::string& name : folder.files()) {
        if (name.find('/') != std::string::npos || !isOfTorch(name))
            continue;
        if (!only.empty())
            return {};
        only = name;
    }
    return only;
}

std::optional<CoderTensors> torchTensorsOf(const CoderFolder& folder)
{
    const std::string file = torchWeightsOf(folder);
    if (file.empty() || !folder.tensorFile(file).value.dict())
        return std::nullopt;
    return CoderTensors(folder, file);
}

} // namespace microtome
