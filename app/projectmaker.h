#pragma once

#include "views/session/engine.h"

#include <QString>

namespace microtome {

/// Makes the project that comes with the program: opens the recipe's model in a window that nobody
/// sees, runs its prompts, lets the views keep what they show of them, and writes one file. Its
/// models are named by their place in the folder of data, so that it opens wherever that lies. Two
/// runs differ in the times they tell only. Throws Error with a sentence.
///
/// The recipe: {"model": folder in the data, "notes": [paragraphs], "walk": name of the walk that
/// the first start begins, "groups": [{"name", "source", "notes", "prompts": [{"text", "label",
/// "corrupted", "answer", "wrong"}]}], "runs": [{"prompt", "edits": as in an edits file, "title",
/// "views": [{"name", "state"}]}]}; the last run is the one on screen.
void makeProject(const OpenModel&, const QString& recipe, const QString& data, const QString& file);

} // namespace microtome
