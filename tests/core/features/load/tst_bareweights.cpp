#include "core/features/load/open.h"
#include "core/model/safetensors.h"
#include "tests/core/features/load/coderfiles.h"
#include "tests/core/features/load/saelenscopy.h"

#include <QtTest>

using namespace microtome;

/// A dictionary of which only the weights are there.
class TestBareWeights : public QObject {
    Q_OBJECT

private slots:
    void aFileAloneIsReadWithoutDescription();
    void weightsOfSaeLensAreNot();
};

void TestBareWeights::aFileAloneIsReadWithoutDescription()
{
    const SaeLensCopy copy("standard");
    const auto weights = copy.write() / "sae_weights.safetensors";
    const SparseCoder described = openCoder(copy.folder());
    const QTemporaryDir folder;
    const auto alone = std::filesystem::path(folder.path().toStdString()) / "weights.safetensors";
    std::filesystem::copy_file(weights, alone);

    const SparseCoder coder = openCoder(alone);
    QCOMPARE(coder.declared.format, std::string("weights alone"));
    QCOMPARE(coder.declared.notes.size(), 2U);
    const std::size_t d = coder.inputs.front().encoder.columns();
    std::vector<float> values(3 * d);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i % 7) - 3.0F;
    const std::vector inputs{Matrix(3, d, values)};
    QCOMPARE(farthest(encode(coder, inputs), encode(described, inputs)), 0.0F);
}

void TestBareWeights::weightsOfSaeLensAreNot()
{
    const SaeLensCopy copy("standard");
    std::filesystem::remove(copy.write() / "cfg.json");
    QVERIFY(copy.refusal().find("no dictionary of a known format") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestBareWeights)
#include "tst_bareweights.moc"
