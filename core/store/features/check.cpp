#include "core/store/features/check.h"

#include "core/store/features/columns.h"
#include "core/store/results.h"
#include "core/store/schema.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace {

/// A table whose rows name a latent, and what joins them to the source of it.
struct Naming {
    const char* table;
    const char* stray; ///< where a row names a latent that there is not
};
constexpr std::array<Naming, 4> namings{
    {{"label", "latent >= (SELECT latents FROM feature_source s WHERE s.id = source)"},
        {"feature_list_item",
            "latent < 0 OR latent >= (SELECT latents FROM feature_source s WHERE s.id = source)"},
        {"feature_tag",
            "latent < 0 OR latent >= (SELECT latents FROM feature_source s WHERE s.id = source)"},
        {"feature_context",
            "latent >= (SELECT latents FROM feature_sweep w JOIN feature_source s"
            " ON s.id = w.source WHERE w.id = sweep)"}}};

std::string strayRows(const Naming& naming)
{
    return std::string(" FROM ") + naming.table + " WHERE " + naming.stray;
}

void checkLatents(Database& database, Problems& problems)
{
    for (const Naming& naming : namings) {
        const std::int64_t count = database.integer("SELECT count(*)" + strayRows(naming));
        if (count > 0)
            problems.sentences.push_back(std::to_string(count) + " rows of the table “"
                + naming.table + "” name a feature that its source does not have.");
    }
}

/// Width and kind of what a column's results hold; a width of 0 is any.
bool fits(Database& database, const ColumnInfo& info, std::uint64_t latents)
{
    Results results(database);
    const auto holds = [&](const std::string& name, std::size_t width, bool whole) {
        const std::optional<ResultInfo> stored = results.info(info.run, name);
        return stored && stored->rows == latents && (width == 0 || stored->columns == width)
            && (stored->dtype == Dtype::I32) == whole && stored->dtype != Dtype::Json;
    };
    if (const auto number = numberNamed(info.name))
        return holds(info.result(), 1, numberKind(*number) != NumberKind::Real);
    if (info.name == ngramNames[0] || info.name == ngramNames[1])
        return holds(info.result(), info.name == ngramNames[0] ? 2 : 3, true);
    if (info.name == histogramName)
        return holds(info.result(), 0, true) && holds(info.values(), 2, false);
    for (const Ranking ranking : {Ranking::TopLogits, Ranking::BottomLogits,
             Ranking::DecoderNeighbours, Ranking::EncoderNeighbours, Ranking::Partners}) {
        if (info.name != rankingName(ranking))
            continue;
        if (!holds(info.result(), 0, true)
            || !holds(info.values(), results.info(info.run, info.result())->columns, false))
            return false;
        if (ranking == Ranking::TopLogits || ranking == Ranking::BottomLogits)
            return true;
        const std::vector<std::int32_t> ids = results.integers(info.run, info.result());
        return std::ranges::none_of(ids,
            [&](std::int32_t id) { return id >= 0 && static_cast<std::uint64_t>(id) >= latents; });
    }
    return true; // of a newer version
}

void checkColumns(Database& database, Problems& problems)
{
    for (const FeatureSource& source : FeatureSources(database).list()) {
        for (const ColumnInfo& info : FeatureColumns(database).list(source.id)) {
            bool whole = false;
            try {
                whole = fits(database, info, source.latents);
            } catch (const Error&) {
                whole = false;
            }
            if (!whole && problems.runs.insert(info.run).second)
                problems.sentences.push_back("The numbers “" + info.name + "” of the features of “"
                    + source.name + "” are damaged; sweep them again.");
        }
    }
}

void checkSweeps(Database& database, Problems& problems)
{
    Statement row = database.prepare("SELECT run, corpus, index_path FROM feature_sweep");
    while (row.step())
        if (!staysBelow(row.text(2)) && problems.runs.insert(row.id<RunId>(0)).second)
            problems.sentences.push_back("The index of the sweep over “" + row.text(1)
                + "” is said to lie outside the project's folder; sweep it again.");
}

/// A reading connection does not look at the table's own conditions.
void checkScores(Database& database, Problems& problems)
{
    const std::int64_t count = database.integer(
        "SELECT count(*) FROM label_score WHERE status NOT IN ('scored', 'missing')"
        " OR (status = 'scored') <> (value IS NOT NULL)");
    if (count > 0)
        problems.sentences.push_back(std::to_string(count)
            + " scores of labels say neither a value nor that it is missing.");
}

/// The index's own check of itself against the texts, which only a writing connection can ask for;
/// any can see which rows it holds.
void checkTexts(Database& database, Problems& problems)
{
    for (const auto& [table, index] : textIndexes()) {
        const std::string rows = std::string(index) + "_docsize";
        bool whole
            = database.integer("SELECT (SELECT count(*) FROM " + rows + ") = (SELECT count(*)"
                  + " FROM " + table + ") AND NOT EXISTS (SELECT 1 FROM " + table
                  + " WHERE id NOT IN (SELECT id FROM " + rows + "))")
            != 0;
        try {
            database.execute(std::string("INSERT INTO ") + index + " (" + index
                + ", rank) VALUES ('integrity-check', 1)");
        } catch (const DatabaseError& error) {
            whole = whole && isReadOnly(error);
        }
        if (!whole)
            problems.sentences.push_back(std::string("The index of words of the table “") + table
                + "” is damaged; “microtome-cli project repair” makes it anew.");
    }
}

} // namespace

void checkFeatures(Database& database, Problems& problems)
{
    checkLatents(database, problems);
    checkSweeps(database, problems);
    checkColumns(database, problems);
    checkScores(database, problems);
    checkTexts(database, problems);
}

void dropStrayFeatures(Database& database, std::vector<std::string>& lost)
{
    std::int64_t dropped = 0;
    Transaction transaction(database);
    for (const Naming& naming : namings) {
        database.prepare("DELETE" + strayRows(naming)).run();
        dropped += database.changes();
    }
    transaction.commit();
    if (dropped > 0)
        lost.push_back(std::to_string(dropped) + " rows named features that there are not.");
}

} // namespace microtome
