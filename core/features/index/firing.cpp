#include "core/features/index/firing.h"

#include "core/features/corpus/corpus.h"
#include "core/work/error.h"

namespace microtome {

namespace {

bool isHash(const std::string& text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace

void check(const IndexSource& source)
{
    if (!isHash(source.corpus) || !isHash(source.dictionary))
        throw Error("The corpus and the dictionary of an index must be named by the 64 digits of "
                    "their SHA-256.");
    if (source.tokens >= mostTokens)
        throw Error("An index holds at most 2^32 - 2 tokens; divide the corpus.");
    if (source.latents >= mostLatents)
        throw Error("An index holds fewer than 2^31 latents; divide the dictionary.");
}

} // namespace microtome
