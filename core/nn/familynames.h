#pragma once

#include "core/nn/config.h"
#include "core/nn/parameters.h"

#include <functional>
#include <regex>
#include <string>
#include <vector>

namespace microtome::nn {

/// The names of a family's tensors; `N` stands for the layer. Weights carry `.weight` and, where
/// the file has one, `.bias`. An empty name: the family has no such part.
struct Names {
    std::vector<std::string> prefixes = {}; ///< that all names but the head's may carry
    std::string embed = {};
    std::string positions = {};
    std::string ln1 = {};
    std::string ln2 = {};
    std::string qkv = {};
    std::string q = {};
    std::string k = {};
    std::string v = {};
    std::string o = {};
    std::string gate = {};
    std::string in = {};
    std::string out = {};
    std::string finalNorm = {};
    std::vector<std::string> heads = {}; ///< whole names of the unembedding
    Fusion fusion = Fusion::None;
    bool transposed = false; ///< weights are stored [in, out]
    std::regex ignored = {}; ///< buffers that older files carry
};

struct Family {
    std::string type;
    Names names;
    std::function<void(const Config&, Architecture&)> read;
};

/// The families of decoders that can be opened and trained.
const std::vector<Family>& families();

/// The name of a tensor of a layer, without prefix: `h.N.ln_1` as `h.3.ln_1`.
std::string layerName(std::string pattern, int layer);

} // namespace microtome::nn
