#include "core/features/import/delphi.h"

#include "core/features/import/jsonfields.h"
#include "core/features/load/unreadable.h"

#include <charconv>

namespace microtome {

namespace {

using nlohmann::json;

/// What delphi writes in an explanation's place when it could not read the explainer's answer.
constexpr std::string_view failedExplanation = "Explanation could not be parsed.";

const char* truthKey(const json& record)
{
    return record.contains("activating") ? "activating" : "ground_truth";
}

/// True or false, or a number that is 0 or 1; anything else is no answer.
std::optional<bool> answerIn(const json& record, const char* key)
{
    const auto found = record.find(key);
    if (found == record.end())
        return std::nullopt;
    if (found->is_boolean())
        return found->get<bool>();
    if (found->is_number() && (*found == 0 || *found == 1))
        return *found == 1;
    return std::nullopt;
}

std::string scorerName(const std::string& folder)
{
    return folder == "fuzz" ? "fuzzing" : folder;
}

void put(ImportedScore& score, const Estimate& estimate, std::size_t answered)
{
    score.examples = static_cast<std::int64_t>(answered);
    if (answered == 0 || !(estimate.value >= 0))
        return;
    score.value = estimate.value;
    score.low = estimate.low;
    score.high = estimate.high;
}

} // namespace

DelphiFile::DelphiFile(const std::filesystem::path& path)
    : m_scorer(scorerName(path.parent_path().filename().string()))
{
    const std::string stem = path.stem().string();
    for (const std::string_view mark : {"_latent", "_feature"}) {
        const auto at = stem.rfind(mark);
        if (at == std::string::npos)
            continue;
        std::uint64_t latent = 0;
        const char* end = stem.data() + stem.size();
        const auto [stop, error] = std::from_chars(stem.data() + at + mark.size(), end, latent);
        if (error != std::errc() || stop != end || at == 0 || latent >= importedLatents)
            continue;
        m_name.source = stem.substr(0, at);
        m_latent = static_cast<std::uint32_t>(latent);
        return;
    }
}

bool DelphiFile::isJudged(const json& record)
{
    return record.is_object() && !record.contains("modelId")
        && (record.contains("str_tokens") || record.contains("correct")
            || record.contains("prediction"));
}

void DelphiFile::requireLatent() const
{
    if (!m_latent)
        throw Unreadable("looks like a result of delphi, but its name does not end in _latent and "
                         "a number that a latent can have; give it back the name it had");
}

void DelphiFile::add(const json& record, LeftOut& leftOut)
{
    requireLatent();
    if (record.is_string()) {
        m_explanation = record.get<std::string>();
        return;
    }
    leftOut["judged example"] += saysAnything(record, "str_tokens");
    if (const auto truth = answerIn(record, truthKey(record))) {
        const auto answer = answerIn(record, "prediction");
        m_judged.push_back({*truth, answer ? std::optional(*answer ? 1.0 : 0.0) : std::nullopt, 0});
    } else if (record.contains("correct")) {
        const auto prediction = record.find("prediction");
        const bool failed = prediction != record.end()
            && (prediction->is_null() || (prediction->is_number() && *prediction < 0));
        const auto right = answerIn(record, "correct");
        ++(failed || !right ? m_failed : *right ? m_right : m_wrong);
    } else {
        m_unknown = true;
    }
}

void DelphiFile::finish(ImportSink& sink, LeftOut& leftOut)
{
    if (!m_explanation.empty()) {
        if (m_explanation == failedExplanation) {
            ++leftOut["failed explanation"];
        } else {
            ImportedLabel label;
            label.latent = *m_latent;
            label.text = m_explanation;
            label.method = "delphi";
            sink.label(m_name, std::move(label));
        }
    }
    leftOut["unknown score"] += m_unknown;
    if (m_unknown || (m_judged.empty() && m_right + m_wrong + m_failed == 0))
        return;
    ImportedScore score;
    score.scorer = m_scorer;
    if (!m_judged.empty()) {
        const ClassScore judged = classScore(m_judged);
        score.missing = static_cast<std::int64_t>(judged.missing);
        put(score, judged.balancedAccuracy, judged.asked - judged.missing);
    } else {
        const std::size_t answered = m_right + m_wrong;
        score.missing = static_cast<std::int64_t>(m_failed);
        put(score,
            wilson(answered > 0 ? static_cast<double>(m_right) / static_cast<double>(answered) : 0,
                static_cast<double>(answered)),
            answered);
    }
    sink.score(m_name, *m_latent, std::move(score));
}

} // namespace microtome
