#include "app/cli/command.h"
#include "app/cli/output.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

using namespace microtome;
using namespace microtome::cli;

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrongUsage = 2;

void describe(CLI::App& app)
{
    app.description(
        "Looks inside language models: one forward pass and every activation of it, lenses, "
        "attention heads, direct logit attribution, patching, generation.");
    app.set_version_flag("--version", "microtome-cli " MICROTOME_VERSION);
    app.require_subcommand(1);
    app.footer(R"(Every command: microtome-cli COMMAND --help

Results go to standard output, with --json as one JSON document; progress and warnings go to standard
error. Exit code 0: done. 1: it could not be done, with one sentence that says why. 2: wrong usage.

Examples:
  microtome-cli info --model data/models/induction
  microtome-cli generate --model data/models/induction --text "Clara bought lemon and Clara" --n 3
  microtome-cli lens --kind logit --model gpt2 --text "The Eiffel Tower is in" --json)");
}

int perform(int argc, char** argv)
{
    CLI::App app;
    Work work;
    describe(app);
    for (const auto add : {addInfo, addTokenize, addRun, addGenerate, addLens, addHeads, addDla,
             addPatch, addDictionary, addTrain, addProject})
        add(app, work);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const bool asked = app.exit(error, out, err) == 0; // --help, --version
        if (asked)
            print(out.str());
        else
            std::cerr << err.str();
        return asked ? done : wrongUsage;
    }
    work();
    return done;
}

/// The first line of what a library says about a fault of its own.
std::string firstLine(const std::string& text)
{
    return text.substr(0, std::min(text.find('\n'), std::size_t{300}));
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is a sentence, not a death
    const char* const memory
        = "There is not enough memory for this; give a shorter prompt, fewer sites, or "
          "--dtype bf16.";
    try {
        return perform(argc, argv);
    } catch (const UsageError& error) {
        std::cerr << error.what() << '\n';
        return wrongUsage;
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
    } catch (const std::bad_alloc&) {
        std::cerr << memory << '\n';
    } catch (const std::exception& error) {
        const std::string what = firstLine(error.what());
        if (what.find("allocate memory") != std::string::npos)
            std::cerr << memory << '\n';
        else
            std::cerr << "Something failed inside the program, which is a fault of it: " << what
                      << '\n';
    } catch (...) {
        std::cerr << "Something failed inside the program, which is a fault of it.\n";
    }
    return failed;
}
