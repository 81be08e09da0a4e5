#pragma once

#include "core/features/coder/coder.h"

#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace microtome {

/// The folder of files that other libraries made (coders/make.py), and something in it.
std::filesystem::path coderFile(const std::string& name);

/// A golden dictionary: what is opened, and the file of what is expected.
struct GoldenCoder {
    std::string name;
    std::filesystem::path path; ///< may be a file within its folder
    std::filesystem::path expected;
};

std::vector<GoldenCoder> goldenCoders();
GoldenCoder goldenCoder(const std::string& name);

/// Largest |a - b| / (1 + |b|); more than 1e30 where shapes differ or a number is none.
float farthest(const Matrix& a, const Matrix& b);

/// The coder of a path: the part of that index of a set, else the only one.
SparseCoder openedCoder(const std::filesystem::path&, std::size_t part = 0);

bool hasNote(const SparseCoder&, const char* words);

/// What opening it says, every part of a set; empty when it is read.
std::string refusalOf(const std::filesystem::path&);

/// A copy of a golden's folder that a test may change.
class CoderCopy {
public:
    struct Tensor {
        std::string dtype;
        std::vector<std::int64_t> shape;
        std::vector<std::byte> bytes;
    };

    explicit CoderCopy(const std::string& golden);

    std::filesystem::path folder() const;
    std::filesystem::path opened() const; ///< what to open in it, as of the golden

    std::vector<std::string> filesEndingWith(const std::string&) const;
    std::string text(const std::string& file) const;
    void write(const std::string& file, const std::string& content) const;

    std::map<std::string, Tensor> tensors(const std::string& file) const; ///< of safetensors
    void write(const std::string& file, const std::map<std::string, Tensor>&) const;

    /// Every file with its content, to see that nothing was written.
    std::map<std::string, std::string> everything() const;

private:
    QTemporaryDir m_folder;
    std::string m_opened;
};

} // namespace microtome
