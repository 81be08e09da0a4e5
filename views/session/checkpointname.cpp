#include "views/session/checkpointname.h"

#include "views/style/number.h"

#include <QCoreApplication>

namespace microtome {

QString stepText(std::int64_t step)
{
    return formatNumber(static_cast<double>(step), 0);
}

QString checkpointName(const TrainingHistory::State& state)
{
    const bool final = state.name == "final";
    if (!state.step)
        return QString::fromStdString(state.name);
    return final
        ? QCoreApplication::translate("checkpoint", "final, step %1").arg(stepText(*state.step))
        : QCoreApplication::translate("checkpoint", "step %1").arg(stepText(*state.step));
}

QString shortName(const TrainingHistory::State& state)
{
    return state.step ? stepText(*state.step) : QString::fromStdString(state.name);
}

} // namespace microtome
