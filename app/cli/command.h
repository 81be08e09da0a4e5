#pragma once

#include "core/work/error.h"

#include <functional>

namespace CLI {
class App;
}

namespace microtome::cli {

/// Words on the command line that do not go together: exit code 2.
class UsageError : public Error {
public:
    using Error::Error;
};

/// What the command line asked for; done once all of it has been read.
using Work = std::function<void()>;

// Each adds its command; when the command is given, its work is put into `work`.
void addInfo(CLI::App&, Work& work);
void addTokenize(CLI::App&, Work& work);
void addRun(CLI::App&, Work& work);
void addGenerate(CLI::App&, Work& work);
void addLens(CLI::App&, Work& work);
void addHeads(CLI::App&, Work& work);
void addDla(CLI::App&, Work& work);
void addPatch(CLI::App&, Work& work);
void addDictionary(CLI::App&, Work& work);
void addProject(CLI::App&, Work& work);
void addTrain(CLI::App&, Work& work);

} // namespace microtome::cli
