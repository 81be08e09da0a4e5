#include "core/features/interpret/selftest/planted.h"

#include "core/features/interpret/predicate/evaluate.h"
#include "core/features/samples/draws.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>

namespace microtome {

namespace {

constexpr int tries = 50;
constexpr std::size_t fewest = 100; // tokens that a planted latent fires at
constexpr double missing = 0.1; // of the tokens at which a noisy latent should fire
constexpr double wrong = 0.05; // of the firings of a noisy latent

double uniform(Draws& draws)
{
    return static_cast<double>(draws.next() >> 11) * 0x1p-53;
}

std::uint64_t between(Draws& draws, std::uint64_t least, std::uint64_t most)
{
    return least + draws.below(most - least + 1);
}

/// Chooses what is planted, from tokens of the corpus drawn at random: common ids come often.
class Planter {
public:
    Planter(const Reading& reading, Draws& draws)
        : m_reading(reading)
        , m_draws(draws)
    {
    }

    std::optional<Predicate> choose(PlantedKind kind)
    {
        switch (kind) {
        case PlantedKind::TokenSet:
            return {{TokenIs{ids(between(m_draws, 2, 6))}}};
        case PlantedKind::Bigram:
            return bigram();
        case PlantedKind::AfterWord:
            return {{TokenNear{ids(1), TokenNear::Side::Before,
                static_cast<std::uint32_t>(between(m_draws, 2, 8))}}};
        case PlantedKind::Position:
            return {{PositionIs{
                PositionIs::In::Document, 0, static_cast<std::uint32_t>(between(m_draws, 1, 8))}}};
        case PlantedKind::Casing:
            return casing();
        case PlantedKind::Regex:
            return ending();
        case PlantedKind::Label:
            break;
        }
        if (m_reading.labels().empty())
            return {};
        return {{HasLabel{m_reading.labels()[m_draws.below(m_reading.labels().size())].name}}};
    }

private:
    std::uint64_t token() { return m_draws.below(m_reading.corpus().tokens()); }

    std::vector<std::uint32_t> ids(std::uint64_t count)
    {
        std::vector<std::uint32_t> chosen;
        for (int i = 0; i < tries && chosen.size() < count; ++i) {
            const std::uint32_t id = m_reading.corpus().id(token());
            if (std::ranges::count(chosen, id) == 0)
                chosen.push_back(id);
        }
        return chosen;
    }

    /// Tokens in a row, a few more of either kind beside them.
    std::optional<Predicate> bigram()
    {
        const std::uint64_t second = token();
        if (second == 0)
            return {};
        TokenIs before{ids(4), -1}, itself{ids(4), 0};
        before.ids.push_back(m_reading.corpus().id(second - 1));
        itself.ids.push_back(m_reading.corpus().id(second));
        return {{AllOf{{{before}, {itself}}}}};
    }

    std::optional<Predicate> casing()
    {
        constexpr std::array kinds{PieceKind::Capital, PieceKind::Capitals, PieceKind::Number,
            PieceKind::Punctuation, PieceKind::Line};
        return {{PieceIs{kinds[m_draws.below(kinds.size())]}}};
    }

    /// The last two or three letters of a word.
    std::optional<Predicate> ending()
    {
        const std::string& piece = m_reading.piece(m_reading.corpus().id(token()));
        std::vector<std::size_t> begins;
        for (std::size_t at = text::leadingWhitespace(piece); at < piece.size();) {
            begins.push_back(at);
            if (!text::isWord(text::nextCodePoint(piece, at)))
                return {};
        }
        const std::uint64_t letters = between(m_draws, 2, 3);
        if (begins.size() <= letters)
            return {};
        const std::string end = piece.substr(begins[begins.size() - letters]);
        return {{TextMatches{R"(\w(?:)" + end + R"()\z)"}}};
    }

    const Reading& m_reading;
    Draws& m_draws;
};

std::vector<Place> allPlaces(const Reading& reading)
{
    std::vector<Place> places;
    for (std::uint64_t w = 0; w < reading.windows().count(); ++w)
        reading.addPlaces(w, places);
    return places;
}

/// Whether naming a few tokens would say just as well what was planted.
bool isFewTokens(
    const Reading& reading, PlantedKind kind, std::span<const Place> places, const Bits& fires)
{
    constexpr std::size_t few = 5;
    if (kind == PlantedKind::TokenSet)
        return false;
    std::set<std::uint32_t> ids;
    fires.each([&](std::size_t i) { ids.insert(reading.corpus().id(places[i].token)); });
    return ids.size() < few;
}

/// Takes some tokens away and puts others in.
void disturb(Bits& fires, Draws& draws)
{
    const auto before = static_cast<double>(fires.count());
    Bits lost(fires.size());
    fires.each([&](std::size_t i) {
        if (uniform(draws) < missing)
            lost.set(i);
    });
    fires -= lost;
    const auto extra = std::lround(before * (1 - missing) * wrong / (1 - wrong));
    for (long i = 0; i < extra; ++i)
        fires.set(draws.below(fires.size()));
}

} // namespace

const char* nameOf(PlantedKind kind)
{
    constexpr std::array<const char*, plantedKinds> names{"token set", "bigram",
        "within some tokens after a token", "position", "casing", "regular expression", "label"};
    return names[static_cast<std::size_t>(kind)];
}

std::optional<Planted> plant(
    const Reading& reading, PlantedKind kind, bool noisy, std::uint64_t seed)
{
    if (reading.corpus().tokens() == 0)
        return {};
    Draws draws(seed);
    Planter planter(reading, draws);
    const std::vector<Place> places = allPlaces(reading);
    for (int i = 0; i < tries; ++i) {
        const auto truth = planter.choose(kind);
        if (!truth)
            continue;
        Bits fires = evaluate(*truth, reading, places);
        const std::size_t count = fires.count();
        if (count < fewest || count > places.size() / 3
            || isFewTokens(reading, kind, places, fires))
            continue;
        if (noisy)
            disturb(fires, draws);
        Planted planted{*truth, {}, {}};
        fires.each([&](std::size_t p) {
            planted.tokens.push_back(places[p].token);
            planted.strengths.push_back(static_cast<float>(1 + 3 * uniform(draws)));
        });
        return planted;
    }
    return {};
}

} // namespace microtome
