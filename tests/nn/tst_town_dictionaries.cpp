// The bundled dictionaries of town-gpt, on text of the town that nobody has trained with.
#include "core/features/corpus/labelledtext.h"
#include "core/features/interpret/explain.h"
#include "core/features/interpret/predicate/evaluate.h"
#include "core/features/load/open.h"
#include "core/features/score/labelmatch.h"
#include "core/features/sweep/codersource.h"
#include "core/features/sweep/sweep.h"
#include "core/nn/dictionary.h"
#include "core/nn/open.h"
#include "core/work/sha256.h"
#include "data/world/document.h"
#include "data/world/labelfile.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t seed = 29; // neither of the training text nor of the held-out one
constexpr std::uint64_t documents = 1500;
constexpr double good = 0.9; ///< F1, and balanced accuracy of a sentence

struct Matched {
    std::size_t dictionary = 0;
    LabelMatch match;
};

double mean(const std::vector<double>& values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

} // namespace

class TestTownDictionaries : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everyLayerHasThree();
    void latentsSayTheWorldsLabels();
    void sentencesSayWhatTheyAre();

private:
    fs::path place(const std::string& name) const
    {
        return fs::path(m_folder.path().toStdString()) / name;
    }
    std::vector<std::uint32_t> firings(const Matched&, std::vector<float>* values = nullptr) const;

    QTemporaryDir m_folder;
    std::unique_ptr<Model> m_model;
    std::vector<std::string> m_names;
    std::vector<SparseCoder> m_coders;
    std::unique_ptr<Corpus> m_corpus;
    std::unique_ptr<Reading> m_reading;
    std::unique_ptr<Windows> m_windows;
    std::vector<std::unique_ptr<FeatureIndex>> m_indices;
    std::vector<Matched> m_matches; ///< of F1 >= good
};

void TestTownDictionaries::initTestCase()
{
    const fs::path town = fs::path(MICROTOME_SOURCE) / "data/models/town-gpt";
    m_model = openModel(town);
    for (const char* kind : {"attn", "resid", "transcoder"})
        for (int layer = 0; layer < m_model->architecture().layers; ++layer) {
            m_names.push_back(kind + ("-" + std::to_string(layer)));
            m_coders.push_back(openCoder(town / "dictionaries" / m_names.back()));
        }

    std::ofstream text(place("text"));
    for (std::uint64_t d = 0; d < documents; ++d)
        text << world::labelLine(world::makeDocument(seed, d)) << '\n';
    text.close();
    const auto tokenizer = m_model->tokenizer();
    const auto vocabulary = static_cast<std::uint32_t>(m_model->architecture().vocabulary);
    CorpusTextSettings how;
    how.bos = m_model->architecture().bos;
    const LabelledTokens labelled = writeLabelledCorpus(
        place("text"), *tokenizer, sha256(tokenizer->hash()), vocabulary, place("corpus"), how);
    m_corpus = std::make_unique<Corpus>(place("corpus"));

    std::vector<std::unique_ptr<CoderSource>> sources;
    std::vector<SweepTarget> targets;
    for (std::size_t i = 0; i < m_coders.size(); ++i) {
        sources.push_back(std::make_unique<CoderSource>(m_coders[i],
            CoderReader(*m_model, placeOf(m_coders[i], m_model->architecture())), encodeFast));
        targets.push_back({sources.back().get(), place(m_names[i])});
    }
    sweep(*m_model, *m_corpus, targets);

    std::vector<TokenLabel> labels;
    for (const auto& [name, tokens] : labelled)
        labels.push_back({name, tokens});
    m_windows = std::make_unique<Windows>(*m_corpus);
    std::map<std::string, Matched> best;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        m_indices.push_back(std::make_unique<FeatureIndex>(targets[i].index));
        for (const LabelMatch& match : matchLabels(*m_indices.back(), *m_windows, labels)) {
            const auto [at, isNew] = best.try_emplace(match.label, Matched{i, match});
            if (!isNew && at->second.match.chosen < match.chosen)
                at->second = {i, match};
        }
    }
    for (const auto& [label, matched] : best)
        if (matched.match.f1 >= good)
            m_matches.push_back(matched);
    std::vector<std::string> pieces;
    for (std::uint32_t id = 0; id < vocabulary; ++id)
        pieces.push_back(tokenizer->bytes(static_cast<TokenId>(id)));
    m_reading = std::make_unique<Reading>(*m_windows, std::move(pieces), std::move(labels));
}

std::vector<std::uint32_t> TestTownDictionaries::firings(
    const Matched& matched, std::vector<float>* values) const
{
    std::vector<std::uint32_t> tokens;
    const auto postings = m_indices[matched.dictionary]->postings(matched.match.latent);
    eachFiring(postings, [&](std::uint32_t token, float value) {
        if (value < matched.match.threshold)
            return;
        tokens.push_back(token);
        if (values)
            values->push_back(value);
    });
    return tokens;
}

void TestTownDictionaries::everyLayerHasThree()
{
    QCOMPARE(m_coders.size(), std::size_t(15));
    for (std::size_t i = 0; i < m_coders.size(); ++i) {
        QCOMPARE(m_coders[i].declared.format, std::string("SAELens 6"));
        std::uint64_t dead = 0;
        for (std::uint32_t latent = 0; latent < m_indices[i]->latents(); ++latent)
            dead += m_indices[i]->numbers(latent).count == 0;
        QVERIFY2(dead < m_indices[i]->latents() / 2, m_names[i].c_str());
    }
}

void TestTownDictionaries::latentsSayTheWorldsLabels()
{
    for (const auto& [dictionary, match] : m_matches)
        qInfo("%-28s %6d tokens  %s/%u  F1 %.3f", match.label.c_str(), int(match.tokens),
            m_names[dictionary].c_str(), match.latent, match.f1);
    QVERIFY2(m_matches.size() >= 40, std::to_string(m_matches.size()).c_str());
}

/// The offline explainer's sentence for each of these latents; and sentences of others, which know
/// nothing: on the mean over all pairs of two latents, 1/2.
void TestTownDictionaries::sentencesSayWhatTheyAre()
{
    std::vector<Explanation> explanations;
    for (const Matched& matched : m_matches) {
        std::vector<float> values;
        const auto tokens = firings(matched, &values);
        explanations.push_back(explainFirings(tokens, values, *m_reading));
        const Explanation& one = explanations.back();
        qInfo("%-28s %.3f %s", matched.match.label.c_str(), one.scoring.balancedAccuracy.value,
            one.sentence.c_str());
        QVERIFY2(one.scoring.balancedAccuracy.value >= good, one.sentence.c_str());
    }
    std::vector<double> shuffled;
    for (std::size_t i = 0; i < m_matches.size(); ++i) {
        const Examples examples(
            *m_reading, Split::Scoring, firings(m_matches[i]), ExampleLimits{}, 22);
        std::vector<double> others;
        for (std::size_t j = 0; j < m_matches.size(); ++j)
            if (j != i)
                others.push_back(agreementOf(
                    examples, evaluate(explanations[j].predicate, *m_reading, examples.places()))
                                     .balancedAccuracy.value);
        shuffled.push_back(mean(others));
    }
    double squares = 0;
    for (const double value : shuffled)
        squares += std::pow(value - mean(shuffled), 2);
    const auto n = static_cast<double>(shuffled.size());
    const double interval = 1.96 * std::sqrt(squares / (n - 1) / n);
    qInfo("shuffled: %.3f +- %.3f", mean(shuffled), interval);
    QVERIFY(std::abs(mean(shuffled) - 0.5) <= interval + 0.02);
}

QTEST_GUILESS_MAIN(TestTownDictionaries)
#include "tst_town_dictionaries.moc"
