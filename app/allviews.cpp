#include "app/workspace.h"

#include "views/attention/attentionview.h"
#include "views/lens/lensview.h"
#include "views/patching/patchingview.h"
#include "views/statistics/statisticsview.h"

namespace microtome {

ViewFactories allViews()
{
    return {lensFactory(), attentionFactory(), patchingFactory(), statisticsFactory()};
}

} // namespace microtome
