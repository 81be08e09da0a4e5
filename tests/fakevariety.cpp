#include "tests/fakevariety.h"

#include <cmath>

namespace microtome {

Architecture randomArchitecture(FakeRandom& random)
{
    Architecture a;
    a.family = "transformer_lens";
    a.layers = 1 + random.below(3);
    a.kvHeads = 1 + random.below(2);
    a.heads = a.kvHeads * (1 + random.below(3));
    a.dHead = 4 + 2 * random.below(3);
    a.dModel = 6 + random.below(7);
    a.dMlp = random.chance(0.2) ? 0 : 5 + random.below(10);
    a.vocabulary = 12 + random.below(20);
    a.context = 16 + random.below(8);
    a.norm = static_cast<Norm>(random.below(3));
    a.finalNorm = a.norm != Norm::None && random.chance(0.85);
    a.positions = static_cast<Positions>(random.below(3));
    if (a.positions == Positions::Rotary) {
        a.rotaryDims = random.chance(0.5) ? a.dHead : 2 + 2 * random.below(a.dHead / 2);
        a.rotaryAdjacent = random.chance(0.4);
        a.ropeTheta = random.chance(0.5) ? 10000 : 500;
        a.ropeScaling = static_cast<RopeScaling>(random.below(3));
        a.ropeFactor = 2 + 6 * random.uniform();
        a.ropeOriginalContext = 8 + random.below(400);
    }
    a.activation = static_cast<Activation>(random.below(7));
    a.gatedMlp = !a.attentionOnly() && random.chance(0.4);
    a.parallelResidual = !a.attentionOnly() && random.chance(0.3);
    a.tiedHead = random.chance(0.3);
    if (!a.tiedHead && random.chance(0.2))
        a.vocabularyOut = 5 + random.below(30);
    a.attentionScale = random.chance(0.8) ? 1 / std::sqrt(a.dHead) : 1;
    a.scaleByInverseLayer = random.chance(0.2);
    a.bos = random.chance(0.6) ? 0 : -1;
    a.eos = {1};
    return a;
}

std::vector<TokenId> randomIds(const Architecture& a, FakeRandom& random, std::size_t count)
{
    std::vector<TokenId> ids(count);
    for (TokenId& id : ids)
        id = random.below(a.vocabulary);
    if (a.bos >= 0 && random.chance(0.7))
        ids.front() = a.bos;
    return ids;
}

namespace {

EditPositions randomPositions(const Architecture& a, FakeRandom& random, int tokens)
{
    EditPositions where;
    where.kind = static_cast<EditPositions::Kind>(random.below(7));
    where.from = random.below(tokens);
    where.to = where.from + 1 + random.below(tokens - where.from);
    where.first = 1 + random.below(tokens);
    where.ids = {random.below(a.vocabulary), random.below(a.vocabulary)};
    return where;
}

} // namespace

Edit randomEdit(const Architecture& a, FakeRandom& random, std::size_t tokens)
{
    std::vector<Site> sites = a.sites();
    std::erase_if(sites, [&](const Site& s) {
        return s.point == Point::Tokens || (s.point == Point::AttnIn && a.heads != a.kvHeads);
    });
    Edit edit;
    edit.site = sites[static_cast<std::size_t>(random.below(static_cast<int>(sites.size())))];
    const bool square = edit.site.point == Point::AttnScores || edit.site.point == Point::Pattern;
    const int heads = a.headsAt(edit.site.point);
    const int width = square ? static_cast<int>(tokens) : a.widthAt(edit.site.point);
    if (isPerHead(edit.site.point) && random.chance(0.5))
        edit.site.head = Head(random.below(heads));
    if (random.chance(0.3))
        edit.unit = Unit(random.below(width));
    edit.positions = randomPositions(a, random, static_cast<int>(tokens));
    if (random.chance(0.3))
        edit.bos = random.chance(0.5);
    edit.strength = random.chance(0.5) ? 1 : 0.25 + 0.5 * random.uniform();
    edit.number = random.normal();

    edit.operation = static_cast<Operation>(random.below(8));
    const bool skips = edit.site.point == Point::ResidPost || edit.site.point == Point::AttnOut
        || edit.site.point == Point::MlpOut;
    if (edit.operation == Operation::Skip && !skips)
        edit.operation = Operation::Zero;
    const bool scale = a.widthAt(edit.site.point) == 1;
    if (scale) { // stays positive: everything is divided by it
        edit.operation = random.chance(0.5) ? Operation::Scale : Operation::Mean;
        edit.number = 0.5 + random.uniform();
        return edit;
    }
    const bool wantsValues = edit.operation == Operation::Patch
        || ((edit.operation == Operation::Set || edit.operation == Operation::Add
                || edit.operation == Operation::Mean)
            && random.chance(0.5));
    if (!wantsValues)
        return edit;
    const int count = edit.site.head.valid() || !isPerHead(edit.site.point) ? 1 : heads;
    const int columns = square ? (edit.unit ? 1 : width) : count * (edit.unit ? 1 : width);
    const int positions = random.chance(0.4) && !(square && count > 1)
        ? 1
        : 2 + random.below(static_cast<int>(tokens));
    const int rows = positions > 1 && square ? positions * count : positions;
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    for (float& v : values)
        v = static_cast<float>(random.normal());
    edit.values = Matrix(
        static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), std::move(values));
    return edit;
}

} // namespace microtome
