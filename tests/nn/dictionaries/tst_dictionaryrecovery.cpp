#include "core/features/load/open.h"
#include "core/features/score/recovery.h"
#include "tests/nn/dictionaries/dictionarysubject.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <iostream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

/// Dictionaries that are known, found again from their activations.
class TestDictionaryRecovery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void superposed();
    void toy();

private:
    Recovery recovered(const json& form, const Superposition& known, const char* name)
    {
        const std::string out = m_folder.path().toStdString() + "/" + name;
        const DictionaryRecord record
            = trainDictionary(dictionaryRecipe(form, "."), {known.activations, {}, {}}, {}, out);
        const Recovery found = recoveryOf(known.directions, openCoder(out).outputs.front().decoder);
        const DictionaryRecord::Point& last = record.curve.back();
        m_said = QString("MMCS %1, of learned %2, MCC %3, uniqueness %4, FVU %5, L0 %6, dead %7")
                     .arg(found.mmcs)
                     .arg(found.mmcsOfLearned)
                     .arg(found.mcc)
                     .arg(found.uniqueness)
                     .arg(last.fvu)
                     .arg(last.l0)
                     .arg(last.dead);
        std::cout << name << ": " << m_said.toStdString() << '\n';
        return found;
    }

    QTemporaryDir m_folder;
    QString m_said;
};

/// 512 features in 256 dimensions that fire as Zipf's law has it (features-and-steering.md 3.7, 7).
void TestDictionaryRecovery::superposed()
{
    const Superposition known = superposition(512, 256, 40000, 8, 0.7, 1);
    const json form{{"kind", "topk"}, {"k", 8}, {"latents", 1024}, {"steps", 800}, {"batch", 512},
        {"optimizer", {{"learning_rate", 3e-3}}}, {"dead_after", 40000}, {"seed", 1},
        {"evaluate", {{"every", 800}, {"tokens", 4000}}}, {"save_every", 100000}};
    const Recovery found = recovered(form, known, "superposed");
    QVERIFY2(found.mmcs >= 0.9 && found.mcc >= 0.8, qPrintable(m_said));
}

/// A toy model's superposition: 20 features in 10 dimensions.
void TestDictionaryRecovery::toy()
{
    const Superposition known = superposition(20, 10, 20000, 1, 0, 3);
    const json form{{"kind", "topk"}, {"k", 2}, {"latents", 40}, {"steps", 1500}, {"batch", 256},
        {"optimizer", {{"learning_rate", 3e-3}}}, {"dead_after", 10000}, {"seed", 1},
        {"evaluate", {{"every", 1500}, {"tokens", 2000}}}, {"save_every", 100000}};
    const Recovery found = recovered(form, known, "toy");
    QVERIFY2(found.mmcs >= 0.98 && found.mcc >= 0.98, qPrintable(m_said));
}

QTEST_GUILESS_MAIN(TestDictionaryRecovery)
#include "tst_dictionaryrecovery.moc"
