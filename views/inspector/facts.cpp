#include "views/inspector/facts.h"

#include "core/analysis/attention.h"
#include "views/inspector/writes.h"
#include "views/session/nexttoken.h"
#include "views/session/session.h"
#include "views/style/number.h"
#include "views/style/tokentext.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr int topTokens = 6;
constexpr int writtenTokens = 3;

/// One computation: what is asked, and the facts as they gather.
struct Gatherer {
    Model& model;
    const FactRequest& request;
    const Progress& progress;
    Facts facts;

    int position() const { return request.focus.position.value(); }

    QString token(TokenId id) const
    {
        return request.tokenizer
            ? displayToken(request.tokenizer->bytes(id), request.tokenizer->isSpecial(id))
            : QString::number(id);
    }

    FactSection& section(const QString& caption)
    {
        facts.sections.push_back({caption, {}, {}});
        return facts.sections.back();
    }

    Trace run(std::vector<Site> want, const Edits& more = {}, std::vector<Position> logits = {})
    {
        RunRequest run = request.subject.request(std::move(want));
        run.edits.insert(run.edits.end(), more.begin(), more.end());
        run.logitPositions = std::move(logits);
        return model.run(run, progress);
    }

    double finalScale(const Trace& trace) const
    {
        const Site scale{Point::LnFinalScale, {}, {}};
        return trace.has(scale) ? trace.at(scale)(static_cast<std::size_t>(position()), 0) : 1;
    }

    std::vector<Site> withFinalScale(Site site) const
    {
        std::vector<Site> sites{site};
        if (model.architecture().has(Point::LnFinalScale))
            sites.push_back({Point::LnFinalScale, {}, {}});
        return sites;
    }

    void predictions(const QString& caption, const ReadOut& out)
    {
        FactSection& s = section(caption);
        for (const ReadOut::Entry& entry : out.top)
            s.lines.push_back(
                {token(entry.id), formatNumber(out.probability(entry.logit), 3), true});
    }

    void writes(const QString& caption, const DirectLogits& logits)
    {
        FactSection& s = section(caption);
        for (const ReadOut::Entry& entry : logits.promoted)
            s.bars.push_back({token(entry.id), entry.logit});
        for (auto it = logits.suppressed.rbegin(); it != logits.suppressed.rend(); ++it)
            s.bars.push_back({token(it->id), it->logit});
    }

    void ofToken();
    void ofCell();
    void ofHead();
    void ofNeuron();
    void directEffect();
};

void Gatherer::ofToken()
{
    const auto p = static_cast<std::size_t>(position());
    const TokenId id = request.subject.prompt.ids[p];
    std::vector<Position> rows;
    if (p > 0)
        rows.emplace_back(position() - 1);
    rows.emplace_back(position());
    const Site site{Point::Logits, {}, {}};
    const Matrix logits = run({site}, {}, rows).at(site);

    FactSection& own = section(Session::tr("This token"));
    own.lines.push_back({Session::tr("id"), QString::number(id)});
    if (request.tokenizer)
        own.lines.push_back({Session::tr("in the vocabulary"),
            QString::fromStdString(request.tokenizer->spelling(id))});
    if (p > 0) {
        const ReadOut before = nextToken(logits.row(0), 0, {id});
        own.lines.push_back({Session::tr("its probability here"),
            formatNumber(before.probability(before.logits[0]), 3)});
        own.lines.push_back({Session::tr("its rank here"), QString::number(before.ranks[0] + 1)});
    }
    const ReadOut after = nextToken(logits.row(logits.rows() - 1), topTokens);
    predictions(Session::tr("Predicted next, probability"), after);
    facts.sections.back().lines.push_back(
        {Session::tr("entropy, nats"), formatNumber(after.entropy, 2), false, true});
}

void Gatherer::ofCell()
{
    const auto p = static_cast<std::size_t>(position());
    const Site site{request.focus.point, request.focus.layer, {}};
    const Matrix values = run({site}).at(site);
    const auto row = values.row(p);
    FactSection& own = section(QString::fromStdString(site.name()));
    double squares = 0;
    for (const float v : row)
        squares += static_cast<double>(v) * v;
    own.lines.push_back({Session::tr("norm"), formatNumber(std::sqrt(squares), 2)});
    if (static_cast<int>(row.size()) != model.architecture().dModel)
        return;
    ReadOutRequest read;
    read.rows = Matrix(1, row.size(), {row.begin(), row.end()});
    read.topK = topTokens;
    if (request.target >= 0)
        read.tracked = {request.target};
    const ReadOut out = model.readOut(read, progress).front();
    if (request.target >= 0)
        own.lines.push_back({Session::tr("rank of %1").arg(token(request.target)),
            QString::number(out.ranks[0] + 1)});
    own.lines.push_back({Session::tr("entropy, nats"), formatNumber(out.entropy, 2)});
    predictions(Session::tr("Reads out as, probability"), out);
}

void Gatherer::directEffect()
{
    if (request.target < 0)
        return;
    const Focus& focus = request.focus;
    facts.dla = request.dla;
    if (!facts.dla) {
        DlaRequest dla;
        dla.answers = {request.target};
        facts.dla = std::make_shared<const Dla>(
            directLogitAttribution(model, request.subject, dla, progress));
    }
    double predicted = 0;
    for (const DlaComponent& component : facts.dla->components)
        if (component.kind == DlaComponent::Kind::AttnHead && component.layer == focus.layer
            && component.index == focus.head.value())
            predicted = component.value;

    Edit off;
    off.site = {Point::Z, focus.layer, focus.head};
    const Site site{Point::Logits, {}, {}};
    const Position last(static_cast<int>(request.subject.tokens()) - 1);
    const auto target = static_cast<std::size_t>(request.target);
    const double with = run({site}, {}, {last}).at(site)(0, target);
    const double without = run({site}, {off}, {last}).at(site)(0, target);
    const double measured = without - with;

    FactSection& s
        = section(Session::tr("Direct effect on “%1”, logits").arg(token(request.target)));
    s.lines.push_back({Session::tr("predicted"), formatNumber(predicted, 2, true)});
    s.lines.push_back({Session::tr("measured, head off"), formatNumber(measured, 2, true)});
    s.lines.push_back({Session::tr("difference: by way of others"),
        formatNumber(-measured - predicted, 2, true), false, true});
}

void Gatherer::ofHead()
{
    const Focus& focus = request.focus;
    if (request.atlas) {
        FactSection& s = section(Session::tr("Scores on random repeats"));
        const std::pair<HeadScore, QString> names[]
            = {{HeadScore::Previous, Session::tr("previous token")},
                {HeadScore::Induction, Session::tr("induction")},
                {HeadScore::Duplicate, Session::tr("duplicate token")},
                {HeadScore::Sink, Session::tr("beginning of sequence")}};
        for (const auto& [score, name] : names)
            s.lines.push_back({name,
                formatNumber(request.atlas->of(score)(static_cast<std::size_t>(focus.layer.value()),
                                 static_cast<std::size_t>(focus.head.value())),
                    2)});
    }
    directEffect();
    const auto p = static_cast<std::size_t>(position());
    const Site z{Point::Z, focus.layer, focus.head};
    const Site pattern{Point::Pattern, focus.layer, focus.head};
    std::vector<Site> want = withFinalScale(z);
    want.push_back(pattern);
    const Trace trace = run(want);
    const Matrix output
        = model.weight("blocks." + std::to_string(focus.layer.value()) + ".attn.W_O", focus.head);
    const auto own = trace.at(z).row(p);
    std::vector<double> sum(output.columns(), 0);
    for (std::size_t i = 0; i < output.rows(); ++i)
        for (std::size_t k = 0; k < sum.size(); ++k)
            sum[k] += static_cast<double>(own[i]) * output(i, k);
    writes(Session::tr("What it writes here, logits"),
        directLogits(model, {sum.begin(), sum.end()}, finalScale(trace), writtenTokens, progress));

    FactSection& reads = section(Session::tr("Reads from"));
    for (const AttentionSource& source :
        topSources(trace.at(pattern), focus.position, static_cast<std::size_t>(4))) {
        const auto k = static_cast<std::size_t>(source.key.value());
        const bool bos = k == 0 && request.subject.prompt.bos;
        const QString text = bos ? QStringLiteral("BOS") : token(request.subject.prompt.ids[k]);
        reads.lines.push_back(
            {QStringLiteral("%1 (%2)").arg(text).arg(k), formatNumber(source.weight, 2), true});
    }
}

void Gatherer::ofNeuron()
{
    const Focus& focus = request.focus;
    const Site site{Point::MlpPost, focus.layer, {}};
    const Trace trace = run(withFinalScale(site));
    const auto unit = static_cast<std::size_t>(focus.unit.value());
    const float activation = trace.at(site)(static_cast<std::size_t>(position()), unit);
    section(Session::tr("Here"))
        .lines.push_back({Session::tr("activation"), formatNumber(activation, 3)});
    const Matrix out = model.weight("blocks." + std::to_string(focus.layer.value()) + ".mlp.W_out");
    std::vector<float> vector(out.row(unit).begin(), out.row(unit).end());
    for (float& v : vector)
        v *= activation;
    writes(Session::tr("What it writes here, logits"),
        directLogits(model, std::move(vector), finalScale(trace), writtenTokens, progress));
}

} // namespace

Facts factsOf(Model& model, const FactRequest& request, const Progress& progress)
{
    Gatherer gatherer{model, request, progress, {}};
    if (request.focus.position.valid()
        && request.focus.position.value() < static_cast<int>(request.subject.tokens()))
        switch (request.focus.kind) {
        case Focus::Kind::Nothing:
            break;
        case Focus::Kind::Token:
            gatherer.ofToken();
            break;
        case Focus::Kind::Cell:
            gatherer.ofCell();
            break;
        case Focus::Kind::AttentionHead:
            gatherer.ofHead();
            break;
        case Focus::Kind::Neuron:
            gatherer.ofNeuron();
            break;
        }
    return gatherer.facts;
}

std::shared_ptr<const HeadScores> atlasOf(Model& model, const Progress& progress)
{
    return std::make_shared<const HeadScores>(headAtlas(model, {}, progress));
}

} // namespace microtome
