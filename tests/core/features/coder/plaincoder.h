#pragma once

#include "core/features/coder/coder.h"

#include <initializer_list>

namespace microtome {

/// A matrix from its rows.
inline Matrix rows(std::initializer_list<std::initializer_list<float>> lines)
{
    std::vector<float> values;
    for (const auto& line : lines)
        values.insert(values.end(), line.begin(), line.end());
    return {lines.size(), lines.begin()->size(), values};
}

/// A coder of one place with these weights.
inline SparseCoder plainCoder(Matrix encoder, Matrix decoder, CoderActivation activation)
{
    SparseCoder coder;
    coder.inputs.push_back(
        {.point = "in", .norm = {}, .encoder = std::move(encoder), .subtracted = {}});
    coder.outputs.push_back({.point = "in",
        .decoder = std::move(decoder),
        .bias = {},
        .skip = {},
        .scaledBack = false});
    coder.activation = std::move(activation);
    return coder;
}

} // namespace microtome
