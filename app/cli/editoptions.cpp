#include "app/cli/editoptions.h"

#include "app/cli/promptoptions.h"
#include "core/model/editfile.h"
#include "core/model/safetensors.h"
#include "core/work/error.h"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace microtome::cli {

namespace fs = std::filesystem;

void EditOptions::add(CLI::App& command)
{
    command.add_option("--edits", file, "Edits to make during the run: {\"edits\": [...]}")
        ->type_name("FILE.json");
}

Edits EditOptions::read() const
{
    if (file.empty())
        return {};
    const std::string folder = fs::path(file).parent_path().string();
    return readEdits(readText(file),
        [&](const std::string& reference) { return readReference(reference, folder); });
}

Matrix readReference(const std::string& reference, const std::string& folder)
{
    const auto mark = reference.rfind('#');
    if (mark == std::string::npos || mark == 0 || mark + 1 == reference.size())
        throw Error("Values are named by their file and tensor, file.safetensors#name, not by \""
            + reference.substr(0, 100) + "\".");
    return SafeTensors::open(fs::path(folder) / reference.substr(0, mark))
        ->matrix(reference.substr(mark + 1));
}

} // namespace microtome::cli
