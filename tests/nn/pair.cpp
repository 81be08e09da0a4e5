#include "tests/nn/pair.h"

#include "tests/fakevariety.h"
#include "tests/nn/exported.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace microtome {

Pair pairOf(Architecture a, std::uint64_t seed, const OpenOptions& options)
{
    FakeWeights weights = randomWeights(a, seed);
    fitToFamily(a, weights);
    Pair pair;
    pair.folder = std::make_unique<QTemporaryDir>();
    exportModel(pair.path(), a, weights);
    pair.reference = std::make_unique<FakeModel>(a, weights);
    pair.engine = openModel(pair.path(), options);
    return pair;
}

Pair randomPair(std::uint64_t seed)
{
    constexpr std::array<const char*, 4> families {
        "transformer_lens", "gpt2", "gpt_neox", "llama"};
    FakeRandom random(seed + 1000);
    Architecture a = randomArchitecture(random);
    a.family = families[seed % families.size()];
    fitToFamily(a);
    return pairOf(a, seed);
}

double distance(const Matrix& a, const Matrix& b)
{
    constexpr double far = std::numeric_limits<double>::infinity();
    if (a.rows() != b.rows() || a.columns() != b.columns())
        return far;
    double most = 0;
    double largest = 1;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a.values()[i];
        const double y = b.values()[i];
        if (std::isfinite(y))
            largest = std::max(largest, std::abs(y));
        if (x == y || (std::isnan(x) && std::isnan(y)))
            continue;
        if (!std::isfinite(x) || !std::isfinite(y))
            return far;
        most = std::max(most, std::abs(x - y));
    }
    return most / largest;
}

bool sameBits(const Matrix& a, const Matrix& b)
{
    return a.rows() == b.rows() && a.columns() == b.columns()
        && (a.empty()
            || std::memcmp(a.values().data(), b.values().data(), a.size() * sizeof(float)) == 0);
}

std::string words(const Edits& edits)
{
    std::string text;
    for (const Edit& e : edits) {
        text += std::string("[") + operationName(e.operation) + " " + e.site.text();
        if (e.unit)
            text += " unit " + std::to_string(e.unit->value());
        const EditPositions& p = e.positions;
        text += " positions " + std::to_string(static_cast<int>(p.kind)) + " "
            + std::to_string(p.from) + "-" + std::to_string(p.to) + " first "
            + std::to_string(p.first) + " number " + std::to_string(e.number) + " values "
            + std::to_string(e.values.rows()) + "x" + std::to_string(e.values.columns())
            + " strength " + std::to_string(e.strength)
            + (e.bos ? (*e.bos ? " bos" : " no bos") : "") + "] ";
    }
    return text;
}

RunRequest requestOf(std::vector<TokenId> ids, std::vector<Site> want, Edits edits,
    std::shared_ptr<const Base> base)
{
    return {std::move(ids), std::move(want), std::move(edits), std::move(base), false, {}};
}

std::shared_ptr<const Base> baseOf(Model& model, const std::vector<TokenId>& ids, const Edits& edits)
{
    return model.run(RunRequest {ids, {}, edits, {}, true, {}}).base;
}

} // namespace microtome
