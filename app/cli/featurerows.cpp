#include "app/cli/featurecommands.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "core/store/project.h"

#include <CLI/CLI.hpp>

#include <array>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

/// What a table of features shows.
constexpr std::array shown{FeatureNumber::Count, FeatureNumber::Density, FeatureNumber::Max,
    FeatureNumber::Mean, FeatureNumber::TopToken, FeatureNumber::TopTokenShare,
    FeatureNumber::TokenEntropy, FeatureNumber::DecoderNorm};

struct RowsCommand {
    fs::path project;
    std::vector<std::int64_t> sources;
    std::vector<std::string> filters;
    std::string words;
    std::string label;
    std::string context;
    std::string sort;
    std::string tag;
    bool descending = false;
    bool labelled = false;
    std::size_t limit = 20;
    std::size_t from = 0;
    OutputOptions output;
};

/// "density<0.01"
FeatureFilter filterOf(const std::string& text)
{
    const auto at = text.find_first_of("<>=!");
    if (at != std::string::npos) {
        const auto behind = text.find_first_not_of("<>=!", at);
        const auto number = numberNamed(text.substr(0, at));
        const auto compare = compareNamed(text.substr(at, behind - at));
        double value = 0;
        if (number && compare && behind != std::string::npos
            && CLI::detail::lexical_cast(text.substr(behind), value))
            return {*number, *compare, value};
    }
    std::string names;
    for (std::size_t i = 0; i < featureNumbers; ++i)
        names += (i > 0 ? ", " : "") + std::string(numberName(static_cast<FeatureNumber>(i)));
    throw UsageError("--filter takes a number, one of < <= = != >= > and a value, as in "
                     "\"density<0.01\", not "
        + text + ". The numbers are: " + names + ".");
}

FeatureQuery queryOf(const RowsCommand& command)
{
    FeatureQuery query;
    for (const std::int64_t source : command.sources)
        query.scopes.push_back({static_cast<SourceId>(source)});
    for (const std::string& filter : command.filters)
        query.filters.push_back(filterOf(filter));
    query.labelWords = command.label;
    query.contextWords = command.context;
    query.labelled = command.labelled;
    if (!command.tag.empty())
        query.tag = command.tag;
    if (!command.sort.empty()) {
        query.sort = numberNamed(command.sort);
        if (!query.sort)
            throw UsageError("--sort takes a number's name, not " + command.sort + ".");
    }
    query.descending = command.descending;
    return query;
}

class Rows {
public:
    Rows(Project& project, const RowsCommand& command)
        : m_project(project)
        , m_browser(project.featureBrowser())
        , m_command(command)
    {
        for (const FeatureSource& source : project.featureSources().list())
            m_sources.emplace(source.id, source);
    }

    json of(const FeatureQuery& query)
    {
        auto keys = m_browser.find(query);
        json document{{"found", keys.size()}, {"features", json::array()}};
        const std::size_t from = std::min(m_command.from, keys.size());
        const std::size_t count = std::min(m_command.limit, keys.size() - from);
        for (const FeatureRow& row :
            m_browser.rows(std::span(keys).subspan(from, count), shown, query.scopes))
            document["features"].push_back(documentOf(row));
        return document;
    }

private:
    json documentOf(const FeatureRow& row)
    {
        const FeatureSource& source = m_sources.at(row.key.source);
        json document{{"source", static_cast<std::int64_t>(row.key.source)}, {"name", source.name},
            {"latent", row.key.latent}, {"label", row.label}};
        for (std::size_t i = 0; i < shown.size(); ++i)
            document[std::string(numberName(shown[i]))] = shown[i] == FeatureNumber::TopToken
                ? tokens(source.model)(
                    std::isnan(row.numbers[i]) ? -1 : static_cast<std::int64_t>(row.numbers[i]))
                : numberOrNull(row.numbers[i]);
        return document;
    }

    const TokenTexts& tokens(ModelId model)
    {
        return m_tokens.try_emplace(model, m_project, model).first->second;
    }

    Project& m_project;
    FeatureBrowser m_browser;
    const RowsCommand& m_command;
    std::map<SourceId, FeatureSource> m_sources;
    std::map<ModelId, TokenTexts> m_tokens;
};

std::string tableOf(const json& document)
{
    Table table("lrrrrlrl");
    table.row({"source", "latent", "density", "max", "mean", "top token", "share", "label"});
    for (const json& row : document.at("features"))
        table.row({row.at("name").get<std::string>(), row.at("latent").dump(),
            fixed(row.at("density"), 5), fixed(row.at("max"), 2), fixed(row.at("mean"), 2),
            row.at("top token").dump(), fixed(row.at("top token share"), 2),
            row.at("label").get<std::string>()});
    return document.at("found").dump() + " features\n\n" + table.text();
}

void list(const RowsCommand& command)
{
    Project project = Project::openReadOnly(command.project);
    const json document = Rows(project, command).of(queryOf(command));
    command.output.write(document, [&] { return tableOf(document); });
}

void search(RowsCommand command)
{
    Project project = Project::openReadOnly(command.project);
    Rows rows(project, command);
    command.label = command.words;
    json document{{"labels", rows.of(queryOf(command))}};
    command.label.clear();
    command.context = command.words;
    document["contexts"] = rows.of(queryOf(command));
    command.output.write(document, [&] {
        return "By label: " + tableOf(document.at("labels"))
            + "\nBy context: " + tableOf(document.at("contexts"));
    });
}

void addCommon(CLI::App& added, RowsCommand& command)
{
    added.add_option("--project", command.project, "The project")->type_name("FILE")->required();
    command.output.add(added);
    added.add_option("--source", command.sources, "Only of these sources")->type_name("N");
    added.add_option("--limit", command.limit, "Rows (default: 20)")->type_name("N");
    added.add_option("--from", command.from, "The first row (default: 0)")->type_name("N");
}

} // namespace

void addFeaturesRows(CLI::App& features, Work& work)
{
    const auto listing = std::make_shared<RowsCommand>();
    CLI::App* added = features.add_subcommand("list", "Features of a project, filtered and sorted");
    addCommon(*added, *listing);
    added->add_option("--filter", listing->filters, "\"density<0.01\", \"max>=5\", ...")
        ->type_name("NUMBER<VALUE");
    added->add_option("--label", listing->label, "Words that a label must have")
        ->type_name("WORDS");
    added->add_option("--words", listing->context, "Words that a strong context must have")
        ->type_name("WORDS");
    added->add_option("--tag", listing->tag, "Only those with this tag")->type_name("TAG");
    added->add_flag("--labelled", listing->labelled, "Only those with a label");
    added->add_option("--sort", listing->sort, "A number's name: density, max, ...")
        ->type_name("NUMBER");
    added->add_flag("--descending", listing->descending, "Largest first");
    added->footer(
        "JSON: found, features[] {source, name, latent, label, count, density, max, mean, "
        "\"top token\",\n\"top token share\", \"token entropy\", \"decoder norm\"}.");
    added->callback([listing, &work] { work = [listing] { list(*listing); }; });

    const auto searching = std::make_shared<RowsCommand>();
    added = features.add_subcommand("search", "Features by words of their labels and contexts");
    addCommon(*added, *searching);
    added
        ->add_option("--words", searching->words,
            "Words; \"in quotation marks\" one after another, "
            "word* for a beginning")
        ->type_name("WORDS")
        ->required();
    added->footer("JSON: labels and contexts, each as of list.");
    added->callback([searching, &work] { work = [searching] { search(*searching); }; });
}

} // namespace microtome::cli
