#include "app/workspace.h"

namespace microtome {

ViewFactories allViews()
{
    return {};
}

} // namespace microtome
