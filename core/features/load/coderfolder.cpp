#include "core/features/load/coderfolder.h"

#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace microtome {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostFiles = 10'000;
constexpr std::uintmax_t longestText = 4 << 20;
constexpr int deepestJson = 64; // what is nested deeper is freed deeper than a stack is

std::vector<std::string> filesIn(const fs::path& folder)
{
    std::vector<std::string> names;
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(
             folder, fs::directory_options::skip_permission_denied, error);
         !error && it != fs::recursive_directory_iterator() && names.size() < mostFiles;
         it.increment(error)) {
        std::error_code unknown;
        if (it.depth() > 0)
            it.disable_recursion_pending();
        if (it->is_regular_file(unknown))
            names.push_back(it->path().lexically_relative(folder).generic_string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

CoderFolder::CoderFolder(const fs::path& path)
    : m_folder(path)
{
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
        m_folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
        m_chosen = path.filename().string();
    } else if (!fs::is_directory(path, error)) {
        throw Error("There is no file or folder " + path.string() + ".");
    }
    m_files = filesIn(m_folder);
    if (!m_chosen.empty() && !has(m_chosen)) // one of too many
        m_files.insert(std::upper_bound(m_files.begin(), m_files.end(), m_chosen), m_chosen);
}

bool CoderFolder::chose(std::initializer_list<std::string_view> names) const
{
    return m_chosen.empty() || std::find(names.begin(), names.end(), m_chosen) != names.end();
}

bool CoderFolder::has(std::string_view name) const
{
    return std::binary_search(m_files.begin(), m_files.end(), name);
}

std::string CoderFolder::text(const std::string& name) const
{
    if (!has(name))
        throw Error("The folder " + m_folder.string() + " holds no file " + name + ".");
    std::error_code error;
    const auto size = fs::file_size(m_folder / name, error);
    if (error || size > longestText)
        throw Error(name + " cannot be read, or is longer than the 4 MB that a text has here.");
    std::ostringstream all;
    all << std::ifstream(m_folder / name, std::ios::binary).rdbuf();
    return std::move(all).str();
}

const nlohmann::json& CoderFolder::json(const std::string& name) const
{
    auto& found = m_json[name];
    if (found)
        return *found;
    const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > deepestJson)
            throw Error(name + " is nested too deeply to be a description of a dictionary.");
        return true;
    };
    auto form = nlohmann::json::parse(text(name), shallow, false);
    if (!form.is_object())
        throw Error(name + " is not valid JSON, or not an object; download it again.");
    found = std::make_shared<const nlohmann::json>(std::move(form));
    return *found;
}

std::shared_ptr<const SafeTensors> CoderFolder::safeTensors(const std::string& name) const
{
    auto& found = m_safeTensors[name];
    if (!found)
        found = SafeTensors::open(m_folder / name);
    return found;
}

const TensorFile& CoderFolder::tensorFile(const std::string& name) const
{
    auto& found = m_tensorFiles[name];
    if (!found)
        found = std::make_shared<const TensorFile>(readTensorFile(m_folder / name));
    return *found;
}

} // namespace microtome
