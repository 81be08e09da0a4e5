#include "app/cli/output.h"

#include "core/store/json.h"
#include "core/work/replacefile.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>

#include <unistd.h>

namespace microtome::cli {

namespace fs = std::filesystem;

void OutputOptions::add(CLI::App& command, const std::string& outHelp)
{
    command.add_flag("--json", json, "Print one JSON document, nothing else");
    command.add_option("--out", out, outHelp)->type_name("FILE");
}

void OutputOptions::check() const
{
    if (!out.empty())
        checkWritable(out);
}

void OutputOptions::write(
    const nlohmann::json& document, const std::function<std::string()>& table) const
{
    const std::string text = jsonText(document) + "\n";
    if (!out.empty())
        writeFile(out, text);
    print(json ? text : table());
}

void checkWritable(const fs::path& path)
{
    std::error_code error;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (fs::is_directory(path, error))
        throw Error(path.string() + " is a folder; give --out the name of a file.");
    if (!fs::is_directory(folder, error))
        throw Error("There is no folder " + folder.string() + " to write "
            + path.filename().string() + " into; make it first.");
    if (::access(folder.c_str(), W_OK) != 0)
        throw Error("You are not allowed to write into " + folder.string()
            + "; give --out another folder.");
}

void writeFile(const fs::path& path, std::string_view content)
{
    checkWritable(path);
    replaceFile(path, content);
}

void print(std::string_view text)
{
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size()
        && std::fflush(stdout) == 0;
    if (!written && errno == EPIPE)
        throw Error(
            "The result was not read to its end: the program behind the pipe has closed it.");
    if (!written)
        throw Error(std::string("The result could not be written to standard output: ")
            + std::strerror(errno) + ".");
}

void warn(const std::string& sentence)
{
    std::cerr << "Note: " << sentence << '\n';
}

Progress terminalProgress(const std::string& what)
{
    if (::isatty(STDERR_FILENO) == 0)
        return {};
    using Clock = std::chrono::steady_clock;
    const auto shown = std::make_shared<Clock::time_point>(Clock::now());
    return {[what, shown](double fraction, const std::string&) {
                const bool end = fraction >= 1;
                if (!end && Clock::now() - *shown < std::chrono::milliseconds(200))
                    return;
                *shown = Clock::now();
                if (end)
                    std::cerr << "\r\033[K" << std::flush;
                else
                    std::cerr << '\r' << what << ' ' << static_cast<int>(fraction * 100) << " %"
                              << std::flush;
            },
        nullptr};
}

} // namespace microtome::cli
