#include "core/text/model.h"

#include "core/text/bpe.h"
#include "core/text/fields.h"
#include "core/text/wordlevel.h"

namespace microtome::text {

std::unique_ptr<const SubwordModel> readModel(const Fields& file)
{
    // Files of 2019 name no type; they hold byte-pair encodings.
    const std::string type = !file.has("type") && file.has("merges") ? "BPE" : file.type();
    if (type == "BPE")
        return readBpe(file);
    if (type == "WordLevel")
        return readWordLevel(file);
    file.refuseType("model");
}

} // namespace microtome::text
