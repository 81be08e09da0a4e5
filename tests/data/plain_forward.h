#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// An attention-only transformer in plain loops of doubles, read from a model folder: a second
/// opinion on the wired models that shares no code with the engine or with the wiring.
struct PlainModel {
    struct Head {
        std::vector<std::vector<double>> pattern; ///< [query][key], key <= query
    };
    struct Result {
        std::vector<std::vector<Head>> heads; ///< [layer][head]
        /// Probabilities of the next token read from the residual stream before layer 0, 1, ... and
        /// at the end, each at the last position: [layers + 1][vocabulary].
        std::vector<std::vector<double>> lens;
    };

    int layers = 0, heads = 0, dModel = 0, dHead = 0, vocabulary = 0, context = 0;
    std::map<std::string, std::vector<double>> tensors; ///< row-major
    std::map<std::string, int> ids; ///< of the tokenizer's vocabulary

    static PlainModel open(const std::filesystem::path& folder);

    /// The start and the ids of a text's words.
    std::vector<int> tokens(const std::string& text) const;
    Result run(const std::vector<int>& tokens) const;
};
