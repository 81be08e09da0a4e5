#pragma once

#include "core/model/safetensors.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace microtome::nn {

/// The tensors of a model's safetensors files (one, or sharded with an index), mapped, not copied;
/// or those of a model that is being trained.
/// Remembers which were asked for, so that the rest can be named to the person.
class Weights {
public:
    /// A model folder or one safetensors file.
    static Weights open(const std::filesystem::path&);

    /// Tensors in memory, taken as they are; what is computed from them can be differentiated.
    static Weights of(std::map<std::string, at::Tensor>);

    bool has(const std::string& name) const
    {
        return m_entries.contains(name) || m_tensors.contains(name);
    }
    std::vector<std::int64_t> shape(const std::string& name) const;

    /// The tensor as the file stores it, sharing the file's memory. Throws Error when it is absent,
    /// of a type the engine cannot use, or holds numbers that are not finite.
    at::Tensor get(const std::string& name);

    /// The same; throws Error as well when its shape is another.
    at::Tensor get(const std::string& name, const std::vector<std::int64_t>& expected);

    void ignore(const std::string& name) { m_ignored.insert(name); } ///< a buffer nobody needs
    bool isIgnored(const std::string& name) const { return m_ignored.contains(name); }
    std::vector<std::string> unused() const;
    std::vector<std::string> names() const;
    std::string dtype() const; ///< of most numbers
    std::uint64_t bytes() const;

    /// SHA-256 over headers and data; above 256 MB over the headers and 64 windows of 4 KB of every
    /// tensor, then prefixed "sampled:".
    std::string hash() const;

    /// Gives the pages read so far back to the system.
    void release() const;

private:
    struct Place {
        std::shared_ptr<const SafeTensors> file;
        const SafeTensors::Entry* entry;
    };
    void add(const std::filesystem::path& file);

    std::vector<std::shared_ptr<const SafeTensors>> m_files;
    std::map<std::string, Place> m_entries;
    std::map<std::string, at::Tensor> m_tensors;
    std::set<std::string> m_used;
    std::set<std::string> m_ignored;
};

} // namespace microtome::nn
