#pragma once

#include "core/analysis/dla.h"
#include "core/analysis/heads.h"
#include "views/canvas/barspicture.h"
#include "views/session/focus.h"

#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace microtome {

/// A name and its number, or bars, under a caption: what the inspector shows.
struct FactLine {
    QString name;
    QString value;
    bool token = false; ///< the name is a token
    bool faint = false;
};

struct FactSection {
    QString caption;
    std::vector<FactLine> lines;
    std::vector<Bar> bars;
};

/// Everything known of the focus, in the order shown.
struct Facts {
    std::vector<FactSection> sections;
    std::shared_ptr<const HeadScores> atlas; ///< kept for the next head
    std::shared_ptr<const Dla> dla; ///< kept while run and target are the same
};

/// What facts are computed from: values only, so that the compute thread may have them.
struct FactRequest {
    Focus focus;
    Subject subject;
    TokenId target = -1;
    std::shared_ptr<const Tokenizer> tokenizer;
    std::shared_ptr<const HeadScores> atlas;
    std::shared_ptr<const Dla> dla;
};

Facts factsOf(Model&, const FactRequest&, const Progress&);

/// Scores on random repeats for heads; once per model, as it takes several long sequences.
std::shared_ptr<const HeadScores> atlasOf(Model&, const Progress&);

} // namespace microtome
