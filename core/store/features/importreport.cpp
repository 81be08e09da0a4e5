#include "core/store/features/importreport.h"

#include "core/work/error.h"

#include <array>

namespace microtome {

namespace {

using nlohmann::json;
using Number = std::pair<const char*, std::uint64_t ImportedSource::*>;

constexpr std::array<Number, 10> numbers{{{"latents", &ImportedSource::latents},
    {"features", &ImportedSource::features}, {"labels", &ImportedSource::labels},
    {"scores", &ImportedSource::scores}, {"missing_scores", &ImportedSource::missingScores},
    {"windows", &ImportedSource::windows}, {"text_windows", &ImportedSource::textWindows},
    {"same_windows", &ImportedSource::sameWindows}, {"tokens", &ImportedSource::tokens},
    {"unknown_logits", &ImportedSource::unknownLogits}}};

} // namespace

json toJson(const ImportReport& report)
{
    json document{{"run", static_cast<std::int64_t>(report.run)}, {"found", report.found},
        {"taken", report.taken}, {"left_out", report.leftOut}, {"sources", json::array()}};
    for (const ImportedSource& source : report.sources) {
        json row{{"source", static_cast<std::int64_t>(source.source)},
            {"sweep", static_cast<std::int64_t>(source.sweep)}, {"name", source.name}};
        for (const auto& [name, member] : numbers)
            row[name] = source.*member;
        document["sources"].push_back(std::move(row));
    }
    return document;
}

ImportReport importReportFrom(const json& document)
{
    try {
        ImportReport report;
        report.run = static_cast<RunId>(document.at("run").get<std::int64_t>());
        report.found = document.at("found").get<bool>();
        report.taken = document.at("taken").get<std::vector<std::string>>();
        report.leftOut = document.at("left_out").get<std::vector<std::string>>();
        for (const json& row : document.at("sources")) {
            ImportedSource source;
            source.source = static_cast<SourceId>(row.at("source").get<std::int64_t>());
            source.sweep = static_cast<SweepId>(row.at("sweep").get<std::int64_t>());
            source.name = row.at("name").get<std::string>();
            for (const auto& [name, member] : numbers)
                source.*member = row.at(name).get<std::uint64_t>();
            report.sources.push_back(std::move(source));
        }
        return report;
    } catch (const json::exception&) {
        throw Error("What the project says of an import is damaged; import the files again.");
    }
}

} // namespace microtome
