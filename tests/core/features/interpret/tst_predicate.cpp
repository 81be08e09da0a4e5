// Predicates: what they mean, how they are stored, what is refused.
#include "core/features/interpret/english.h"
#include "core/features/interpret/predicate/evaluate.h"
#include "core/work/error.h"
#include "tests/core/features/interpret/storytext.h"

#include <nlohmann/json.hpp>

#include <QTest>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

namespace {

/// Two documents: "A red cat\nsat" and "12 cats" in pieces.
class Small {
public:
    Small()
    {
        writeCorpus(m_folder / "c", {{{0, 1, 2, 3, 4}, {5, 6}}, 7});
        m_corpus.emplace(m_folder / "c");
        m_windows.emplace(*m_corpus, WindowSettings{2, 1, 0.5, 1});
        m_reading.emplace(*m_windows,
            std::vector<std::string>{"A", " red", " cat", "\n", "sat", "12", " CATS"},
            std::vector<TokenLabel>{{"animal", {2, 6}}});
    }

    /// Where it holds: "0100100" and so on.
    QString where(const Predicate& predicate) const
    {
        std::vector<Place> places;
        for (std::uint64_t w = 0; w < m_windows->count(); ++w)
            m_reading->addPlaces(w, places);
        const Bits bits = evaluate(predicate, *m_reading, places);
        QString text;
        for (std::size_t i = 0; i < places.size(); ++i)
            text += bits.test(i) ? '1' : '0';
        return text;
    }

    const Reading& reading() const { return *m_reading; }

private:
    Folder m_folder;
    std::optional<Corpus> m_corpus;
    std::optional<Windows> m_windows;
    std::optional<Reading> m_reading;
};

const auto before = TokenNear::Side::Before;
const auto after = TokenNear::Side::After;

/// One of each kind, and where it holds in Small.
std::vector<std::tuple<Predicate, const char*, const char*>> examples()
{
    using In = PositionIs::In;
    const auto context = TextMatches::In::Context;
    return {
        {{AllOf{}}, "1111111", "on every token"},
        {{AnyOf{}}, "0000000", "nowhere"},
        {{NoneOf{{{TokenIs{{0, 5}, 0}}}}}, "0111101", "everywhere except on `A` or `12`"},
        {{TokenIs{{2, 1}, 0}}, "0110000", "on ` cat` or ` red`"},
        {{TokenIs{{0, 4}, -1}}, "0100000", "after `A` or `sat`"},
        {{TokenIs{{3}, 1}}, "0010000", "before `⏎`"},
        {{TokenIs{{0}, -3}}, "0001000", "where `A` stands 3 tokens before"},
        {{TokenNear{{0, 5}, before, 2}}, "0110001", "within 2 tokens after `A` or `12`"},
        {{TokenNear{{4, 5}, after, 3}}, "0111000", "within 3 tokens before `sat` or `12`"},
        {{PositionIs{In::Document, 0, 0}}, "1000010", "at the first token of a document"},
        {{PositionIs{In::Document, 3, PositionIs::open}}, "0001100",
            "from token 4 of a document on"},
        {{PositionIs{In::Window, 1, 1}}, "0101001", "at token 2 of a window"},
        {{PieceIs{PieceKind::Capital, 0}}, "1000000", "on tokens that begin with a capital letter"},
        {{PieceIs{PieceKind::Capitals, 0}}, "0000001", "on tokens that are all capital letters"},
        {{PieceIs{PieceKind::Lower, 0}}, "0110100", "on tokens that are letters without a capital"},
        {{PieceIs{PieceKind::Number, -1}}, "0000001",
            "where the token directly before is one of those that are digits"},
        {{PieceIs{PieceKind::Line, 1}}, "0010000",
            "where the token directly after is one of those that hold the end of a line"},
        {{PieceIs{PieceKind::Spaced, 0}}, "0110001", "on tokens that begin with a space"},
        {{LengthIs{2, 3}}, "0110110", "on tokens of 2 to 3 characters"},
        {{TextMatches{R"(\w(?:at|ed)\z)"}}, "0110100", "on tokens that end in “at” or “ed”"},
        {{TextMatches{R"(\n\s*\S*\z)", context}}, "0001100", "in the first word of a line"},
        {{TextMatches{R"(\AA.*t\z)", context}}, "0010000",
            "where the text so far is like /\\AA.*t\\z/"},
        {{HasLabel{"animal", 0}}, "0010001", "on tokens labelled “animal”"},
        {{HasLabel{"animal", -1}}, "0001000",
            "where the token directly before is labelled “animal”"},
        {{HasLabel{"nobody", 0}}, "0000000", "on tokens labelled “nobody”"},
        {{AllOf{{{TokenIs{{0, 1}, -1}}, {PieceIs{PieceKind::Lower, 0}}}}}, "0110000",
            "on tokens that are letters without a capital after `A` or ` red`"},
        {{AnyOf{{{HasLabel{"animal", 0}}, {TokenIs{{0}, 0}}}}}, "1010001",
            "on tokens labelled “animal”; or on `A`"},
    };
}

} // namespace

class TestPredicate : public QObject {
    Q_OBJECT

private slots:
    void eachHoldsWhereItShould()
    {
        const Small small;
        for (const auto& [predicate, expected, words] : examples()) {
            QCOMPARE(small.where(predicate), QString(expected));
            QCOMPARE(QString::fromStdString(english(predicate, small.reading())), QString(words));
        }
    }

    void storedIsReadAgain()
    {
        const Small small;
        for (const auto& [predicate, expected, words] : examples()) {
            const Predicate again = predicateFrom(json::parse(toJson(predicate).dump()));
            QVERIFY(toJson(again) == toJson(predicate));
            QCOMPARE(small.where(again), QString(expected));
            QCOMPARE(complexity(again), complexity(predicate));
        }
    }

    void orderOfPlacesIsNoMatter()
    {
        const Story story(20, 2);
        std::vector<Place> places;
        for (std::uint64_t w = 0; w < story.windows().count(); ++w)
            story.reading().addPlaces(w, places);
        const Predicate label{HasLabel{"told", 0}};
        const Bits straight = evaluate(label, story.reading(), places);
        std::vector<Place> mixed(places.rbegin(), places.rend());
        mixed.push_back({}); // room
        const Bits reversed = evaluate(label, story.reading(), mixed);
        for (std::size_t i = 0; i < places.size(); ++i)
            QCOMPARE(reversed.test(i), straight.test(places.size() - 1 - i));
        QVERIFY(!reversed.test(places.size()));
        QVERIFY(straight.count() > 100);
        QVERIFY(!evaluate({AllOf{}}, story.reading(), mixed).test(places.size()));
        QVERIFY(!evaluate({NoneOf{}}, story.reading(), mixed).test(places.size()));
    }

    void damagedIsRefused()
    {
        json deep = {{"all", json::array()}};
        for (int i = 0; i < 100; ++i)
            deep = {{"all", {deep}}};
        json wide = {{"all", json::array()}};
        for (int i = 0; i < 5000; ++i)
            wide["all"].push_back({{"all", json::array()}});
        std::vector<json> wrong{deep, wide, nullptr, 7, "all", json::array(), json::object(),
            {{"all", 3}}, {{"all", {3}}}, {{"some", json::array()}},
            {{"all", json::array()}, {"any", json::array()}}};
        for (const char* text : {R"({"token": {"ids": [1]}})", R"({"token": {"ids": 1, "at": 0}})",
                 R"({"token": {"ids": [-1], "at": 0}})", R"({"token": {"ids": [1.5], "at": 0}})",
                 R"({"token": {"ids": [99999999], "at": 0}})",
                 R"({"token": {"ids": [18446744073709551615], "at": 0}})",
                 R"({"token": {"ids": [1], "at": 1000}})",
                 R"({"near": {"ids": [1], "side": "left", "within": 2}})",
                 R"({"near": {"ids": [1], "side": "before", "within": 0}})",
                 R"({"near": {"ids": [1], "side": "before", "within": 4000000000}})",
                 R"({"position": {"in": "page", "from": 0, "to": 1}})",
                 R"({"piece": {"is": "odd", "at": 0}})", R"({"length": {"from": 0}})",
                 R"({"text": {"pattern": 3, "in": "piece"}})", R"({"label": {"name": "x"}})"})
            wrong.push_back(json::parse(text));
        wrong.push_back({{"text", {{"pattern", std::string(5000, 'a')}, {"in", "piece"}}}});
        for (const json& value : wrong)
            QVERIFY2(sentence([&] { predicateFrom(value); }).contains("damaged"),
                value.dump().substr(0, 100).c_str());
    }

    void patternsCannotHarm()
    {
        const Small small;
        const auto refused = [&](const std::string& pattern) {
            return sentence([&] { small.where({TextMatches{pattern, TextMatches::In::Context}}); });
        };
        QVERIFY(refused("(").contains("pattern"));
        QVERIFY(refused("(?C1)").isEmpty() || refused("(?C1)").contains("pattern"));
        QCOMPARE(small.where({TextMatches{"(a+)+b"}}), QString("0000000"));
    }
};

QTEST_GUILESS_MAIN(TestPredicate)
#include "tst_predicate.moc"
