#include "app/cli/dictionaryoptions.h"

#include "core/features/load/coderparts.h"
#include "core/features/load/open.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

void DictionaryOptions::add(CLI::App& command)
{
    command
        .add_option("--dictionary", dictionary,
            "A folder or file of any known format (SAELens, Gemma Scope, sparsify, "
            "dictionary_learning, OpenAI, Llama Scope, circuit-tracer, ...)")
        ->type_name("DIR|FILE")
        ->required();
    command.add_option("--part", part, "One of several in it, see probe")->type_name("NAME");
    command
        .add_option("--reads", place.reads,
            "Where it reads, instead of what its file says: blocks.3.hook_resid_post, ...")
        ->type_name("POINT");
    command.add_option("--writes", place.writes, "Where it writes")->type_name("POINT");
}

std::vector<std::string> DictionaryOptions::parts() const
{
    return coderParts(dictionary);
}

SparseCoder DictionaryOptions::open() const
{
    return part.empty() ? openCoder(dictionary) : openCoderPart(dictionary, part);
}

std::vector<SparseCoder> DictionaryOptions::openAll() const
{
    std::vector<std::string> names;
    if (part.empty())
        names = parts();
    if (names.empty())
        return {open()};
    std::vector<SparseCoder> all;
    for (const std::string& name : names)
        all.push_back(openCoderPart(dictionary, name));
    return all;
}

} // namespace microtome::cli
