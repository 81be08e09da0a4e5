#include "core/store/place.h"

namespace microtome {

namespace fs = std::filesystem;

namespace {

const std::string scheme = "data:";

/// Whether a relative path stays where it begins.
bool staysInside(const fs::path& path)
{
    return !path.empty() && path.is_relative() && *path.begin() != "..";
}

} // namespace

bool isInData(const std::string& place)
{
    return place.starts_with(scheme);
}

std::string placeOf(const fs::path& path, const fs::path& data)
{
    const fs::path inside = path.lexically_normal().lexically_relative(data.lexically_normal());
    return !data.empty() && staysInside(inside) ? scheme + inside.generic_string() : path.string();
}

fs::path resolvePlace(const std::string& place, const fs::path& data, const fs::path& project)
{
    std::error_code error;
    if (isInData(place)) {
        const fs::path inside = fs::path(place.substr(scheme.size())).lexically_normal();
        const fs::path path = data / inside;
        return staysInside(inside) && fs::exists(path, error) ? path : fs::path();
    }
    if (fs::exists(place, error))
        return place;
    const fs::path beside = project.parent_path() / fs::path(place).filename();
    return !place.empty() && fs::exists(beside, error) ? beside : fs::path();
}

} // namespace microtome
