#include "tests/core/features/interpret/storytext.h"

#include "core/features/interpret/predicate/evaluate.h"

#include <algorithm>
#include <cmath>

namespace microtome::test {

namespace {

const std::vector<std::string> stems{"the", "walk", "look", "talk", "garden", "rest", "play",
    "open", "paint", "help", "want", "turn", "start", "show", "need", "move", "call", "work",
    "hunt", "wait", "answer", "learn", "follow", "watch", "read", "ask", "spell", "seem", "gather",
    "row", "plant", "farm", "film", "park", "lock", "rain", "snow", "storm", "load", "mend"};
constexpr std::size_t animals = 6; // stems 10 ... 15 are labelled so

std::vector<std::string> makePieces()
{
    std::vector<std::string> pieces{"<s>", ".", ",", "!", "?", "\n", " \"", "\""};
    for (std::string stem : stems) {
        pieces.push_back(" " + stem);
        pieces.push_back(" " + stem + "ing");
        pieces.push_back(" " + stem + "ed");
        stem[0] = static_cast<char>(stem[0] - 'a' + 'A');
        pieces.push_back(" " + stem);
    }
    for (int n = 3; n < 200; n += 7)
        pieces.push_back(" " + std::to_string(n));
    return pieces;
}

constexpr std::uint32_t firstWord = 8;

bool isWordId(std::uint32_t id)
{
    return id >= firstWord && id < firstWord + 4 * stems.size();
}

} // namespace

Story::Story(std::size_t documents, std::uint64_t seed, WindowSettings settings)
    : m_pieces(makePieces())
{
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    const auto word = [&](std::uint32_t form) {
        const auto stem = static_cast<std::uint32_t>(
            std::pow(static_cast<double>(stems.size()), uniform()) - 1);
        return firstWord + 4 * stem + form;
    };
    Text text;
    text.vocabulary = static_cast<std::uint32_t>(m_pieces.size());
    for (std::size_t d = 0; d < documents; ++d) {
        auto& ids = text.documents.emplace_back(1, 0);
        const std::size_t length = 40 + random() % 300;
        while (ids.size() < length) {
            const bool quoted = uniform() < 0.2;
            if (quoted)
                ids.push_back(6);
            ids.push_back(word(3));
            for (std::size_t words = 3 + random() % 9; words > 0; --words) {
                const double u = uniform();
                ids.push_back(u < 0.08
                        ? firstWord + 4 * 40 + static_cast<std::uint32_t>(random() % 29)
                        : u < 0.12 ? word(3)
                                   : word(static_cast<std::uint32_t>(random() % 3)));
                if (uniform() < 0.08)
                    ids.push_back(2);
            }
            ids.push_back(uniform() < 0.8 ? 1 : 3 + static_cast<std::uint32_t>(random() % 2));
            if (quoted)
                ids.push_back(7);
            if (uniform() < 0.15)
                ids.push_back(5);
        }
    }
    writeCorpus(m_folder / "corpus", text);
    m_corpus.emplace(m_folder / "corpus");
    m_windows.emplace(*m_corpus, settings);
    std::vector<TokenLabel> labels{{"animal", {}}, {"told", {}}};
    const auto ids = text.ids();
    bool quoted = false;
    for (std::uint32_t token = 0; token < ids.size(); ++token) {
        const std::uint32_t stem = (ids[token] - firstWord) / 4;
        if (isWordId(ids[token]) && stem >= 10 && stem < 10 + animals)
            labels[0].tokens.push_back(token);
        quoted = ids[token] != 7 && ids[token] != 0 && (quoted || ids[token] == 6);
        if (quoted && ids[token] != 6)
            labels[1].tokens.push_back(token);
    }
    m_reading.emplace(*m_windows, m_pieces, labels);
}

std::uint32_t Story::id(const std::string& piece) const
{
    return static_cast<std::uint32_t>(std::ranges::find(m_pieces, piece) - m_pieces.begin());
}

std::vector<std::uint32_t> Story::where(const Predicate& predicate) const
{
    std::vector<Place> places;
    for (std::uint64_t w = 0; w < m_windows->count(); ++w)
        m_reading->addPlaces(w, places);
    std::vector<std::uint32_t> tokens;
    evaluate(predicate, *m_reading, places).each([&](std::size_t i) {
        tokens.push_back(places[i].token);
    });
    return tokens;
}

std::unique_ptr<FeatureIndex> Story::index(const std::vector<Predicate>& predicates) const
{
    std::mt19937_64 random(5);
    std::vector<Firing> firings;
    for (std::uint32_t latent = 0; latent < predicates.size(); ++latent)
        for (const std::uint32_t token : where(predicates[latent]))
            firings.push_back({token, latent, 1 + static_cast<float>(random() % 1000) * 0.003F});
    std::ranges::stable_sort(firings, {}, &Firing::token);
    writeIndex(m_folder / "index", sourceOf(*m_corpus, predicates.size()), firings);
    return std::make_unique<FeatureIndex>(m_folder / "index");
}

} // namespace microtome::test
