#pragma once

#include "core/analysis/history.h"

#include <QString>

namespace microtome {

/// "12,000": a step of training for a person.
QString stepText(std::int64_t step);

/// "step 12,000"; of the model that training ended with "final, step 12,000".
QString checkpointName(const TrainingHistory::State&);

/// "12,000", or the name of a state of which nobody tells the step.
QString shortName(const TrainingHistory::State&);

} // namespace microtome
