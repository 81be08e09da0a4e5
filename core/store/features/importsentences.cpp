#include "core/store/features/importsentences.h"

#include <array>

namespace microtome {

namespace {

/// What was met that has no place, in words that follow its number.
struct Reason {
    const char* key;
    const char* words;
};
constexpr std::array<Reason, 23> reasons{{
    {"activation histogram",
        "histograms of activations: the project draws them from values, and the files hold those "
        "of their windows only"},
    {"attribution", "windows' attributions: they are computed anew where they are looked at"},
    {"correlated neurons", "lists of correlated neurons: the project has no table of them"},
    {"decoder weights",
        "allocations of decoder weights to heads: they are read off the dictionary"},
    {"description", "descriptions of releases, models and sets"},
    {"embedding", "embeddings of explanations: the project searches words"},
    {"empty explanation", "explanations without a text"},
    {"failed explanation", "explanations that failed: there is an error in the text's place"},
    {"feature said twice", "features that were said before: what came first counts"},
    {"histogram of another size", "histograms of logits with other bars than the first has"},
    {"judged example", "judged examples: the score that they come to is kept"},
    {"logit contributions", "windows' logit contributions: they are computed anew"},
    {"loss", "windows' losses: they are computed anew"},
    {"neuron alignment", "lists of aligned neurons: the project has no table of them"},
    {"no correlation",
        "correlated features that are the feature itself or have no correlation with it"},
    {"no histogram of logits", "histograms of logits that are no counts over equal ranges"},
    {"same explanation", "explanations that were said before"},
    {"score without explanation", "scores whose explanation is not in the files"},
    {"too many explanations", "explanations beyond what one feature can have"},
    {"unknown score", "score files of a kind that is not known"},
    {"vector", "vectors: they are read off the dictionary"},
    {"window bins",
        "windows' bins: ours are made from the values, as those in the files are known to be "
        "wrong"},
    {"window repeated", "windows that were said before of the same feature"},
}};

std::string joined(const std::vector<std::string>& names)
{
    std::string all;
    for (std::size_t i = 0; i < names.size(); ++i)
        all += (i == 0 ? "" : i + 1 < names.size() ? ", " : " and ") + names[i];
    return all;
}

std::string number(std::uint64_t count)
{
    return std::to_string(count);
}

} // namespace

void sayTaken(ImportReport& report, const ImportedFiles& files,
    const std::map<ImportedName, ImportPile>& piles, const ImportSettings& settings)
{
    report.taken.push_back(
        "Read " + number(files.read) + " files of " + joined(files.formats) + ".");
    auto pile = piles.begin();
    for (const ImportedSource& source : report.sources) {
        std::string sentence = source.name + ": " + number(source.features) + " features of "
            + number(source.latents) + " latents, " + number(source.labels) + " explanations and "
            + number(source.scores) + " scores";
        if (source.missingScores > 0)
            sentence += " (" + number(source.missingScores)
                + " without a value, as the judge "
                  "failed)";
        report.taken.push_back(sentence + ".");
        if (source.windows > 0)
            report.taken.push_back(source.name + ": " + number(source.windows) + " windows of "
                + number(source.tokens)
                + " tokens, in a corpus with an index; of a feature's silence elsewhere the files "
                  "say nothing.");
        const auto& [name, held] = *pile++;
        if (!settings.latents && !settings.into && held.end == source.latents)
            report.taken.push_back(source.name
                + ": the files do not say how many latents there "
                  "are; "
                + number(source.latents) + " is one more than the largest number in them.");
        if (!name.model.empty() && name.model != settings.modelName)
            report.taken.push_back(source.name + ": the files call the model “" + name.model
                + "”, here it is “" + settings.modelName
                + "”; only who imports can know whether "
                  "they are the same.");
        if (!held.largest.empty())
            report.taken.push_back(source.name
                + ": where the files have no largest value of a "
                  "feature, the largest in its windows counts.");
        if (settings.readSite.empty() && !settings.into && held.about.hook.empty())
            report.taken.push_back(source.name
                + ": the files do not say which point of the model "
                  "is read; say so to have it looked at in the model.");
    }
}

void sayLeftOut(ImportReport& report, const ImportedFiles& files,
    const std::map<ImportedName, ImportPile>& piles)
{
    LeftOut all = files.leftOut;
    std::uint64_t text = 0, logits = 0;
    for (const ImportedSource& source : report.sources) {
        all["window repeated"] += source.sameWindows;
        text += source.textWindows;
        logits += source.unknownLogits;
    }
    if (text > 0)
        report.leftOut.push_back(number(text)
            + " windows are kept as text to be searched only: "
              "their tokens cannot be told exactly from how they are shown.");
    if (logits > 0)
        report.leftOut.push_back(number(logits)
            + " promoted and suppressed tokens: no token of "
              "the model's tokenizer, or several, look like them.");
    bool correlated = false;
    for (const auto& [name, pile] : piles)
        for (const PiledFeature& feature : pile.features)
            correlated |= !feature.correlated.empty();
    if (correlated)
        report.leftOut.push_back(
            "Correlations with features of other batches: the files compare "
            "those of one batch only; Pearson's correlation is what they are ranked by.");
    for (const Reason& reason : reasons)
        if (const auto found = all.find(reason.key); found != all.end() && found->second > 0)
            report.leftOut.push_back(number(found->second) + " " + reason.words + ".");
    if (!files.skipped.empty())
        report.leftOut.push_back(number(files.skipped.size())
            + " files with nothing that is known, the first being " + files.skipped.front() + ".");
}

} // namespace microtome
