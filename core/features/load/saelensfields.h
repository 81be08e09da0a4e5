#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace microtome {

/// The fields of an object of JSON. Null counts as absent; each throws Error with a sentence where
/// a field is of another kind than it should be.
class SaeLensFields {
public:
    SaeLensFields(const nlohmann::json& form, std::string file);

    bool has(const char* key) const;
    std::optional<std::string> text(const char* key) const; ///< nothing for a flag
    std::optional<bool> flag(const char* key) const; ///< nothing for a text
    std::optional<double> number(const char* key) const;
    std::optional<int> count(const char* key) const; ///< a whole number from 0 to 10^9
    std::int64_t size(const char* key) const; ///< a whole number above 0 that must be there
    SaeLensFields object(const char* key) const; ///< an empty one when absent

    const nlohmann::json& at(const char* key) const; ///< null when absent

private:
    [[noreturn]] void refuse(const char* key, const char* what) const;

    const nlohmann::json& m_form;
    std::string m_file;
};

} // namespace microtome
