#pragma once

#include "core/model/model.h"

#include <functional>
#include <memory>
#include <vector>

namespace microtome {

/// What is looked at: a prompt under a list of edits. `base` is a kept run of the same ids without
/// edits; with it, only what the edits change is computed.
struct Subject {
    Prompt prompt;
    Edits edits;
    std::shared_ptr<const Base> base;

    std::size_t tokens() const { return prompt.ids.size(); }

    /// The last position where none is given; throws Error when it lies outside the prompt.
    Position resolve(Position) const;

    RunRequest request(std::vector<Site> want) const;
};

/// The subject without edits, its base kept.
Subject subjectOf(Model&, Prompt, const Progress& = {});

/// Runs the subject for sites that together may not fit into memory: in groups of at most `budget`
/// bytes, one run each, in the order given. `visit` is called once per site.
void captureEach(Model&, const Subject&, const std::vector<Site>& sites,
    const std::function<void(const Site&, const Matrix&)>& visit, const Progress& = {},
    std::uint64_t budget = std::uint64_t{256} << 20);

} // namespace microtome
