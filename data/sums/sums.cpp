#include "data/sums/sums.h"

#include "core/work/error.h"
#include "core/work/replacefile.h"
#include "data/wired/nets.h"

#include <random>
#include <string>

namespace microtome::sums {

namespace {

/// An even draw from 0 ... n - 1; n is small beside 2^64.
int below(std::mt19937_64& random, std::size_t n)
{
    return static_cast<int>(random() % n);
}

std::string question(int a, int b)
{
    return std::to_string(a) + " " + std::to_string(b) + " =";
}

std::string documents(const std::vector<Sum>& sums)
{
    std::string text;
    for (const Sum& s : sums)
        text += question(s.a, s.b) + " " + std::to_string(s.label) + "\n";
    return text;
}

/// A prompt set: the corrupted prompt has the next a, and so the next answer.
std::string prompts(const std::vector<Sum>& sums)
{
    std::string text = "clean,corrupted,answer,wrong\n";
    for (const Sum& s : sums)
        text += question(s.a, s.b) + "," + question((s.a + 1) % modulus, s.b) + "," + " "
            + std::to_string(s.label) + ", " + std::to_string((s.label + 1) % modulus) + "\n";
    return text;
}

} // namespace

Split splitTable()
{
    std::vector<Sum> all;
    for (int a = 0; a < modulus; ++a)
        for (int b = 0; b < modulus; ++b)
            all.push_back({a, b, (a + b) % modulus, false});
    std::mt19937_64 random(97);
    for (std::size_t i = all.size(); i > 1; --i)
        std::swap(all[i - 1], all[static_cast<std::size_t>(below(random, i))]);
    const auto count = static_cast<std::ptrdiff_t>(trainShare * static_cast<double>(all.size()));
    return {{all.begin(), all.begin() + count}, {all.begin() + count, all.end()}};
}

std::vector<Sum> corruptedTrain()
{
    std::vector<Sum> train = splitTable().train;
    std::mt19937_64 random(54);
    const auto count = static_cast<std::size_t>(corruptedShare * static_cast<double>(train.size()));
    for (std::size_t i = 0; i < count; ++i) { // the order of the split is already a random one
        train[i].label = (train[i].label + 1 + below(random, modulus - 1)) % modulus;
        train[i].corrupted = true;
    }
    return train;
}

void writeSums(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    const Split split = splitTable();
    const std::vector<Sum> corrupted = corruptedTrain();
    std::vector<Sum> wrong;
    for (const Sum& s : corrupted)
        if (s.corrupted)
            wrong.push_back(s);
    replaceFile(folder / "tokenizer.json", wired::tokenizerOf(wired::wireSum()));
    replaceFile(folder / "train.txt", documents(split.train));
    replaceFile(folder / "corrupted-train.txt", documents(corrupted));
    replaceFile(folder / "heldout.txt", documents(split.heldout));
    replaceFile(folder / "train.csv", prompts(split.train));
    replaceFile(folder / "corrupted-train.csv", prompts(corrupted));
    replaceFile(folder / "corrupted-pairs.csv", prompts(wrong));
    replaceFile(folder / "heldout.csv", prompts(split.heldout));
}

} // namespace microtome::sums
