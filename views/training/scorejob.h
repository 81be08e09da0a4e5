#pragma once

#include "core/analysis/heads.h"
#include "core/analysis/history.h"
#include "core/work/jobs.h"
#include "views/panel/stored.h"
#include "views/session/engine.h"

#include <map>

namespace microtome {

/// Head scores of checkpoints, by the state's index.
using ScoresByState = std::map<std::size_t, HeadScores>;

/// What a project keeps a checkpoint's scores under: its folder and how its files look, so that
/// nothing has to be opened to find them again, and nothing is found for other weights.
StoredRequest scoreRequest(const TrainingHistory::State&);

/// Opens the checkpoints one after the other and scores every head on random repeats. What is done
/// so far is sent on the way.
ScoresByState scoreCheckpoints(const OpenModel&, const EngineOptions&, const TrainingHistory&,
    const std::vector<std::size_t>& states, const Progress&, const Partial<ScoresByState>&);

} // namespace microtome
