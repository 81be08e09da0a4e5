#pragma once

#include "core/features/load/coderfolder.h"

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace microtome {

/// How a file stores a matrix of latents by places.
enum class Stored {
    LatentsFirst, ///< [n, d]
    LatentsLast, ///< [d, n]
    Either, ///< formats differ: the shape decides, and [n, d] is taken where n = d
};

/// The tensors of one file by name, whatever kind of file it is; numbers are read when asked for.
/// What does not fit throws Error with a sentence that names the file and the tensor.
class CoderTensors {
public:
    /// A file of safetensors, torch or numpy. Of torch and numpy it must hold a dict; values that
    /// are no tensors are left out.
    CoderTensors(const CoderFolder&, const std::string& file);

    /// The tensors of a dict that lies deeper in a file.
    CoderTensors(std::string file, const StoredValue& dict);

    const std::string& file() const { return m_file; }
    const std::map<std::string, StoredTensor>& all() const { return m_tensors; }
    bool has(const std::string& name) const { return m_tensors.count(name) > 0; }
    bool hasAll(std::initializer_list<const char*> names) const;

    const StoredTensor& at(const std::string& name) const;

    /// The sizes of a tensor of this many axes, all of them at least 1.
    const std::vector<std::int64_t>& shape(const std::string& name, std::size_t axes) const;
    std::size_t size(const std::string& name, std::size_t axes, std::size_t axis) const;

    std::vector<float> vector(const std::string& name, std::size_t size) const;
    std::vector<float> vectorIfThere(const std::string& name, std::size_t size) const;
    float number(const std::string& name) const; ///< of a tensor that holds one number

    /// Always [latents, places].
    Matrix matrix(const std::string& name, std::size_t latents, std::size_t places, Stored) const;

    /// [rows, columns] as stored, with one index taken of the other axis of a tensor of three.
    Matrix slice(const std::string& name, std::size_t axis, std::size_t index, std::size_t rows,
        std::size_t columns) const;

    /// The same of a tensor that stores it as [columns, rows].
    Matrix transposedSlice(const std::string& name, std::size_t axis, std::size_t index,
        std::size_t rows, std::size_t columns) const;

private:
    StoredTensor checkedSlice(const std::string& name, std::size_t axis, std::size_t index,
        const std::vector<std::size_t>& expected) const;
    [[noreturn]] void refuse(const std::string& name, const std::string& why) const;
    void checkShape(const std::string& name, const std::vector<std::size_t>& expected) const;

    std::string m_file;
    std::map<std::string, StoredTensor> m_tensors;
};

} // namespace microtome
