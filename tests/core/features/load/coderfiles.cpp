#include "tests/core/features/load/coderfiles.h"

#include "core/features/load/coderparts.h"
#include "core/features/load/open.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace microtome {

namespace {

namespace fs = std::filesystem;

constexpr const char* ending = ".expected.safetensors";

/// Where a golden lies deeper than in the folder of its name.
fs::path insideOf(const std::string& name)
{
    static const std::map<std::string, std::string> deeper{
        {"gemma-scope-2b-pt-res", "layer_20/width_16k/average_l0_71"},
        {"gemma-scope-2b-pt-res-embedding", "embedding/width_4k"},
        {"dl-checkpoint", "checkpoints/ae_100.pt"}};
    const auto found = deeper.find(name);
    return found == deeper.end() ? fs::path() : fs::path(found->second);
}

std::string contentOf(const fs::path& path)
{
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
}

} // namespace

fs::path coderFile(const std::string& name)
{
    return fs::path(MICROTOME_SOURCE "/tests/core/features/load/coders") / name;
}

GoldenCoder goldenCoder(const std::string& name)
{
    const fs::path inside = insideOf(name);
    return {name, inside.empty() ? coderFile(name) : coderFile(name) / inside,
        coderFile(name + ending)};
}

std::vector<GoldenCoder> goldenCoders()
{
    std::vector<GoldenCoder> all;
    for (const auto& entry : fs::directory_iterator(coderFile(""))) {
        const std::string file = entry.path().filename().string();
        if (file.ends_with(ending) && !file.starts_with("delphi"))
            all.push_back(goldenCoder(file.substr(0, file.size() - std::string(ending).size())));
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

float farthest(const Matrix& a, const Matrix& b)
{
    if (a.rows() != b.rows() || a.columns() != b.columns())
        return 2e30F;
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const float off = std::abs(a.values()[i] - b.values()[i]) / (1 + std::abs(b.values()[i]));
        most = off <= most ? most : off; // what is no number stays
    }
    return most;
}

SparseCoder openedCoder(const fs::path& path, std::size_t part)
{
    const auto parts = coderParts(path);
    return parts.empty() ? openCoder(path) : openCoderPart(path, parts.at(part));
}

bool hasNote(const SparseCoder& coder, const char* words)
{
    return std::any_of(coder.declared.notes.begin(), coder.declared.notes.end(),
        [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

std::string refusalOf(const fs::path& path)
{
    try {
        const auto parts = coderParts(path);
        if (parts.empty())
            openCoder(path);
        for (const std::string& part : parts)
            openCoderPart(path, part);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

CoderCopy::CoderCopy(const std::string& golden)
{
    fs::copy(coderFile(golden), folder(), fs::copy_options::recursive);
    m_opened = insideOf(golden).string();
}

fs::path CoderCopy::folder() const
{
    return fs::path(m_folder.path().toStdString()) / "copy";
}

fs::path CoderCopy::opened() const
{
    return m_opened.empty() ? folder() : folder() / m_opened;
}

std::vector<std::string> CoderCopy::filesEndingWith(const std::string& end) const
{
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder()))
        if (entry.is_regular_file() && entry.path().string().ends_with(end))
            found.push_back(entry.path().lexically_relative(folder()).generic_string());
    std::sort(found.begin(), found.end());
    return found;
}

std::string CoderCopy::text(const std::string& file) const
{
    return contentOf(folder() / file);
}

void CoderCopy::write(const std::string& file, const std::string& content) const
{
    fs::remove(folder() / file); // a file system may wait for the disk when one is written over
    std::ofstream out(folder() / file, std::ios::binary);
    out << content;
    if (!out.flush())
        throw std::runtime_error("a test could not write its file");
}

std::map<std::string, CoderCopy::Tensor> CoderCopy::tensors(const std::string& file) const
{
    std::map<std::string, Tensor> all;
    const auto read = SafeTensors::open(folder() / file);
    for (const auto& [name, entry] : read->entries())
        all[name] = {entry.dtype, entry.shape, {entry.bytes.begin(), entry.bytes.end()}};
    return all;
}

void CoderCopy::write(const std::string& file, const std::map<std::string, Tensor>& tensors) const
{
    std::vector<TensorToWrite> all;
    for (const auto& [name, tensor] : tensors)
        all.push_back({name, tensor.dtype, tensor.shape, tensor.bytes});
    writeSafeTensors(folder() / file, all);
}

std::map<std::string, std::string> CoderCopy::everything() const
{
    std::map<std::string, std::string> all;
    for (const std::string& file : filesEndingWith(""))
        all[file] = contentOf(folder() / file);
    return all;
}

} // namespace microtome
