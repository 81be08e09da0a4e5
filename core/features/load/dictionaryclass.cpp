#include "core/features/load/dictionaryclass.h"

#include "core/features/coder/norm.h"
#include "core/features/load/coderfields.h"
#include "core/features/load/plaincoder.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

constexpr double tolerance = 1e-5; // of norms that count as 1

struct Source {
    const CoderTensors& tensors;
    const nlohmann::json& trainer;
    std::string dictClass;
    std::vector<std::string> notes;

    bool isNamed() const { return tensors.has("W_enc"); } ///< or encoder.weight, of torch.nn.Linear

    PlainCoder weights(
        const std::string& decoderBias, bool subtracts, bool encoderBias = true) const
    {
        PlainCoder plain;
        const std::size_t d = tensors.size(decoderBias, 1, 0);
        plain.decoderBias = tensors.vector(decoderBias, d);
        if (subtracts)
            plain.subtracted = plain.decoderBias;
        if (isNamed()) {
            const std::size_t n = tensors.size("b_enc", 1, 0);
            plain.encoderBias = tensors.vector("b_enc", n);
            plain.encoder = tensors.matrix("W_enc", n, d, Stored::LatentsLast);
            plain.decoder = tensors.matrix("W_dec", n, d, Stored::LatentsFirst);
            return plain;
        }
        const std::size_t n = encoderBias ? tensors.size("encoder.bias", 1, 0)
                                          : tensors.size("encoder.weight", 2, 0);
        if (encoderBias)
            plain.encoderBias = tensors.vector("encoder.bias", n);
        plain.encoder = tensors.matrix("encoder.weight", n, d, Stored::LatentsFirst);
        plain.decoder = tensors.matrix("decoder.weight", n, d, Stored::LatentsLast);
        return plain;
    }

    int k() const
    {
        const auto declared = countField(trainer, "k", "config.json");
        const double stored = tensors.has("k") ? static_cast<double>(tensors.number("k")) : 0;
        if (declared && (stored == 0 || stored == *declared))
            return *declared;
        if (declared)
            throw Error("config.json says that k is " + std::to_string(*declared) + ", but "
                + text::clip(tensors.file()) + " that it is " + std::to_string(stored) + ".");
        if (!(stored >= 1) || stored > std::numeric_limits<int>::max())
            throw Error(text::clip(tensors.file()) + " does not say k.");
        return static_cast<int>(stored);
    }

    /// Latents in the units of what they write, as the library itself has them.
    void normaliseDecoder(PlainCoder& plain)
    {
        std::vector<double> norms = rowNorms(plain.decoder);
        if (std::all_of(norms.begin(), norms.end(),
                [](double norm) { return std::abs(norm - 1) <= tolerance; }))
            return;
        for (double& norm : norms)
            norm = norm > 0 ? norm : 1;
        plain.encoder = scaledRows(plain.encoder, norms);
        for (std::size_t i = 0; i < plain.encoderBias.size(); ++i)
            plain.encoderBias[i]
                = static_cast<float>(static_cast<double>(plain.encoderBias[i]) * norms[i]);
        for (double& norm : norms)
            norm = 1 / norm;
        plain.decoder = scaledRows(plain.decoder, norms);
        notes.push_back("Its decoder's directions were given norm 1 and its latents made as much "
                        "larger, as dictionary_learning does.");
    }

    SparseCoder autoEncoder(bool isNew)
    {
        PlainCoder plain = weights(isNew ? "decoder.bias" : "bias", !isNew);
        normaliseDecoder(plain);
        return coderOf(std::move(plain), ReluActivation{});
    }

    SparseCoder gated() const
    {
        PlainCoder plain = weights("decoder_bias", true, false);
        const std::size_t n = plain.encoder.rows();
        return coderOf(std::move(plain),
            GatedActivation{tensors.vector("gate_bias", n), tensors.vector("mag_bias", n),
                tensors.vector("r_mag", n)});
    }

    SparseCoder jumpRelu() const
    {
        PlainCoder plain = weights("b_dec", false);
        return coderOf(std::move(plain),
            JumpReluActivation{tensors.vector("threshold", tensors.size("b_enc", 1, 0))});
    }

    SparseCoder topK()
    {
        PlainCoder plain = weights("b_dec", true);
        const bool matryoshka = tensors.has("group_sizes");
        const bool batch = matryoshka || dictClass == "BatchTopKSAE";
        const float threshold = tensors.has("threshold") ? tensors.number("threshold") : -1;
        if (!batch && dictClass.empty())
            notes.push_back("No config.json says whether it is a TopK or a BatchTopK dictionary; "
                            "it is taken as TopK.");
        if (batch && threshold >= 0) {
            notes.push_back("BatchTopK: latents are cut at its stored threshold "
                + std::to_string(threshold) + ", as dictionary_learning does outside of training.");
            const std::size_t n = plain.encoder.rows();
            return coderOf(std::move(plain), sameThreshold(n, threshold));
        }
        if (batch)
            notes.push_back("BatchTopK whose threshold was never set: the k largest of each token "
                            "are taken instead.");
        return coderOf(std::move(plain), TopKActivation{k(), false, false});
    }

    /// f = relu(sum_l x_l W_l + b), y_l = f D_l + b_l.
    SparseCoder crossCoder() const
    {
        if (tensors.has("threshold") || tensors.has("k"))
            throw Error(
                "A BatchTopK crosscoder weighs its threshold by decoder norms in a way that "
                "its file does not say; convert it to one of ReLU or JumpReLU.");
        const std::size_t places = tensors.size("encoder.weight", 3, 0);
        const std::size_t d = tensors.size("encoder.weight", 3, 1);
        const std::size_t n = tensors.size("encoder.weight", 3, 2);
        SparseCoder coder;
        coder.activation = ReluActivation{};
        coder.bias = tensors.vectorIfThere("encoder.bias", n);
        for (std::size_t i = 0; i < places; ++i) {
            CoderInput input;
            input.encoder = tensors.transposedSlice("encoder.weight", 0, i, n, d);
            coder.inputs.push_back(std::move(input));
            CoderOutput output;
            output.decoder = tensors.slice("decoder.weight", 0, i, n, d);
            if (tensors.has("decoder.bias")) {
                const Matrix bias = tensors.matrix("decoder.bias", places, d, Stored::LatentsFirst);
                output.bias.assign(bias.row(i).begin(), bias.row(i).end());
            }
            coder.outputs.push_back(std::move(output));
        }
        return coder;
    }
};

} // namespace

std::string dictionaryClass(const CoderTensors& tensors)
{
    if (tensors.has("encoder.weight") && tensors.at("encoder.weight").shape().size() == 3)
        return tensors.has("decoder.weight") ? "CrossCoder" : "";
    if (tensors.hasAll({"encoder.weight", "decoder.weight", "decoder_bias", "r_mag"}))
        return "GatedAutoEncoder";
    if (tensors.hasAll({"W_enc", "W_dec", "b_enc", "b_dec", "k", "group_sizes"}))
        return "MatryoshkaBatchTopKSAE";
    if (tensors.hasAll({"W_enc", "W_dec", "b_enc", "b_dec", "threshold"}))
        return "JumpReluAutoEncoder";
    if (!tensors.hasAll({"encoder.weight", "encoder.bias", "decoder.weight"}))
        return "";
    if (tensors.hasAll({"b_dec", "k"}))
        return "AutoEncoderTopK";
    if (tensors.has("bias"))
        return "AutoEncoder";
    return tensors.has("decoder.bias") ? "AutoEncoderNew" : "";
}

SparseCoder readDictionaryClass(
    const std::string& file, const StoredValue& weights, const nlohmann::json& trainer)
{
    const CoderTensors tensors(file, weights);
    const std::string known = dictionaryClass(tensors);
    Source source{tensors, trainer, textField(trainer, "dict_class").value_or(""), {}};
    SparseCoder coder = known == "CrossCoder" ? source.crossCoder()
        : known == "GatedAutoEncoder"         ? source.gated()
        : known == "JumpReluAutoEncoder"      ? source.jumpRelu()
        : known.starts_with("AutoEncoder") && known != "AutoEncoderTopK"
        ? source.autoEncoder(known == "AutoEncoderNew")
        : source.topK();
    coder.declared.format = "dictionary_learning";
    coder.declared.architecture = source.dictClass.empty() ? known : source.dictClass;
    coder.declared.notes = std::move(source.notes);
    return coder;
}

} // namespace microtome
