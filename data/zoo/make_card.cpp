// make-card TEMPLATE MODEL writes the card of a model of the town to standard output: the template
// with a table in the place of every line {{curve}}, {{induction}}, {{tasks}}, {{heads}},
// {{dictionaries}}, {{labels}}, {{paragraphs}}, measured on the model in that folder or read in its
// training.json and dictionaries/.

#include "core/analysis/heads.h"
#include "core/analysis/training.h"
#include "core/features/save/dictionaryrecord.h"
#include "core/nn/open.h"
#include "core/work/error.h"
#include "data/world/document.h"
#include "data/zoo/answers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

namespace {

using namespace microtome;
namespace fs = std::filesystem;

std::string written(const char* format, double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

std::string percent(double share)
{
    return written("%.1f %%", 100 * share);
}

/// Losses at the start, the end and at steps that double.
std::string curve(const TrainingRecord& record)
{
    std::string table
        = "| step | predicted tokens | loss, training | loss, held out |\n|---|---|---|---|\n";
    std::int64_t next = 0;
    for (const auto& loss : record.losses) {
        if (loss.step < next && loss.step != record.steps)
            continue;
        next = std::max<std::int64_t>(64, 2 * loss.step);
        table += "| " + std::to_string(loss.step) + " | " + std::to_string(loss.tokens) + " | "
            + written("%.3f", loss.train) + " | " + written("%.3f", loss.heldout.value()) + " |\n";
    }
    return table;
}

double highest(const TrainingRecord::Heads& heads, const char* score)
{
    double most = 0;
    for (const auto& layer : heads.scores.at(score))
        most = std::max(most, *std::max_element(layer.begin(), layer.end()));
    return most;
}

/// The best head of two kinds at every checkpoint, and how often lists are gone on with.
std::string induction(const TrainingRecord& record)
{
    std::string table = "| step | best previous-token head | best induction head | lists right |\n"
                        "|---|---|---|---|\n";
    for (const auto& heads : record.heads) {
        const auto& task = record.tasks.at("induction");
        const auto right = std::find_if(
            task.begin(), task.end(), [&](const auto& one) { return one.step == heads.step; });
        table += "| " + std::to_string(heads.step) + " | "
            + written("%.3f", highest(heads, headScoreName(HeadScore::Previous))) + " | "
            + written("%.3f", highest(heads, headScoreName(HeadScore::Induction))) + " | "
            + (right == task.end() ? std::string() : percent(right->accuracy)) + " |\n";
    }
    return table;
}

std::string tasks(Model& model)
{
    std::string table = "| task | right | what is asked |\n|---|---|---|\n";
    const auto& all = world::tasks();
    for (std::size_t i = 0; i < all.size(); ++i)
        table += "| `" + all[i].name + "` | "
            + percent(zoo::accuracy(model, world::heldOutPairs(i))) + " | " + all[i].about + " |\n";
    return table;
}

std::string heads(Model& model)
{
    auto pairs = world::heldOutPairs(0);
    pairs.resize(100);
    const Matrix effects = zoo::headEffects(model, pairs);
    std::string table = "| layer |";
    std::string line = "\n|---|";
    for (std::size_t h = 0; h < effects.columns(); ++h) {
        table += " head " + std::to_string(h) + " |";
        line += "---|";
    }
    table += line + "\n";
    for (std::size_t l = 0; l < effects.rows(); ++l) {
        table += "| " + std::to_string(l) + " |";
        for (const float effect : effects.row(l))
            table += " " + written("%.2f", effect) + " |";
        table += "\n";
    }
    return table;
}

/// What every dictionary of the model is and came to, by name.
std::string dictionaries(const fs::path& folder)
{
    std::map<std::string, DictionaryRecord> records;
    for (const auto& entry : fs::directory_iterator(folder / "dictionaries"))
        if (const auto record = DictionaryRecord::beside(entry.path()))
            records[entry.path().filename().string()] = *record;
    std::string table
        = "| dictionary | reads | writes | latents | L0 | FVU | dead | loss recovered "
          "|\n|---|---|---|---|---|---|---|---|\n";
    for (const auto& [name, record] : records) {
        const auto& last = record.curve.back();
        table += "| `" + name + "` | `" + record.hook + "` | `" + record.hookOut + "` | "
            + std::to_string(record.latents) + " | " + written("%.1f", last.l0) + " | "
            + written("%.4f", last.fvu) + " | " + percent(last.dead) + " | "
            + (record.ce ? percent(record.ce->recovered()) : std::string()) + " |\n";
    }
    return table;
}

/// The labels of the world that one latent says, as dictionaries/labels.json has them.
std::string labels(const fs::path& folder)
{
    const auto document = nlohmann::json::parse(std::ifstream(folder / "dictionaries/labels.json"));
    std::string table = "| label | tokens | dictionary | latent | precision | recall | F1 |\n"
                        "|---|---|---|---|---|---|---|\n";
    for (const auto& match : document.at("matches"))
        table += "| " + match.at("label").get<std::string>() + " | " + match.at("tokens").dump()
            + " | `" + match.at("dictionary").get<std::string>() + "` | "
            + match.at("latent").dump() + " | " + written("%.3f", match.at("precision")) + " | "
            + written("%.3f", match.at("recall")) + " | " + written("%.3f", match.at("f1"))
            + " |\n";
    return table;
}

std::string paragraphs()
{
    std::string text;
    constexpr std::uint64_t heldOut = 2; // the seed of heldout.txt
    for (std::uint64_t i = 0; i < 10; ++i)
        text += (i > 0 ? "\n> " : "> ") + world::makeDocument(heldOut, i).text.plain() + "\n";
    return text;
}

void writeCard(const fs::path& page, const fs::path& folder)
{
    const auto model = openModel(folder);
    const auto record = TrainingRecord::beside(folder);
    if (!record)
        throw Error("There is no training.json in " + folder.string() + ".");
    const std::map<std::string, std::function<std::string()>> parts = {
        {"{{curve}}", [&] { return curve(*record); }},
        {"{{induction}}", [&] { return induction(*record); }},
        {"{{tasks}}", [&] { return tasks(*model); }},
        {"{{heads}}", [&] { return heads(*model); }},
        {"{{dictionaries}}", [&] { return dictionaries(folder); }},
        {"{{labels}}", [&] { return labels(folder); }},
        {"{{paragraphs}}", paragraphs},
    };
    std::ifstream in(page);
    if (!in)
        throw Error(page.string() + " cannot be read.");
    for (std::string line; std::getline(in, line);) {
        const auto part = parts.find(line);
        std::cout << (part == parts.end() ? line + "\n" : part->second());
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: make-card TEMPLATE MODEL\n";
        return 2;
    }
    try {
        writeCard(argv[1], argv[2]);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
