#include "app/cli/coderoptions.h"
#include "app/cli/featurecommands.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "app/features/featurebuild.h"
#include "core/features/corpus/corpustext.h"
#include "core/store/keep.h"
#include "core/work/sha256.h"

#include <CLI/CLI.hpp>

#include <iostream>

#include <unistd.h>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct BuildCommand {
    ModelOptions model;
    ProjectOptions project;
    OutputOptions output;
    std::vector<std::string> dictionaries;
    PlaceOptions place;
    std::vector<int> neurons;
    std::vector<int> heads;
    std::string text;
    std::string documents = "lines";
    std::uint64_t tokens = ~std::uint64_t(0);
    std::uint32_t context = 128;
    double share = 0.02;
    bool withBos = false;
    bool noDirections = false;
    bool estimateOnly = false;
};

Documents documentsNamed(const std::string& name)
{
    return name == "lines" ? Documents::Lines
        : name == "blank"  ? Documents::Paragraphs
                           : Documents::File;
}

/// The last two parts of a path: what tells dictionaries apart.
std::string shortName(const std::string& path)
{
    fs::path whole = path;
    if (whole.filename().empty())
        whole = whole.parent_path();
    return (whole.parent_path().filename() / whole.filename()).string();
}

std::vector<BuildSource> sourcesOf(const BuildCommand& command)
{
    std::vector<BuildSource> sources;
    for (const std::string& path : command.dictionaries)
        for (NamedCoder& one : openDictionaries({path})) {
            BuildSource source;
            source.name = shortName(one.name);
            source.path = fs::absolute(path).string();
            source.place = command.place;
            source.coder = std::make_shared<const SparseCoder>(std::move(one.coder));
            sources.push_back(std::move(source));
        }
    const auto units = [&](const std::vector<int>& layers, SourceKind kind, const char* what) {
        for (const int layer : layers) {
            BuildSource source;
            source.kind = kind;
            source.layer = Layer(layer);
            source.name = std::string(what) + " of layer " + std::to_string(layer);
            sources.push_back(source);
        }
    };
    units(command.neurons, SourceKind::Neurons, "neurons");
    units(command.heads, SourceKind::Heads, "heads");
    if (sources.empty())
        throw UsageError("Say what to sweep: --dictionary, --neurons or --heads.");
    return sources;
}

std::string hours(double seconds)
{
    const auto minutes = static_cast<long long>(seconds / 60);
    return minutes > 0 ? std::to_string(minutes) + " min"
                       : std::to_string(static_cast<long long>(seconds) + 1) + " s";
}

OnSweep reporter()
{
    if (::isatty(STDERR_FILENO) == 0)
        return {};
    return [](const SweepProgress& p) {
        std::cerr << "\r\033[K" << p.tokens << " of " << p.of << " tokens, "
                  << static_cast<long long>(p.tokensPerSecond) << " a second, "
                  << hours(p.secondsLeft) << " left" << std::flush;
    };
}

/// The corpus beside the project, made from the text unless the same is there.
fs::path corpusOf(const BuildCommand& command, const Model& model, const fs::path& folder)
{
    const auto tokenizer = model.tokenizer();
    if (!tokenizer)
        throw Error("The model has no tokenizer, so a text cannot be swept with it.");
    fs::create_directories(folder);
    const fs::path path = folder / (fs::path(command.text).stem().string() + ".corpus");
    const fs::path made = folder / (path.filename().string() + ".new");
    CorpusTextSettings settings;
    settings.documents = documentsNamed(command.documents);
    settings.bos = model.architecture().bos;
    settings.mostTokens = command.tokens;
    writeCorpusFromText(command.text, *tokenizer, sha256(tokenizer->hash()),
        static_cast<std::uint32_t>(model.architecture().vocabulary), made, settings,
        terminalProgress("Tokenizing"));
    fs::rename(made, path);
    return path;
}

json documentOf(const BuiltSource& built)
{
    return {{"source", static_cast<std::int64_t>(built.source)},
        {"sweep", static_cast<std::int64_t>(built.sweep)}, {"name", built.name},
        {"found", built.found}, {"latents", built.latents}, {"firings", built.firings},
        {"dead", built.dead}, {"index_bytes", built.indexBytes}};
}

void build(const BuildCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    std::vector<BuildSource> sources = sourcesOf(command);
    Project project = openOrMake(command.project.file);
    if (project.readOnly())
        throw Error(command.project.file.string()
            + " can only be read, so features cannot be kept in it; copy it to where you may "
              "write.");
    fs::path folder = project.path();
    folder.replace_extension(".features");
    const Corpus corpus(corpusOf(command, *model, folder));
    BuildSettings settings;
    settings.sweep.sequences.context = command.context;
    settings.sweep.sequences.excludeBos = !command.withBos;
    settings.share = command.share;
    settings.directions = !command.noDirections;
    FeatureBuild work(project, *model, corpus, fs::path(command.text).filename().string(),
        std::move(sources), settings);
    const BuildEstimate estimate = work.estimate();
    json document{{"tokens", estimate.tokens}, {"latents", estimate.latents},
        {"estimate", {{"seconds", estimate.sweep.seconds}, {"index_bytes", estimate.sweep.bytes}}}};
    if (command.estimateOnly) {
        command.output.write(document, [&] {
            return std::to_string(estimate.tokens) + " tokens x " + std::to_string(estimate.latents)
                + " latents: about " + hours(estimate.sweep.seconds) + " and "
                + std::to_string(estimate.sweep.bytes / 1'000'000 + 1) + " MB beside the project\n";
        });
        return;
    }
    const auto built = work.run(terminalProgress("Sweeping"), reporter());
    document["sources"] = json::array();
    for (const BuiltSource& one : built)
        document["sources"].push_back(documentOf(one));
    project.close();
    command.output.write(document, [&] {
        Table table("rlrrrr");
        table.row({"source", "name", "latents", "dead", "firings", "index"});
        for (const BuiltSource& one : built)
            table.row({std::to_string(static_cast<std::int64_t>(one.source)),
                one.name + (one.found ? " (was there)" : ""), std::to_string(one.latents),
                std::to_string(one.dead), std::to_string(one.firings),
                std::to_string(one.indexBytes / 1000) + " kB"});
        return table.text();
    });
}

} // namespace

TokenTexts::TokenTexts(ProjectAccess& project, ModelId model)
{
    const auto stored = project.models().get(model);
    if (!stored)
        return;
    try {
        m_tokenizer = Tokenizer::open(stored->path);
    } catch (const Error&) {
        m_tokenizer = nullptr; // ids are told instead
    }
}

json TokenTexts::operator()(std::int64_t id) const
{
    if (id < 0)
        return {};
    return m_tokenizer ? json(m_tokenizer->bytes(static_cast<std::int32_t>(id))) : json(id);
}

json numberOrNull(double value)
{
    return std::isfinite(value) ? json(value) : json();
}

void addFeaturesBuild(CLI::App& features, Work& work)
{
    const auto command = std::make_shared<BuildCommand>();
    CLI::App* added = features.add_subcommand(
        "build", "Sweep a text with dictionaries, neurons or heads into a project");
    command->model.add(*added);
    command->project.add(*added);
    added->get_option("--project")->required();
    command->output.add(*added);
    added
        ->add_option("--dictionary", command->dictionaries,
            "Folders or files of dictionaries of any known format, all swept in one pass")
        ->type_name("DIR|FILE");
    addPlaceOptions(*added, command->place);
    added->add_option("--neurons", command->neurons, "Layers whose MLP neurons are swept")
        ->type_name("LAYER");
    added->add_option("--heads", command->heads, "Layers whose heads' values (norm of z) are swept")
        ->type_name("LAYER");
    added->add_option("--text", command->text, "The text, UTF-8")->type_name("FILE")->required();
    added
        ->add_option("--documents", command->documents,
            "Where documents end: lines (default), blank lines, or the file")
        ->type_name("lines|blank|file")
        ->check(CLI::IsMember({"lines", "blank", "file"}));
    added->add_option("--tokens", command->tokens, "Stop after so many tokens")->type_name("N");
    added->add_option("--context", command->context, "Tokens of a sequence (default: 128)")
        ->type_name("N")
        ->check(CLI::Range(2, 1'000'000));
    added
        ->add_option("--share", command->share,
            "A neuron or head counts as firing at this share of the tokens (default: 0.02)")
        ->type_name("0...1")
        ->check(CLI::Range(1e-6, 1.0));
    added->add_flag("--with-bos", command->withBos, "Record what fires at BOS, too");
    added->add_flag("--no-directions", command->noDirections,
        "Leave out what decoder directions say: logits, neighbours, picture");
    added->add_flag("--estimate", command->estimateOnly, "Only say how long it will take");
    added->footer(
        R"(The corpus and the inverted indices lie beside the project in NAME.features/; the numbers are in it.
Interrupted, the same command goes on where it was; what is there already is found again.
JSON: tokens, latents, estimate {seconds, index_bytes}, sources[] {source, sweep, name, found, latents,
firings, dead, index_bytes}.

Example:
  microtome-cli features build --model gpt2 --dictionary res-jb/blocks.8 --text wiki.txt --project study.microtome)");
    added->callback([command, &work] { work = [command] { build(*command); }; });
}

void addFeatures(CLI::App& app, Work& work)
{
    CLI::App* features = app.add_subcommand(
        "features", "Sparse features of a project: sweep a text, list, search, show");
    features->require_subcommand(1);
    addFeaturesBuild(*features, work);
    addFeaturesRows(*features, work);
    addFeaturesShow(*features, work);
    addFeaturesTop(*features, work);
    addFeaturesLabels(*features, work);
    addFeaturesImport(*features, work);
    addFeaturesExport(*features, work);
}

} // namespace microtome::cli
