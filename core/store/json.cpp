#include "core/store/json.h"

#include "core/work/error.h"

namespace microtome {

std::string jsonText(const nlohmann::json& json)
{
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json jsonFrom(std::string_view text)
{
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& fault) {
        throw Error("A description in the project is damaged; “microtome-cli project repair” saves "
                    "what can be read.",
            fault.what());
    }
}

} // namespace microtome
