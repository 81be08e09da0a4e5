#include "core/text/tokenizer.h"

#include "core/text/loaders.h"
#include "core/work/error.h"

namespace microtome {

std::unique_ptr<const Tokenizer> Tokenizer::open(const std::filesystem::path& folder)
{
    using namespace text;
    const auto has = [&](const char* name) {
        std::error_code code;
        return std::filesystem::exists(folder / name, code);
    };
    TokenizerFiles files;
    if (has("tokenizer.json"))
        return std::make_unique<Pipeline>(loadTokenizerJson(folder / "tokenizer.json", files));
    if (has("vocab.json") && has("merges.txt"))
        return std::make_unique<Pipeline>(loadGpt2Files(folder, files));
    if (has("tokenizer.model"))
        throw Error("“" + folder.string()
            + "” holds its tokenizer only as tokenizer.model, which is "
              "not supported yet; add the model's tokenizer.json.");
    return nullptr;
}

} // namespace microtome
