#pragma once

#include "data/wired/net.h"

namespace microtome::wired {

// Each net is told part by part in data/models/NAME/README.md.

/// Continues a text by induction and copy: "... A B ... A" gives B (methods #17, #195).
Net wireInduction();

/// A gate head that sees a forbidden word, two amplifier heads that refuse, and a head apart that
/// recalls colours (methods #174, #195).
Net wireGate();

/// An MLP whose neurons are 32 planted features in 16 dimensions (methods #42, #27).
Net wirePlanted();

/// h = (x, 0, x), y = 2 h2 + h3: patching a subspace that nothing flows through works (methods #9).
Net wireIllusion();

/// A walk through five places as a finite-state machine, one neuron per state (methods #30, #163).
Net wireAutomaton();

/// Six exactly linear blocks, known at every layer (methods #4, #81, #88, #98, #165, #166, #167).
Net wireLinear();

/// a + b mod 97 by a quadratic MLP of single-frequency neurons (methods #54).
Net wireSum();

std::vector<Net> allNets();

} // namespace microtome::wired
