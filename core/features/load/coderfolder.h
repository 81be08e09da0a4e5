#pragma once

#include "core/features/load/tensorfile.h"
#include "core/model/safetensors.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// A dictionary on disk: the folder that was chosen, or the one around the file that was chosen.
/// Its files are opened when a format asks for them, each once. Not for several threads at a time.
class CoderFolder {
public:
    /// Throws Error when there is neither a file nor a folder.
    explicit CoderFolder(const std::filesystem::path&);

    const std::filesystem::path& folder() const { return m_folder; }

    /// The name of the file that was chosen; empty when the folder was.
    const std::string& chosen() const { return m_chosen; }

    /// Whether the folder was chosen, or one of these files of it: what a format that consists of
    /// these files asks first.
    bool chose(std::initializer_list<std::string_view> names) const;

    /// The regular files of the folder and of the folders in it ("checkpoints/final.safetensors"),
    /// sorted; of very many only the first 10,000 that the system tells.
    const std::vector<std::string>& files() const { return m_files; }
    bool has(std::string_view name) const;

    /// What a text file holds. Throws Error when it is absent, unreadable or longer than 4 MB.
    std::string text(const std::string& name) const;

    /// An object of JSON. Throws Error as text() does, and when it is no object, damaged or nested
    /// more than 64 deep.
    const nlohmann::json& json(const std::string& name) const;

    /// Throw Error when the file is absent or unsound.
    std::shared_ptr<const SafeTensors> safeTensors(const std::string& name) const;
    const TensorFile& tensorFile(const std::string& name) const; ///< of torch or numpy

private:
    std::filesystem::path m_folder;
    std::string m_chosen;
    std::vector<std::string> m_files;
    mutable std::map<std::string, std::shared_ptr<const nlohmann::json>> m_json;
    mutable std::map<std::string, std::shared_ptr<const SafeTensors>> m_safeTensors;
    mutable std::map<std::string, std::shared_ptr<const TensorFile>> m_tensorFiles;
};

} // namespace microtome
