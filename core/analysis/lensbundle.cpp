#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"
#include "core/analysis/lens.h"

namespace microtome {

Bundle Lens::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "lens"}, {"ids", ids}, {"rows", sitesToJson(rows)},
        {"positions", positionsToJson(positions)}, {"topK", topK}, {"topIds", topIds},
        {"tracked", tracked}, {"selfCheck", selfCheck}, {"selfCheckTop", selfCheckTop}};
    b.matrices = {{"topLogits", topLogits}, {"logSumExp", logSumExp}, {"entropy", entropy},
        {"kl", kl}, {"nextLogit", nextLogit}, {"nextRank", nextRank}};
    for (std::size_t t = 0; t < tracked.size(); ++t) {
        b.matrices["trackedLogits." + std::to_string(t)] = trackedLogits[t];
        b.matrices["trackedRanks." + std::to_string(t)] = trackedRanks[t];
    }
    return b;
}

Lens Lens::fromBundle(const Bundle& b)
{
    b.expect("lens");
    Lens lens;
    lens.ids = fieldOf<std::vector<TokenId>>(b.fields, "ids");
    lens.rows = sitesFromJson(fieldOf<nlohmann::json>(b.fields, "rows"));
    lens.positions = positionsFromJson(fieldOf<nlohmann::json>(b.fields, "positions"));
    lens.topK = fieldOf<int>(b.fields, "topK");
    lens.topIds = fieldOf<std::vector<TokenId>>(b.fields, "topIds");
    lens.tracked = fieldOf<std::vector<TokenId>>(b.fields, "tracked");
    lens.selfCheck = fieldOf<double>(b.fields, "selfCheck");
    lens.selfCheckTop = fieldOf<bool>(b.fields, "selfCheckTop");
    const auto grid = [&](const std::string& name) {
        const Matrix& m = b.matrix(name);
        if (m.rows() != lens.rows.size() || m.columns() != lens.columns())
            throw Error("The stored lens is damaged: \"" + name + "\" has the wrong size.");
        return m;
    };
    lens.topLogits = b.matrix("topLogits");
    const std::size_t cells = lens.rows.size() * lens.columns();
    if (lens.topK < 1 || lens.topLogits.rows() != cells
        || lens.topLogits.columns() != static_cast<std::size_t>(lens.topK)
        || lens.topIds.size() != lens.topLogits.size())
        throw Error("The stored lens is damaged: its top tokens have the wrong size.");
    lens.logSumExp = grid("logSumExp");
    lens.entropy = grid("entropy");
    lens.kl = grid("kl");
    lens.nextLogit = grid("nextLogit");
    lens.nextRank = grid("nextRank");
    for (std::size_t t = 0; t < lens.tracked.size(); ++t) {
        lens.trackedLogits.push_back(grid("trackedLogits." + std::to_string(t)));
        lens.trackedRanks.push_back(grid("trackedRanks." + std::to_string(t)));
    }
    return lens;
}

} // namespace microtome
