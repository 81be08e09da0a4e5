#include "core/features/load/plaincoder.h"

#include "core/features/coder/norm.h"

#include <cmath>

namespace microtome {

SparseCoder coderOf(PlainCoder plain, CoderActivation activation)
{
    SparseCoder coder;
    coder.inputs.push_back({{}, {}, std::move(plain.encoder), std::move(plain.subtracted)});
    coder.outputs.push_back(
        {{}, std::move(plain.decoder), std::move(plain.decoderBias), {}, false});
    coder.bias = std::move(plain.encoderBias);
    coder.activation = std::move(activation);
    return coder;
}

InputNorm multipliedBy(double s)
{
    InputNorm norm;
    norm.kind = InputNorm::Kind::Scale;
    norm.scale = static_cast<float>(s);
    return norm;
}

JumpReluActivation sameThreshold(std::size_t n, float theta)
{
    return {std::vector<float>(n, theta)};
}

std::vector<double> rowNorms(const Matrix& matrix)
{
    std::vector<double> norms;
    norms.reserve(matrix.rows());
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
        double sum = 0;
        for (const double value : matrix.row(i))
            sum += value * value;
        norms.push_back(std::sqrt(sum));
    }
    return norms;
}

Matrix scaled(const Matrix& matrix, double factor)
{
    return scaledRows(matrix, std::vector<double>(matrix.rows(), factor));
}

std::vector<float> scaled(std::vector<float> values, double factor)
{
    for (float& value : values)
        value = static_cast<float>(static_cast<double>(value) * factor);
    return values;
}

} // namespace microtome
