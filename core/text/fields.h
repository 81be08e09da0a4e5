#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace microtome::text {

/// One JSON value of a file and the way to it, read with sentences that name both. The value must
/// outlive this.
class Fields {
public:
    Fields(const nlohmann::json& value, std::string place);

    const nlohmann::json& json() const { return *m_value; }
    bool isObject() const;
    bool isText() const;

    /// Whether the member is there and not null.
    bool has(const char* key) const;

    /// The member of that name; throws Error when it is missing.
    Fields at(const char* key) const;

    /// The elements of a member that has to be an array.
    std::vector<Fields> list(const char* key) const;

    std::string text() const;
    std::string text(const char* key) const { return at(key).text(); }
    std::string text(const char* key, std::string_view otherwise) const;
    /// A text of at most `longest` bytes that is put into other texts.
    std::string shortText(const char* key, std::size_t longest = 1024) const;
    char32_t character(const char* key) const;
    bool flag(const char* key) const;
    bool flag(const char* key, bool otherwise) const;
    std::int64_t whole(std::int64_t least, std::int64_t most) const;
    std::int64_t whole(const char* key, std::int64_t least, std::int64_t most) const
    {
        return at(key).whole(least, most);
    }

    /// The component's kind, from its member "type".
    std::string type() const { return text("type"); }

    /// Throws the Error "<place> <why>."
    [[noreturn]] void refuse(const std::string& why) const;

    /// Throws the Error that a component of this type is not supported.
    [[noreturn]] void refuseType(const char* what) const;

private:
    const nlohmann::json* m_value;
    std::string m_place;
};

} // namespace microtome::text
