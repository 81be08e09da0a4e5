#include "views/patching/sweepjob.h"

#include <algorithm>

namespace microtome {

namespace {

/// What the model says after the last position of a prompt.
TokenId bestNext(Model& model, const Prompt& prompt)
{
    RunRequest request;
    request.ids = prompt.ids;
    request.want = {Site{Point::Logits, {}, {}}};
    request.logitPositions = {Position(static_cast<int>(prompt.size()) - 1)};
    const Matrix logits = model.run(request).at(request.want.front());
    const auto row = logits.row(0);
    return static_cast<TokenId>(std::ranges::max_element(row) - row.begin());
}

Prompt promptOf(const Model& model, const PromptField& field)
{
    return field.byIds ? model.prompt(field.ids) : model.prompt(field.text);
}

/// The first token of an answer.
std::vector<TokenId> answerOf(const Model& model, const PromptField& field)
{
    if (field.byIds)
        return field.ids;
    const auto tokenizer = model.tokenizer();
    if (field.text.empty() || !tokenizer)
        return {};
    const auto ids = tokenizer->encode(field.text, false).ids;
    return ids.empty() ? std::vector<TokenId>() : std::vector<TokenId>{ids.front()};
}

} // namespace

SweepShown sweepPair(Model& model, PatchRequest request, const Progress& progress)
{
    if (request.metric.answers.empty())
        request.metric.answers = {bestNext(model, request.clean)};
    if (request.metric.wrongs.empty()) {
        const TokenId wrong = bestNext(model, request.corrupted);
        if (wrong != request.metric.answers.front())
            request.metric.wrongs = {wrong};
    }
    SweepShown shown;
    shown.answers = request.metric.answers;
    shown.wrongs = request.metric.wrongs;
    shown.sweep = patchSweep(model, request, progress);
    return shown;
}

SweepShown sweepSet(
    Model& model, const PromptSet& set, const PatchRequest& like, const Progress& progress)
{
    if (set.items.empty() || !set.hasCorrupted)
        throw Error("The prompt set has no corrupted prompts; give it a column “corrupted”.");
    SweepShown shown;
    shown.set = averageOver(
        set.items.size(),
        [&](std::size_t i) {
            const PromptItem& item = set.items[i];
            PatchRequest request = like;
            request.clean = promptOf(model, item.clean);
            request.corrupted = promptOf(model, item.corrupted);
            request.cleanBase = nullptr;
            request.corruptedBase = nullptr;
            request.metric.answers = answerOf(model, item.answer);
            request.metric.wrongs = answerOf(model, item.wrong);
            SweepShown one = sweepPair(model, request, {});
            shown.sweep = std::move(one.sweep);
            shown.answers = std::move(one.answers);
            shown.wrongs = std::move(one.wrongs);
            return shown.sweep.normalised;
        },
        progress);
    shown.sweep.normalised = shown.set->mean;
    return shown;
}

} // namespace microtome
