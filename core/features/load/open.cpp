#include "core/features/load/open.h"

#include "core/features/load/bareweights.h"
#include "core/features/load/circuittracer.h"
#include "core/features/load/codebookfeatures.h"
#include "core/features/load/crosslayer.h"
#include "core/features/load/dictionarylearning.h"
#include "core/features/load/gemmascope.h"
#include "core/features/load/hookz.h"
#include "core/features/load/linearpair.h"
#include "core/features/load/llamascope.h"
#include "core/features/load/llamascopium.h"
#include "core/features/load/llamascopiumset.h"
#include "core/features/load/modeldiff.h"
#include "core/features/load/openaisae.h"
#include "core/features/load/saelens.h"
#include "core/features/load/sparsify.h"
#include "core/work/error.h"

#include <array>
#include <new>
#include <stdexcept>

namespace microtome {

namespace {

constexpr std::array formats{
    CoderFormat{"SAELens", recognisesSaeLens, readSaeLens},
    CoderFormat{"sparsify", recognisesSparsify, readSparsify},
    CoderFormat{sparsifySet.name, recognisesSparsifyRun, readOneOf<sparsifySet>},
    CoderFormat{"llamascopium", recognisesLlamascopium, readLlamascopium},
    CoderFormat{llamascopiumSet.name, recognisesLlamascopiumSet, readOneOf<llamascopiumSet>},
    CoderFormat{"Llama Scope", recognisesLlamaScope, readLlamaScope},
    CoderFormat{codebookSet.name, recognisesCodebooks, readOneOf<codebookSet>},
    CoderFormat{crossLayerSet.name, recognisesCrossLayer, readOneOf<crossLayerSet>},
    CoderFormat{gemmaScope2CrossLayerSet.name, recognisesGemmaScope2CrossLayer,
        readOneOf<gemmaScope2CrossLayerSet>},
    CoderFormat{circuitTracerSet.name, recognisesCircuitTracer, readOneOf<circuitTracerSet>},
    CoderFormat{"Gemma Scope 2", recognisesGemmaScope2, readGemmaScope2},
    CoderFormat{"Gemma Scope", recognisesGemmaScope, readGemmaScope},
    CoderFormat{"weights with _cfg.json", recognisesHookZ, readHookZ},
    CoderFormat{"OpenAI sparse_autoencoder", recognisesOpenAi, readOpenAi},
    CoderFormat{"encoder_linear and decoder_linear", recognisesLinearPair, readLinearPair},
    CoderFormat{"crosscoder of models", recognisesModelDiff, readModelDiff},
    CoderFormat{"dictionary_learning", recognisesDictionaryLearning, readDictionaryLearning},
    CoderFormat{"weights alone", recognisesBareWeights, readBareWeights},
};

std::string knownFormats()
{
    std::string names;
    for (const CoderFormat& format : formats)
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    return names;
}

} // namespace

std::span<const CoderFormat> coderFormats()
{
    return formats;
}

SparseCoder openCoder(const std::filesystem::path& path)
{
    try {
        const CoderFolder folder(path);
        for (const CoderFormat& format : formats) {
            if (!format.recognises(folder))
                continue;
            SparseCoder coder = format.read(folder);
            check(coder);
            return coder;
        }
    } catch (const std::bad_alloc&) {
        throw Error("The dictionary " + path.string() + " takes more memory than there is.");
    } catch (const std::length_error&) {
        throw Error("The dictionary " + path.string() + " takes more memory than there is.");
    }
    throw Error(path.string() + " holds no dictionary of a known format (" + knownFormats()
        + "); choose the folder in which its description and its weights lie.");
}

} // namespace microtome
