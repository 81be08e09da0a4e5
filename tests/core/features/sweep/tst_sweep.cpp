#include "core/features/sweep/activationsource.h"
#include "core/features/sweep/codersource.h"
#include "core/features/sweep/sweep.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"
#include "tests/fakemodel.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace microtome;
using namespace microtome::test;

namespace {

constexpr std::size_t latents = 40;

FiredLatents plain(const SparseCoder& coder, const std::vector<Matrix>& inputs, const Progress&)
{
    return FiredLatents::of(encode(coder, inputs));
}

SparseCoder randomCoder(const char* point, std::uint64_t seed)
{
    FakeRandom random(seed);
    const auto matrix = [&] {
        std::vector<float> values(latents * 16);
        for (float& value : values)
            value = static_cast<float>(random.normal());
        return Matrix(latents, 16, std::move(values));
    };
    SparseCoder coder;
    CoderInput input;
    input.point = point;
    input.encoder = matrix();
    coder.inputs.push_back(input);
    coder.outputs.push_back({point, matrix(), {}, {}, false});
    coder.bias.assign(latents, -3);
    coder.activation = ReluActivation{};
    return coder;
}

SweepSettings settingsOf(std::size_t batch = 60, std::uint32_t context = 16)
{
    SweepSettings settings;
    settings.sequences.context = context;
    settings.sequences.batchTokens = batch;
    settings.memory = 1 << 14;
    return settings;
}

/// A corpus and what is swept over it.
struct Scene {
    explicit Scene(std::size_t documents = 40, bool bos = true)
    {
        std::mt19937_64 random(9);
        text = randomText(random, documents, 50);
        if (bos)
            for (std::size_t d = 0; d < text.documents.size(); d += 2)
                text.documents[d].insert(text.documents[d].begin(),
                    static_cast<std::uint32_t>(model->architecture().bos));
        text.vocabulary = 60;
        writeCorpus(folder / "corpus", text);
        corpus = std::make_unique<Corpus>(folder / "corpus");
        for (const SparseCoder* coder : {&first, &second})
            sources.push_back(std::make_unique<CoderSource>(
                *coder, CoderReader(*model, placeOf(*coder, model->architecture())), plain));
    }

    std::vector<SweepTarget> targets(const std::string& suffix)
    {
        return {{sources[0].get(), folder / ("first" + suffix)},
            {sources[1].get(), folder / ("second" + suffix)}};
    }

    Folder folder;
    Text text;
    std::unique_ptr<FakeModel> model = FakeModel::small();
    std::unique_ptr<Corpus> corpus;
    SparseCoder first = randomCoder("blocks.0.hook_resid_post", 1);
    SparseCoder second = randomCoder("blocks.2.hook_resid_pre", 2);
    std::vector<std::unique_ptr<SweepSource>> sources;
};

/// What fires by running each piece of each document by itself.
std::vector<Firing> bruteForce(Scene& scene, const SparseCoder& coder, std::size_t context)
{
    const auto bos = static_cast<std::uint32_t>(scene.model->architecture().bos);
    const CoderReader reader(*scene.model, placeOf(coder, scene.model->architecture()));
    std::vector<Firing> all;
    std::uint32_t token = 0;
    for (const auto& document : scene.text.documents) {
        const bool begins = !document.empty() && document.front() == bos;
        for (std::size_t from = 0; from < document.size();) {
            std::vector<TokenId> ids;
            if (begins && from > 0)
                ids.push_back(static_cast<TokenId>(bos));
            const std::size_t before = ids.size();
            while (ids.size() < context && from < document.size())
                ids.push_back(static_cast<TokenId>(document[from++]));
            const Matrix f = encode(coder,
                reader.inputs(
                    scene.model->run(RunRequest{ids, reader.wantsToRead(), {}, {}, false, {}})));
            for (std::size_t t = before; t < ids.size(); ++t, ++token)
                for (std::size_t i = 0; i < latents; ++i)
                    if (f(t, i) != 0 && ids[t] != static_cast<TokenId>(bos))
                        all.push_back({token, static_cast<std::uint32_t>(i), f(t, i)});
        }
    }
    return all;
}

Progress stopAfter(std::size_t n)
{
    auto stop = std::make_shared<std::atomic<bool>>(false);
    return Progress(
        [stop, n, seen = std::size_t(0)](double, const std::string&) mutable {
            if (++seen >= n)
                stop->store(true);
        },
        stop);
}

} // namespace

/// A corpus through a model into inverted indices.
class TestSweep : public QObject {
    Q_OBJECT

private slots:
    void recordsWhatFires()
    {
        Scene scene;
        sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf());
        for (const auto& [name, coder] :
            {std::pair("first", &scene.first), std::pair("second", &scene.second)}) {
            const FeatureIndex index(scene.folder / name);
            index.verify();
            checkMadeOver(index, *scene.corpus);
            const auto expected = bruteForce(scene, *coder, 16);
            QVERIFY(expected.size() > 1000);
            QCOMPARE(index.firings(), expected.size());
            for (std::uint32_t latent = 0; latent < latents; ++latent) {
                const Values is = valuesOf(index, latent);
                const Values should = valuesOf(expected, latent);
                QCOMPARE(is.size(), should.size());
                for (std::size_t i = 0; i < is.size(); ++i) {
                    QCOMPARE(is[i].first, should[i].first);
                    QVERIFY(std::abs(is[i].second - should[i].second)
                        <= 1e-3F * std::abs(should[i].second));
                }
            }
        }
    }

    /// How the text is cut into batches changes nothing but the identity.
    void anyBatch()
    {
        Scene scene;
        for (const std::size_t batch : {std::size_t(1), std::size_t(100'000)}) {
            const std::string name = std::to_string(batch);
            sweep(*scene.model, *scene.corpus, scene.targets(name), settingsOf(batch));
            const FeatureIndex index(scene.folder / ("first" + name));
            QCOMPARE(index.firings(), bruteForce(scene, scene.first, 16).size());
        }
    }

    void goesOn()
    {
        Scene scene;
        sweep(*scene.model, *scene.corpus, scene.targets("-whole"), settingsOf());
        std::size_t stops = 0;
        for (std::size_t n = 1;; n += 2, ++stops) {
            try {
                sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf(), stopAfter(n));
                break;
            } catch (const Cancelled&) {
                QVERIFY(stops < 100);
            }
        }
        QVERIFY(stops > 3);
        for (const std::string name : {"first", "second"})
            QCOMPARE(contentOf(scene.folder / name), contentOf(scene.folder / (name + "-whole")));
    }

    /// Killed at 20 moments, and it ends with the same bytes.
    void survivesKills()
    {
        Scene scene;
        sweep(*scene.model, *scene.corpus, scene.targets("-whole"), settingsOf());
        std::mt19937_64 random(4);
        for (int kill = 0; kill < 20; ++kill) {
            const auto wait = random() % 12;
            const pid_t child = fork();
            if (child == 0) {
                std::uint64_t batches = 0;
                sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf(), {},
                    [&](const SweepProgress&) {
                        if (batches++ == wait)
                            ::kill(::getpid(), SIGKILL);
                    });
                ::_exit(0);
            }
            int status = 0;
            ::waitpid(child, &status, 0);
        }
        sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf());
        for (const std::string name : {"first", "second"})
            QCOMPARE(contentOf(scene.folder / name), contentOf(scene.folder / (name + "-whole")));
    }

    void doesNothingTwice()
    {
        Scene scene;
        sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf());
        const std::size_t passes = scene.model->passes();
        sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf());
        QCOMPARE(scene.model->passes(), passes);
        sweep(*scene.model, *scene.corpus, scene.targets(""), settingsOf(60, 12));
        QVERIFY(scene.model->passes() > passes); // another context: other values
    }

    void recordsNeurons()
    {
        Scene scene(40, false);
        const Site site{Point::MlpPost, Layer(1), {}};
        const auto width = static_cast<std::size_t>(scene.model->architecture().dMlp);
        ActivationSource neurons = ActivationSource::units(site, width);
        std::vector<Trace> runs;
        for (const auto& document : scene.text.documents)
            if (!document.empty())
                runs.push_back(scene.model->run(
                    RunRequest{{document.begin(), document.end()}, {site}, {}, {}, false, {}}));
        neurons.calibrate(runs, 0.1);
        const SweepTarget target{&neurons, scene.folder / "neurons"};
        SweepSettings settings = settingsOf(60, 64);
        settings.sequences.excludeBos = false; // it stands in random text
        sweep(*scene.model, *scene.corpus, {&target, 1}, settings);
        const FeatureIndex index(scene.folder / "neurons");
        const auto tokens = static_cast<double>(scene.corpus->tokens());
        for (std::uint32_t i = 0; i < width; ++i)
            QVERIFY(std::abs(index.numbers(i).count / tokens - 0.1) < 0.01);
    }

    void projectsOnDirections()
    {
        Scene scene(3, false);
        const Site site{Point::ResidPost, Layer(1), {}};
        std::vector<float> one(16);
        one[5] = 2;
        const auto along = ActivationSource::along(site, Matrix(1, 16, one));
        const Trace run = scene.model->run(RunRequest{{1, 2, 3}, {site}, {}, {}, false, {}});
        const FiredLatents fired = along.read({&run, 1}, {});
        for (std::size_t t = 0; t < 3; ++t)
            QCOMPARE(fired.dense()(t, 0), 2 * run.at(site)(t, 5));
    }

    void measuresHeads()
    {
        Scene scene(3, false);
        const Site site{Point::Z, Layer(1), {}};
        const auto heads = ActivationSource::headNorms(site, 4);
        const Trace run = scene.model->run(RunRequest{{1, 2, 3}, {site}, {}, {}, false, {}});
        const FiredLatents fired = heads.read({&run, 1}, {});
        const Matrix z = run.at(site);
        for (std::size_t t = 0; t < 3; ++t)
            for (std::size_t h = 0; h < 4; ++h) {
                double square = 0;
                for (std::size_t i = 0; i < z.columns() / 4; ++i)
                    square += std::pow(static_cast<double>(z(t, h * z.columns() / 4 + i)), 2);
                QVERIFY(
                    std::abs(static_cast<double>(fired.dense()(t, h)) - std::sqrt(square)) < 1e-6);
            }
    }

    void estimates()
    {
        Scene scene(200);
        const auto targets = scene.targets("");
        const SweepEstimate estimate
            = estimateSweep(*scene.model, *scene.corpus, targets, settingsOf());
        QVERIFY(estimate.seconds > 0);
        sweep(*scene.model, *scene.corpus, targets, settingsOf());
        std::uint64_t bytes = 0;
        for (const SweepTarget& target : targets)
            bytes += std::filesystem::file_size(target.index);
        QVERIFY(estimate.bytes > bytes / 2 && estimate.bytes < 2 * bytes);
    }

    void refusesAnotherTokenizer()
    {
        Scene scene(3);
        scene.text.vocabulary = 61;
        const Corpus other = writeCorpus(scene.folder / "other", scene.text);
        const auto targets = scene.targets("");
        QVERIFY(sentence([&] {
            sweep(*scene.model, other, targets, settingsOf());
        }).contains("tokenizer of 61 tokens"));
    }
};

QTEST_GUILESS_MAIN(TestSweep)
#include "tst_sweep.moc"
