#include "core/nn/dictionary.h"
#include "app/cli/command.h"
#include "app/cli/dictionaryoptions.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"
#include "core/features/check/selfcheck.h"
#include "core/features/coder/words.h"

#include <CLI/CLI.hpp>

#include <numeric>

namespace microtome::cli {

namespace {

using nlohmann::json;

struct ProbeCommand {
    DictionaryOptions dictionary;
    OutputOptions output;
};

struct CheckCommand {
    DictionaryOptions dictionary;
    ModelOptions model;
    PromptOptions prompt;
    OutputOptions output;
    std::size_t tokens = 4096;
    std::size_t context = 0;
    bool withFirst = false;
    bool noReplacing = false;
};

json orNull(const auto& value)
{
    return value ? json(*value) : json();
}

json orNull(double value)
{
    return std::isfinite(value) ? json(value) : json();
}

json points(const auto& places)
{
    json all = json::array();
    for (const auto& place : places)
        all.push_back(place.point);
    return all;
}

/// What a dictionary's file says of it.
json documentOf(const SparseCoder& coder)
{
    const CoderDeclaration& declared = coder.declared;
    const CoderOutput& output = coder.outputs.front();
    const CoderInput& input = coder.inputs.front();
    json document{{"format", declared.format}, {"kind", kindWords(coder)},
        {"architecture", activationWords(coder.activation)}, {"called", declared.architecture},
        {"d_in", input.encoder.empty() ? output.decoder.columns() : input.encoder.columns()},
        {"d_out", output.decoder.columns()}, {"latents", coder.latents()}, {"hook", input.point},
        {"hooks_in", points(coder.inputs)}, {"hooks_out", points(coder.outputs)},
        {"scaled", normWords(input.norm)}, {"bias_subtracted_first", !input.subtracted.empty()},
        {"skip", !output.skip.empty()}, {"notes", declared.notes}};
    document["declared"] = {{"model", declared.model}, {"dataset", declared.dataset},
        {"l0", orNull(declared.l0)}, {"context", orNull(declared.context)},
        {"prepend_bos", orNull(declared.prependBos)}, {"other", declared.other}};
    return document;
}

std::string linesOf(const json& document)
{
    Table table("ll");
    const auto row = [&](const char* name, const std::string& value) {
        if (!value.empty())
            table.row({name, value});
    };
    const auto text = [&](const char* name) { return document.at(name).get<std::string>(); };
    const json& declared = document.at("declared");
    row("format", text("format"));
    row("kind", text("kind") + ", " + text("architecture"));
    row("latents", document.at("latents").dump());
    row("reads", document.at("d_in").dump() + " numbers at " + text("hook"));
    if (document.at("hooks_out") != document.at("hooks_in"))
        for (const json& hook : document.at("hooks_out"))
            row("writes", document.at("d_out").dump() + " numbers at " + hook.get<std::string>());
    row("input",
        text("scaled")
            + (document.at("bias_subtracted_first").get<bool>() ? ", a bias is subtracted first"
                                                                : ""));
    row("model", declared.at("model").get<std::string>());
    row("dataset", declared.at("dataset").get<std::string>());
    if (!declared.at("l0").is_null())
        row("declared L0", fixed(declared.at("l0"), 1));
    std::string out = table.text();
    for (const json& note : document.at("notes"))
        out += "\n" + note.get<std::string>();
    return out + (document.at("notes").empty() ? "" : "\n");
}

void probe(const ProbeCommand& command)
{
    const auto parts = command.dictionary.parts();
    if (!parts.empty() && command.dictionary.part.empty()) {
        const SparseCoder first
            = DictionaryOptions{command.dictionary.dictionary, parts.front(), {}}.open();
        json document = documentOf(first);
        document["parts"] = parts;
        command.output.write(document, [&] {
            std::string out = std::to_string(parts.size()) + " dictionaries:";
            for (const std::string& part : parts)
                out += " " + part;
            return out + "\n\nThe first of them:\n" + linesOf(document);
        });
        return;
    }
    json document = documentOf(command.dictionary.open());
    document["parts"] = json::array();
    command.output.write(document, [&] { return linesOf(document); });
}

/// Sequences of at most `context` tokens, as many as make `tokens`.
std::vector<std::vector<TokenId>> sequencesOf(
    const CheckCommand& command, const Model& model, const SparseCoder& coder)
{
    command.prompt.require();
    const auto prompts = command.prompt.file.empty() ? std::vector{command.prompt.prompt(model)}
                                                     : command.prompt.lines(model);
    std::size_t context = command.context;
    if (context == 0)
        context = static_cast<std::size_t>(coder.declared.context.value_or(128));
    context = std::min(context, static_cast<std::size_t>(model.architecture().context));
    std::vector<std::vector<TokenId>> all;
    std::size_t count = 0;
    for (const Prompt& prompt : prompts) {
        if (count >= command.tokens)
            break;
        const std::size_t length = std::min({prompt.ids.size(), context, command.tokens - count});
        if (length < 2)
            continue;
        all.emplace_back(prompt.ids.begin(), prompt.ids.begin() + static_cast<long>(length));
        count += length;
    }
    return all;
}

json placesOf(const std::vector<CoderSite>& places)
{
    json all = json::array();
    for (const CoderSite& place : places)
        all.push_back(place.text());
    return all;
}

json documentOf(const SelfCheck& check, const std::vector<SparseCoder>& coders)
{
    const SparseCoder& coder = coders.front();
    json document = documentOf(coder);
    const Fit& fit = check.fit;
    document.update({{"dictionaries", coders.size()}, {"reads", placesOf(check.reads)},
        {"writes", placesOf(check.written)}, {"hook", check.reads.front().text()},
        {"tokens", fit.tokens}, {"excluded", check.excluded}, {"fvu", orNull(fit.fvu)},
        {"fvu_at", fit.fvuAt}, {"token_fvu", fit.tokenFvu}, {"cosine", orNull(fit.cosine)},
        {"norm_ratio", orNull(fit.normRatio)}, {"l0", fit.l0}, {"dead", fit.dead},
        {"dense", fit.dense}, {"scale_measured", orNull(check.scale)}, {"ce", json()},
        {"verdicts", check.verdicts}});
    if (check.downstream) {
        const Downstream& d = *check.downstream;
        document["ce"] = {{"original", d.original}, {"replaced", d.replaced},
            {"ablated", d.ablated}, {"recovered", orNull(d.recovered())},
            {"kl_replaced", d.klReplaced}, {"kl_ablated", d.klAblated}, {"tokens", d.tokens}};
    }
    json others = json::array();
    for (const auto& other : check.others)
        others.push_back({{"how", other.how}, {"fvu", orNull(other.fvu)}});
    document["other_conventions"] = {{"fvu_as_read", orNull(check.fewFvu)}, {"tried", others}};
    return document;
}

std::string share(const json& value)
{
    return value.is_null() ? "" : fixed(100 * value.get<double>(), 2) + " %";
}

std::string tableOf(const json& document)
{
    Table table("lr");
    table.row({"tokens", document.at("tokens").dump()});
    table.row({"FVU", fixed(document.at("fvu"), 5)});
    table.row({"FVU of tokens: 10th, 50th, 90th percentile",
        fixed(document.at("token_fvu")[0], 4) + "  " + fixed(document.at("token_fvu")[1], 4) + "  "
            + fixed(document.at("token_fvu")[2], 4)});
    const json& l0 = document.at("declared").at("l0");
    table.row({"L0",
        fixed(document.at("l0"), 2) + (l0.is_null() ? "" : " (declared " + fixed(l0, 2) + ")")});
    table.row({"never fire", share(document.at("dead"))});
    table.row({"fire at more than a tenth of the tokens", share(document.at("dense"))});
    if (const json& ce = document.at("ce"); !ce.is_null()) {
        table.row({"cross-entropy as it is", fixed(ce.at("original"), 4)});
        table.row({"with the reconstruction in its place", fixed(ce.at("replaced"), 4)});
        table.row({"with zeros in its place", fixed(ce.at("ablated"), 4)});
        table.row({"recovered", share(ce.at("recovered"))});
    }
    std::string out = table.text();
    if (document.at("verdicts").empty())
        out += "\nNothing is wrong with it on this text.\n";
    for (const json& verdict : document.at("verdicts"))
        out += "\n" + verdict.get<std::string>() + "\n";
    return out;
}

void check(const CheckCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    std::vector<SparseCoder> coders = command.dictionary.openAll();
    const bool together = std::ranges::any_of(
        coders, [](const SparseCoder& coder) { return coder.outputs.size() > 1; });
    if (coders.size() > 1 && !together)
        throw UsageError("There are several dictionaries in it that do not belong together: choose "
                         "one with --part. They are told by dictionary probe.");
    SelfCheckSettings settings;
    settings.place = command.dictionary.place;
    settings.excludeBos = !command.withFirst;
    settings.replace = !command.noReplacing;
    const auto sequences = sequencesOf(command, *model, coders.front());
    const SelfCheck result
        = selfCheck(*model, coders, sequences, settings, encodeFast, terminalProgress("Checking"));
    const json document = documentOf(result, coders);
    command.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addDictionary(CLI::App& app, Work& work)
{
    CLI::App* dictionary = app.add_subcommand(
        "dictionary", "Sparse autoencoders, transcoders, crosscoders: recognise and check them");
    dictionary->require_subcommand(1);

    const auto probing = std::make_shared<ProbeCommand>();
    CLI::App* added
        = dictionary->add_subcommand("probe", "What a dictionary is, by its file alone");
    probing->dictionary.add(*added);
    probing->output.add(*added);
    added->footer(
        "JSON: format, kind, architecture, d_in, d_out, latents, hook, hooks_in, hooks_out, "
        "scaled,\n"
        "bias_subtracted_first, skip, declared {model, dataset, l0, context, prepend_bos, other},\n"
        "notes[], parts[].\n\nExample:\n  microtome-cli dictionary probe --dictionary "
        "res-jb/blocks.8");
    added->callback([probing, &work] { work = [probing] { probe(*probing); }; });

    const auto checking = std::make_shared<CheckCommand>();
    added = dictionary->add_subcommand(
        "check", "Try a dictionary on a model and a text: FVU, L0, dead latents, cross-entropy");
    checking->dictionary.add(*added);
    checking->model.add(*added);
    checking->prompt.add(*added);
    checking->output.add(*added);
    added->add_option("--tokens", checking->tokens, "Tokens to try it on (default: 4096)")
        ->type_name("N")
        ->check(CLI::Range(2, 10'000'000));
    added
        ->add_option(
            "--context", checking->context, "Tokens of a sequence (default: as declared, else 128)")
        ->type_name("N")
        ->check(CLI::Range(2, 1'000'000));
    added->add_flag("--with-first", checking->withFirst, "Count a leading BOS, too");
    added->add_flag("--no-replacing", checking->noReplacing,
        "Leave out what becomes of the predictions (three runs of the model)");
    added->footer(
        R"(Each line of --file is a sequence. FVU is the share of the variance about the mean that is not
explained, over all tokens in f64; cross-entropy in nats a token, zeros in its place for comparison.
Other conventions (a bias subtracted first, scaled input, transposed, before or after a gain, centred)
are tried on 1,024 tokens; where one fits much better, the check says so.
JSON: as probe, and tokens, excluded, fvu, token_fvu, cosine, norm_ratio, l0, dead, dense, ce {original,
replaced, ablated, recovered, kl_replaced, kl_ablated}, other_conventions, verdicts[].

Example:
  microtome-cli dictionary check --model gpt2 --dictionary res-jb/blocks.8 --file text.txt)");
    added->callback([checking, &work] { work = [checking] { check(*checking); }; });
}

} // namespace microtome::cli
