#include "core/analysis/subject.h"
#include "views/session/nexttoken.h"
#include "views/session/wanted.h"

#include <algorithm>
#include <chrono>

namespace microtome {

namespace {

/// Edits of a list may be measured unasked while all of them together cost no more than this many
/// unasked runs.
constexpr double unaskedEffects = 4;

struct Sequence {
    Prompt prompt;
    Edits edits;
    std::shared_ptr<const Base> base;
};

RunState runOne(Model& model, const Sequence& sequence, TokenId target, const Progress& progress)
{
    const auto start = std::chrono::steady_clock::now();
    RunRequest request;
    request.ids = sequence.prompt.ids;
    request.want = {Site{Point::Logits, {}, {}}};
    request.logitPositions = {Position(static_cast<int>(request.ids.size()) - 1)};
    request.edits = sequence.edits;
    request.base = sequence.base;
    request.keepBase = sequence.edits.empty();
    const Trace trace = model.run(request, progress);

    RunState state;
    state.prompt = sequence.prompt;
    state.edits = sequence.edits;
    state.base = sequence.edits.empty() ? trace.base : sequence.base;
    state.logits = trace.at(request.want.front());
    state.next = nextToken(state.logits.values(), nextTokens,
        target >= 0 ? std::vector<TokenId>{target} : std::vector<TokenId>{});
    state.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return state;
}

bool same(const RunPointer& run, const Prompt& prompt, const Edits& edits)
{
    return run && run->prompt.ids == prompt.ids && run->edits == edits;
}

} // namespace

struct Session::Finished {
    Model::Estimate estimate;
    bool waits = false;
    RunPointer unedited;
    RunPointer reference;
    RunPointer edited;
};

Session::Wanted Session::wanted() const
{
    Wanted w;
    w.prompt = m_prompt;
    w.referencePrompt = m_referencePrompt;
    w.edits = activeEdits(m_editList.edits());
    w.target = m_settings.target;
    w.autoSeconds = m_settings.autoSeconds;
    w.serials = m_serials;
    if (same(m_unedited, w.prompt, {}))
        w.unedited = m_unedited;
    if (same(m_reference, w.referencePrompt, {}))
        w.reference = m_reference;
    if (w.edits.empty())
        w.edited = w.unedited;
    else if (same(m_edited, w.prompt, w.edits))
        w.edited = m_edited;
    return w;
}

Session::Finished Session::computeRuns(Model& model, const Wanted& w, const Progress& progress)
{
    Finished f{{}, false, w.unedited, w.reference, w.edited};
    f.estimate = model.estimate(w.prompt.size());
    if (!w.unedited && !w.evenIfSlow && f.estimate.seconds > w.autoSeconds) {
        f.waits = true;
        return f;
    }
    auto run = [&](const Prompt& prompt, const Edits& edits, std::shared_ptr<const Base> base,
                   double begin, double end) {
        RunState state
            = runOne(model, {prompt, edits, std::move(base)}, w.target, progress.part(begin, end));
        state.serial = ++*w.serials;
        return std::make_shared<const RunState>(std::move(state));
    };
    if (!f.unedited)
        f.unedited = run(w.prompt, {}, nullptr, 0, 0.4);
    if (!f.reference && w.referencePrompt.size() > 0)
        f.reference = run(w.referencePrompt, {}, nullptr, 0.4, 0.7);
    if (!f.edited)
        f.edited = w.edits.empty() ? f.unedited : run(w.prompt, w.edits, f.unedited->base, 0.7, 1);
    return f;
}

void Session::react(Changes changes)
{
    if (changes & (Changes(Change::Model) | Change::Prompt | Change::EditLines | Change::Settings))
        schedule(false);
}

void Session::schedule(bool evenIfSlow)
{
    if (!m_model || m_prompt.size() == 0 || !m_promptError.isEmpty()) {
        m_engine.cancel(this, QStringLiteral("run"));
        m_switching = false;
        if (m_waits || m_unedited) {
            m_waits = false;
            m_unedited.reset();
            m_reference.reset();
            m_edited.reset();
            m_effects.clear();
            m_announcer.note(Change::Run | Change::State);
        }
        return;
    }
    Wanted w = wanted();
    w.evenIfSlow = evenIfSlow;
    if (!w.complete())
        recall(w);
    if (w.complete()) {
        m_engine.cancel(this, QStringLiteral("run"));
        finish({m_estimate, false, w.unedited, w.reference, w.edited});
        return;
    }
    m_engine.post<Finished>(
        this, QStringLiteral("run"), tr("run"),
        [w](Model& model, const Progress& progress) { return computeRuns(model, w, progress); },
        [this](const Finished& finished) { finish(finished); },
        [this](const QString& why) {
            m_runError = why;
            m_switching = false;
            m_announcer.note(Change::State);
        });
    m_announcer.note(Change::State);
}

void Session::finish(const Finished& f)
{
    m_estimate = f.estimate;
    m_runError.clear();
    m_switching = false;
    if (m_waits != f.waits) {
        m_waits = f.waits;
        m_announcer.note(Change::State);
    }
    if (f.waits)
        return;
    const RunPointer reference = m_referencePrompt.size() > 0 ? f.reference : f.unedited;
    if (f.unedited != m_unedited)
        m_measured.clear();
    if (f.unedited != m_unedited || f.edited != m_edited || reference != m_reference)
        m_announcer.note(Change::Run | Change::State);
    if (f.edited != m_edited && f.edited->stored == 0)
        m_keepTimer.start();
    if (f.edited != m_edited && f.edited->stored != 0) {
        m_kept = f.edited->stored;
        m_keptSerial = f.edited->serial;
    }
    m_unedited = f.unedited;
    m_edited = f.edited;
    m_reference = reference;
    if (!m_unedited->base)
        supplyBase();
    if (m_shown == Shown::Difference && !canShowDifference())
        setShown(Shown::Edited);
    measure(false);
}

/// A run that came from the project shows without any computation; what continues from it later
/// needs its base, which is made on the side where a run needs no asking.
void Session::supplyBase()
{
    m_engine.post<std::shared_ptr<const Base>>(
        this, QStringLiteral("base"), tr("run"),
        [unedited = m_unedited, seconds = m_settings.autoSeconds](
            Model& model, const Progress& progress) -> std::shared_ptr<const Base> {
            if (model.estimate(unedited->prompt.size()).seconds > seconds)
                return {};
            return runOne(model, {unedited->prompt, {}, {}}, -1, progress).base;
        },
        [this, of = m_unedited](std::shared_ptr<const Base> base) {
            if (of != m_unedited || !base)
                return;
            const auto with = [&](const RunPointer& run) {
                auto state = std::make_shared<RunState>(*run);
                state->base = base;
                return RunPointer(std::move(state));
            };
            m_unedited = with(of);
            m_edited = m_edited == of ? m_unedited : with(m_edited);
            if (m_reference == of)
                m_reference = m_unedited;
        },
        {}, Priority::Background);
}

TokenId Session::target() const
{
    if (m_settings.target >= 0)
        return m_settings.target;
    return m_unedited && !m_unedited->next.top.empty() ? m_unedited->next.top.front().id : -1;
}

void Session::measureEffects()
{
    measure(true);
}

void Session::measure(bool evenIfMany)
{
    const TokenId target = this->target();
    if (!m_unedited || target < 0)
        return;
    const auto t = static_cast<std::size_t>(target);
    auto effectOf = [unedited = m_unedited, t](const Matrix& logits) {
        return Effect{klOfLogits(unedited->logits.values(), logits.values()),
            static_cast<double>(logits(0, t)) - static_cast<double>(unedited->logits(0, t)), true};
    };
    m_wholeEffect = m_edited ? effectOf(m_edited->logits) : Effect{};

    std::vector<Edit> unknown;
    m_effects.assign(m_editList.edits().size(), {});
    for (std::size_t i = 0; i < m_effects.size(); ++i) {
        Edit alone = m_editList.edits()[i];
        alone.enabled = true;
        const auto known = std::ranges::find(m_measured, alone, &std::pair<Edit, Effect>::first);
        if (known != m_measured.end())
            m_effects[i] = known->second;
        else if (alone.strength == 0)
            m_effects[i].known = true;
        else if (std::ranges::find(unknown, alone) == unknown.end())
            unknown.push_back(alone);
    }
    m_announcer.note(Change::Effects);
    const double seconds = m_unedited->seconds * static_cast<double>(unknown.size());
    if (unknown.empty() || (!evenIfMany && seconds > unaskedEffects * m_settings.autoSeconds)) {
        m_engine.cancel(this, QStringLiteral("effects"));
        return;
    }
    using Measured = std::vector<std::pair<Edit, Effect>>;
    m_engine.post<Measured>(
        this, QStringLiteral("effects"), tr("measuring the edits"),
        [unknown, effectOf, unedited = m_unedited](Model& model, const Progress& progress) {
            Measured measured;
            for (std::size_t i = 0; i < unknown.size(); ++i) {
                const auto n = static_cast<double>(unknown.size());
                const auto k = static_cast<double>(i);
                const Progress part = progress.part(k / n, (k + 1) / n);
                const RunState run
                    = runOne(model, {unedited->prompt, {unknown[i]}, unedited->base}, -1, part);
                measured.emplace_back(unknown[i], effectOf(run.logits));
            }
            return measured;
        },
        [this, of = m_unedited, target](const Measured& measured) {
            if (of != m_unedited || target != this->target())
                return;
            m_measured.insert(m_measured.end(), measured.begin(), measured.end());
            measure(false);
        });
}

// --- what is shown

RunPointer Session::run(Shown shown) const
{
    return shown == Shown::Reference ? m_reference : m_edited;
}

bool Session::canShowDifference() const
{
    return m_reference && m_edited && m_reference != m_edited
        && m_reference->prompt.size() == m_edited->prompt.size();
}

void Session::setShown(Shown shown)
{
    if (shown == m_shown)
        return;
    m_shown = shown;
    m_announcer.note(Change::Shown);
}

RunRequest Session::request(Shown shown, std::vector<Site> want) const
{
    const Subject of = subject(shown);
    RunRequest request;
    request.ids = of.prompt.ids;
    request.want = std::move(want);
    request.edits = of.edits;
    request.base = of.base;
    return request;
}

Subject Session::subject(Shown shown) const
{
    const RunPointer state = run(shown);
    if (!state)
        throw Error("Nothing was run yet. Write a prompt.");
    return {state->prompt, state->edits, state->base};
}

bool Session::stale() const
{
    return m_model && m_prompt.size() > 0 && !wanted().complete();
}

bool Session::running() const
{
    return m_engine.jobOf(this, QStringLiteral("run")).has_value();
}

void Session::runNow()
{
    schedule(true);
}

void Session::setSettings(const RunSettings& settings)
{
    if (settings == m_settings)
        return;
    const bool again = settings.bos != m_settings.bos;
    if (settings.target != m_settings.target)
        m_measured.clear();
    m_settings = settings;
    if (again) {
        usePrompt(m_text, m_ids);
        setReferenceText(m_referenceText);
    }
    m_announcer.note(Change::Settings);
}

} // namespace microtome
