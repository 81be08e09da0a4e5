#include "tests/app/cli/folders.h"

#include <QDir>

#include <nlohmann/json.hpp>

#include <fstream>

namespace microtome::test {

namespace fs = std::filesystem;

QString golden(const QString& name)
{
    return QStringLiteral(MICROTOME_SOURCE "/tests/nn/golden/") + name;
}

QString induction()
{
    return QStringLiteral(MICROTOME_SOURCE "/data/models/induction");
}

QString inductionPairs()
{
    return QStringLiteral(MICROTOME_SOURCE "/data/prompts/induction-pairs.csv");
}

std::vector<QString> goldenNames()
{
    std::vector<QString> names;
    for (const QString& name :
        QDir(golden({})).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name))
        if (fs::exists((golden(name) + "/golden.safetensors").toStdString()))
            names.push_back(name);
    return names;
}

QString shared(const QString& path)
{
    const QString whole = QStringLiteral(MICROTOME_SHARED_DATA "/") + path;
    return fs::exists(whole.toStdString()) ? whole : QString();
}

std::vector<TokenId> goldenIds(const QString& name)
{
    const Matrix tokens = SafeTensors::open((golden(name) + "/golden.safetensors").toStdString())
                              ->matrix("a/tokens");
    return {tokens.values().begin(), tokens.values().end()};
}

void copyFolder(const QString& from, const fs::path& to)
{
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from.toStdString())) {
        const fs::path copy = to / entry.path().filename();
        fs::copy_file(entry.path(), copy, fs::copy_options::overwrite_existing);
        fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
    }
}

void writeSmallTokenizer(const fs::path& folder)
{
    const std::vector<std::string> pieces{
        "M", "a", "r", "y", "Ġ", "J", "o", "h", "n", "Ma", "ry", "Mary", "ĠMary", "ĠJ"};
    nlohmann::json vocabulary;
    for (std::size_t i = 0; i < pieces.size(); ++i)
        vocabulary[pieces[i]] = i;
    const nlohmann::json split{{"type", "ByteLevel"}, {"add_prefix_space", false},
        {"trim_offsets", true}, {"use_regex", true}};
    const nlohmann::json file{{"version", "1.0"}, {"added_tokens", nlohmann::json::array()},
        {"normalizer", nullptr}, {"pre_tokenizer", split}, {"post_processor", nullptr},
        {"decoder", split},
        {"model",
            {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr},
                {"continuing_subword_prefix", nullptr}, {"end_of_word_suffix", nullptr},
                {"fuse_unk", false}, {"byte_fallback", false}, {"vocab", vocabulary},
                {"merges", {"M a", "r y", "Ma ry", "Ġ Mary", "Ġ J"}}}}};
    writeText(folder / "tokenizer.json", file.dump());
}

void writeText(const fs::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

} // namespace microtome::test
