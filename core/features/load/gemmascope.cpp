#include "core/features/load/gemmascope.h"

#include "core/features/coder/norm.h"
#include "core/features/load/codertensors.h"
#include "core/features/load/gemmahints.h"
#include "core/features/load/plaincoder.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

std::string weightsOf(const CoderFolder& folder)
{
    if (folder.chosen().ends_with(".npz"))
        return folder.chosen();
    return folder.chosen().empty() && folder.has("params.npz") ? "params.npz" : "";
}

/// Some files write W_enc, others w_enc.
std::string nameOf(const CoderTensors& tensors, const std::string& name)
{
    return tensors.has(name) ? name : "w" + name.substr(1);
}

/// f is multiplied by the factor before it is decoded: the decoder's rows are, here.
void foldScalingFactor(const CoderTensors& tensors, PlainCoder& plain, CoderDeclaration& declared)
{
    if (!tensors.has("scaling_factor"))
        return;
    const auto factors = tensors.vector("scaling_factor", plain.encoder.rows());
    if (std::all_of(factors.begin(), factors.end(), [](float x) { return x == 1; }))
        return;
    plain.decoder = scaledRows(plain.decoder, std::vector<double>(factors.begin(), factors.end()));
    declared.notes.push_back("Its scaling_factor was multiplied into the decoder.");
}

/// Gemma multiplies embeddings by sqrt(d); these dictionaries were trained before that.
void scaleToEmbeddings(PlainCoder& plain, CoderDeclaration& declared)
{
    const double root = std::sqrt(static_cast<double>(plain.encoder.columns()));
    plain.encoder = scaled(plain.encoder, 1 / root);
    plain.decoder = scaled(plain.decoder, root);
    declared.notes.push_back("It is a dictionary of embeddings by its folder's name: the encoder "
                             "was divided and the decoder multiplied by sqrt(d), as Gemma scales "
                             "embeddings.");
}

} // namespace

bool recognisesGemmaScope(const CoderFolder& folder)
{
    const std::string file = weightsOf(folder);
    if (file.empty())
        return false;
    const CoderTensors tensors(folder, file);
    return tensors.has(nameOf(tensors, "W_enc")) && tensors.has(nameOf(tensors, "W_dec"))
        && tensors.has("threshold");
}

SparseCoder readGemmaScope(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, weightsOf(folder));
    const std::size_t n = tensors.size("b_enc", 1, 0);
    const std::size_t d = tensors.size("b_dec", 1, 0);
    const GemmaHints hints = gemmaHints(folder.folder());

    CoderDeclaration declared;
    declared.format = "Gemma Scope";
    declared.architecture = "jumprelu";
    declared.l0 = hints.l0;
    declared.headsJoined = hints.kind == GemmaHints::Kind::Attention;

    PlainCoder plain;
    plain.encoder = tensors.matrix(nameOf(tensors, "W_enc"), n, d, Stored::LatentsLast);
    plain.encoderBias = tensors.vector("b_enc", n);
    plain.decoder = tensors.matrix(nameOf(tensors, "W_dec"), n, d, Stored::LatentsFirst);
    plain.decoderBias = tensors.vector("b_dec", d);
    foldScalingFactor(tensors, plain, declared);
    if (hints.kind == GemmaHints::Kind::Embedding)
        scaleToEmbeddings(plain, declared);

    SparseCoder coder
        = coderOf(std::move(plain), JumpReluActivation{tensors.vector("threshold", n)});
    coder.inputs.front().point = hints.reads();
    coder.outputs.front().point = hints.writes();
    declared.notes.push_back(hints.note());
    coder.declared = std::move(declared);
    return coder;
}

} // namespace microtome
