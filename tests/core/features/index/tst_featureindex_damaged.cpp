#include "core/features/index/featureindex.h"
#include "core/features/index/indexlayout.h"
#include "core/features/index/latenttable.h"
#include "core/features/samples/coactivation.h"
#include "core/features/samples/samples.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <cstring>

using namespace microtome;
using namespace microtome::test;

namespace {

/// Makes all checksums of a damaged index right again, so that it must be found out otherwise.
void forge(std::string& content)
{
    IndexHeader header;
    std::memcpy(&header, content.data(), sizeof header);
    header.check = checkOf(header);
    std::memcpy(content.data(), &header, sizeof header);
    const std::size_t postings = sizeof header + header.latents * sizeof(LatentRecord);
    if (header.latents > content.size() || postings > content.size())
        return;
    for (std::uint32_t latent = 0; latent < header.latents; ++latent) {
        char* const at = content.data() + sizeof header + latent * sizeof(LatentRecord);
        LatentRecord record;
        std::memcpy(&record, at, sizeof record);
        const std::uint64_t size = record.deltaBytes + 2 * std::uint64_t(record.count);
        const std::uint64_t rest = content.size() - postings;
        if (record.begin <= rest && size <= rest - record.begin)
            record.postingsCheck = checksum(
                std::as_bytes(std::span(content).subspan(postings + record.begin, size)));
        record.check = checkOf(record, latent);
        std::memcpy(at, &record, sizeof record);
    }
}

} // namespace

class TestFeatureIndexDamaged : public QObject {
    Q_OBJECT

private:
    Folder m_folder;
    std::unique_ptr<Corpus> m_corpus;
    std::string m_good;

    void useAll(const std::filesystem::path& path)
    {
        const FeatureIndex index(path);
        for (std::uint32_t latent = 0; latent < index.latents(); ++latent)
            index.numbers(latent);
        index.verify();
        latentTable(index, *m_corpus);
        const Windows windows(*m_corpus, {8, 2});
        for (std::uint32_t latent = 0; latent < index.latents(); ++latent) {
            takeSamples(index, windows, latent);
            partners(index, latent, PartnerOrder::Pmi, 5);
        }
    }

private slots:
    void initTestCase()
    {
        std::mt19937_64 random(1);
        writeCorpus(m_folder / "c", randomText(random, 6, 30));
        m_corpus = std::make_unique<Corpus>(m_folder / "c");
        const auto firings = randomFirings(random, m_corpus->tokens(), 6);
        writeIndex(m_folder / "i", sourceOf(*m_corpus, 6), firings);
        m_good = contentOf(m_folder / "i");
        useAll(m_folder / "i");
    }

    void everyFlippedByteIsFound()
    {
        std::mt19937_64 random(2);
        for (std::size_t at = 0; at < m_good.size(); ++at) {
            std::string bad = m_good;
            bad[at] = static_cast<char>(bad[at] ^ (1 + random() % 255));
            setContent(m_folder / "bad", bad);
            const QString said = sentence([&] { FeatureIndex(m_folder / "bad").verify(); });
            QVERIFY2(said.contains("bad"), qPrintable(QString::number(at) + ": " + said));
        }
    }

    void everyTruncationIsFound()
    {
        for (std::size_t size = 0; size < m_good.size(); ++size) {
            setContent(m_folder / "bad", m_good.substr(0, size));
            const QString said = sentence([&] { FeatureIndex index(m_folder / "bad"); });
            QVERIFY2(said.contains("bad"), qPrintable(QString::number(size) + ": " + said));
        }
        setContent(m_folder / "bad", m_good + "more");
        QVERIFY(!sentence([&] { FeatureIndex index(m_folder / "bad"); }).isEmpty());
    }

    void forgedFilesNeverBreakIt()
    {
        std::mt19937_64 random(3);
        int refused = 0;
        for (int variant = 0; variant < 3000; ++variant) {
            std::string bad = m_good;
            // Anywhere; but the corpus's name stays, so that it is not the reason to refuse.
            for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
                const std::size_t at = random() % bad.size();
                if (at < 48 || at >= 176)
                    bad[at] = static_cast<char>(random() % 3 ? random() : (random() % 2) * 255);
            }
            forge(bad);
            setContent(m_folder / "bad", bad);
            refused += !sentence([&] { useAll(m_folder / "bad"); }).isEmpty();
        }
        QVERIFY(refused > 1000); // most values may be any number, most other bytes not
    }

    void largeSizesAreRefused()
    {
        const auto with = [&](auto change) {
            std::string bad = m_good;
            IndexHeader header;
            std::memcpy(&header, bad.data(), sizeof header);
            change(header);
            std::memcpy(bad.data(), &header, sizeof header);
            if (header.latents < 1000)
                forge(bad);
            else {
                header.check = checkOf(header);
                std::memcpy(bad.data(), &header, sizeof header);
            }
            setContent(m_folder / "bad", bad);
            return sentence([&] { useAll(m_folder / "bad"); });
        };
        QVERIFY(with([](IndexHeader&) {}).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.latents = 1ULL << 40; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.latents = ~0ULL; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.latents = ~0ULL / 72 + 1; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.tokens = ~0ULL; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.tokens = 1; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.postingBytes = ~0ULL; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { --h.firings; }).isEmpty());
        QVERIFY(!with([](IndexHeader& h) { h.recordSize = 0; }).isEmpty());
        QVERIFY(with([](IndexHeader& h) { h.version = 2; }).contains("newer"));
    }

    void otherFilesAreRefused()
    {
        for (const std::string& content :
            {std::string(), std::string("{}"), std::string(5000, 'x'), contentOf(m_folder / "c")}) {
            setContent(m_folder / "bad", content);
            QVERIFY(sentence([&] { FeatureIndex index(m_folder / "bad"); }).contains("index"));
        }
        QVERIFY(sentence([&] { FeatureIndex index(m_folder / "none"); }).contains("Cannot read"));
        const FeatureIndex index(m_folder / "i");
        QVERIFY(sentence([&] { index.numbers(6); }).contains("no latent 6"));
        QVERIFY(sentence([&] { index.postings(6); }).contains("no latent 6"));
        const Corpus other = writeCorpus(m_folder / "o", {{{1}}});
        QVERIFY(sentence([&] { latentTable(index, other); }).contains("another corpus"));
    }
};

QTEST_GUILESS_MAIN(TestFeatureIndexDamaged)
#include "tst_featureindex_damaged.moc"
