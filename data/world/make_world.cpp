// make-world FOLDER [DOCUMENTS] writes the town: train.txt and heldout.txt (a paragraph a line),
// labelled.jsonl (held-out paragraphs with labels), tasks/NAME.csv and tokenizer.json. The same
// bytes every time.

#include "data/world/document.h"
#include "data/world/labelfile.h"
#include "data/world/task.h"
#include "data/world/tokenizer.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>

namespace {

namespace fs = std::filesystem;
using namespace microtome::world;

constexpr std::uint64_t trainSeed = 1;
constexpr std::uint64_t heldoutSeed = 2;
constexpr int heldoutDocuments = 1500;

void save(const fs::path& path, const std::function<void(std::ostream&)>& write)
{
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    write(out);
    if (!out.flush())
        throw std::runtime_error(path.string() + " cannot be written.");
}

std::string joined(const std::vector<std::string>& words)
{
    std::string all;
    for (const std::string& word : words)
        all += (all.empty() ? "" : "|") + word;
    return all;
}

void make(const fs::path& folder, int documents)
{
    save(folder / "tokenizer.json", [](std::ostream& out) { out << tokenizerFile(); });
    save(folder / "train.txt", [&](std::ostream& out) {
        for (int i = 0; i < documents; ++i) {
            const Stage stage = i < documents * 0.35 ? Stage::Lists
                : i < documents * 0.55               ? Stage::Registers
                                                     : Stage::Town;
            const Document document = makeDocument(trainSeed, static_cast<std::uint64_t>(i), stage);
            out << document.text.plain() << '\n';
        }
    });
    save(folder / "heldout.txt", [](std::ostream& out) {
        for (int i = 0; i < heldoutDocuments; ++i)
            out << makeDocument(heldoutSeed, static_cast<std::uint64_t>(i)).text.plain() << '\n';
    });
    save(folder / "labelled.jsonl", [](std::ostream& out) {
        for (int i = 0; i < heldoutDocuments; ++i)
            out << labelLine(makeDocument(heldoutSeed, static_cast<std::uint64_t>(i))) << '\n';
    });
    for (std::size_t task = 0; task < tasks().size(); ++task)
        save(folder / "tasks" / (tasks()[task].name + ".csv"), [task](std::ostream& out) {
            out << "clean,corrupted,answer,wrong,form\n";
            for (const Pair& pair : heldOutPairs(task))
                out << '"' << pair.clean << "\",\"" << pair.corrupted << "\",\""
                    << joined(pair.answers) << "\",\"" << joined(pair.wrong) << "\"," << pair.form
                    << '\n';
        });
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2 || argc > 3) {
        std::cerr << "make-world FOLDER [DOCUMENTS]\n";
        return 2;
    }
    try {
        make(argv[1], argc == 3 ? std::atoi(argv[2]) : 570000);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
