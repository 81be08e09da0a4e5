#include "app/workspace.h"

#include "views/attention/attentionview.h"
#include "views/features/featuresview.h"
#include "views/lens/lensview.h"
#include "views/patching/patchingview.h"
#include "views/promptfeatures/promptfeaturesview.h"
#include "views/statistics/statisticsview.h"
#include "views/training/trainingview.h"

namespace microtome {

ViewFactories allViews()
{
    return {lensFactory(), attentionFactory(), featuresFactory(), promptFeaturesFactory(),
        patchingFactory(), statisticsFactory(), trainingFactory()};
}

} // namespace microtome
