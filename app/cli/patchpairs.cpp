#include "app/cli/patchpairs.h"

#include "app/cli/output.h"
#include "app/cli/promptoptions.h"

namespace microtome::cli {

namespace {

/// Remarks of that many answers are printed; the rest is counted.
constexpr std::size_t shownRemarks = 3;

Prompt promptIn(const Model& model, const PromptField& field, bool noBos)
{
    return field.byIds ? model.prompt(field.ids) : promptOf(model, field.text, noBos);
}

/// Reads the answers of a set's items and gathers what is to be said about them.
class AnswerReader {
public:
    explicit AnswerReader(const Model& model)
        : m_model(model)
    {
    }

    std::vector<TokenId> read(const PromptField& field)
    {
        if (field.byIds || field.empty())
            return field.ids;
        ReadAnswer answer = readAnswer(m_model, field.text);
        for (std::string& remark : answer.remarks)
            m_remarks.push_back(std::move(remark));
        return {answer.id};
    }

    void say() const
    {
        for (std::size_t i = 0; i < std::min(shownRemarks, m_remarks.size()); ++i)
            warn(m_remarks[i]);
        if (m_remarks.size() > shownRemarks)
            warn("The same kind of thing is to be said about "
                + std::to_string(m_remarks.size() - shownRemarks) + " more answers of the file.");
    }

private:
    const Model& m_model;
    std::vector<std::string> m_remarks;
};

} // namespace

PairsSweep sweepPairs(Model& model, const PromptSet& set, const PatchRequest& request,
    const MetricOptions& metric, bool noBos, const Progress& progress)
{
    if (!set.hasCorrupted)
        throw Error("The pairs file has no column of corrupted prompts; name it with --columns "
                    "corrupted=NAME.");
    if (metric.needsAnswer() && !set.hasAnswer && !metric.answer.hasAnswer())
        throw Error("The pairs file has no column of answers; name it with --columns answer=NAME, "
                    "or give --answer.");
    PairsSweep out;
    Average raw;
    AnswerReader answers(model);
    std::string firstSkipped;
    for (std::size_t i = 0; i < set.items.size(); ++i) {
        const PromptItem& item = set.items[i];
        const auto part = [&](double done) {
            return (static_cast<double>(i) + done) / static_cast<double>(set.items.size());
        };
        PatchRequest one = request;
        one.clean = promptIn(model, item.clean, noBos);
        one.corrupted = promptIn(model, item.corrupted, noBos);
        if (one.clean.size() != one.corrupted.size()) {
            if (out.skipped++ == 0)
                firstSkipped = "line " + std::to_string(item.line) + " has "
                    + std::to_string(one.clean.size()) + " and "
                    + std::to_string(one.corrupted.size()) + " tokens";
            continue;
        }
        one.metric = metric.metric(model, one.clean,
            metric.answer.hasAnswer() ? metric.answer.answerTokens(model)
                                      : answers.read(item.answer),
            metric.answer.hasAnswer() ? metric.answer.wrongTokens(model)
                                      : answers.read(item.wrong));
        const PatchSweep sweep = patchSweep(model, one, progress.part(part(0), part(1)));
        if (raw.items() == 0)
            out.shape = sweep;
        else if (sweep.positions != out.shape.positions)
            throw Error("The pairs have prompts of different lengths (line "
                + std::to_string(item.line)
                + "), so positions cannot be averaged; take a sweep over heads without "
                  "--positions, or pairs "
                  "of one length.");
        raw.add(sweep.raw);
        out.clean += sweep.cleanMetric;
        out.corrupted += sweep.corruptedMetric;
    }
    answers.say();
    if (raw.items() == 0)
        throw Error(
            "No pair of the file can be patched: the two prompts of a pair need equally many tokens"
            + (firstSkipped.empty() ? std::string() : " (" + firstSkipped + ")") + ".");
    if (out.skipped > 0)
        warn(std::to_string(out.skipped)
            + " pairs were left out, because their prompts differ in length: " + firstSkipped
            + ".");
    out.clean /= static_cast<double>(raw.items());
    out.corrupted /= static_cast<double>(raw.items());
    out.raw = raw.result();
    return out;
}

} // namespace microtome::cli
