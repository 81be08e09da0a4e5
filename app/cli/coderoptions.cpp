#include "app/cli/coderoptions.h"

#include "core/features/load/coderparts.h"
#include "core/features/load/open.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

void addPlaceOptions(CLI::App& command, PlaceOptions& place)
{
    command
        .add_option("--reads", place.reads,
            "Where the dictionary reads, instead of what its file says: blocks.3.hook_resid_post, "
            "...")
        ->type_name("POINT");
    command.add_option("--writes", place.writes, "Where it writes")->type_name("POINT");
}

void CoderOptions::add(CLI::App& command)
{
    command
        .add_option("--dictionary", dictionary,
            "A folder or file of any known format (SAELens, Gemma Scope, sparsify, "
            "dictionary_learning, OpenAI, Llama Scope, circuit-tracer, ...)")
        ->type_name("DIR|FILE")
        ->required();
    command.add_option("--part", part, "One of several in it, see probe")->type_name("NAME");
    addPlaceOptions(command, place);
}

std::vector<std::string> CoderOptions::parts() const
{
    return coderParts(dictionary);
}

SparseCoder CoderOptions::open() const
{
    return part.empty() ? openCoder(dictionary) : openCoderPart(dictionary, part);
}

std::vector<SparseCoder> CoderOptions::openAll() const
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

std::vector<NamedCoder> openDictionaries(const std::vector<std::string>& paths)
{
    std::vector<NamedCoder> all;
    for (const std::string& path : paths)
        for (NamedCoder& one : openCoders(path))
            all.push_back(std::move(one));
    return all;
}

} // namespace microtome::cli
