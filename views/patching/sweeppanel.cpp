#include "views/patching/sweeppanel.h"

#include "views/panel/annotated.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/panel/plainword.h"
#include "views/panel/stored.h"
#include "views/patching/sweepform.h"
#include "views/patching/sweepjob.h"
#include "views/session/tone.h"
#include "views/style/number.h"

#include <nlohmann/json.hpp>

#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace microtome {

SweepPanel::SweepPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_panel(new PicturePanel(tr("Patching sweep"), session, this))
    , m_form(new SweepForm(session))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_panel);
    m_panel->addLine(m_form);
    column->addWidget(actions());
    connect(m_panel, &PicturePanel::clicked, this, &SweepPanel::choose);
    connect(m_panel, &PicturePanel::scrubbed, this, &SweepPanel::choose);
    connect(m_form, &SweepForm::runWanted, this, &SweepPanel::run);
    m_panel->setSentence(tr("Write a second prompt of as many tokens, then press Run."));
}

QWidget* SweepPanel::actions()
{
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(10, 0, 10, 6);
    row->setSpacing(8);
    m_cell = new ToneLabel(Tone::Token, {}, line);
    m_verify = actionWord(tr("Verify"), tr("Run this one patch again, exactly"), line);
    m_keep = actionWord(tr("Keep as edit"), tr("Add this patch to the list of edits"), line);
    row->addWidget(m_cell, 1);
    row->addWidget(m_verify);
    row->addWidget(m_keep);
    connect(m_verify, &QToolButton::clicked, this, &SweepPanel::verifyCell);
    connect(m_keep, &QToolButton::clicked, this, &SweepPanel::keepCell);
    m_verify->hide();
    m_keep->hide();
    return line;
}

// --- running

void SweepPanel::promptChanged(bool otherModel)
{
    if (otherModel) {
        m_result.reset();
        m_marked.reset();
        m_cell->setFullText({});
        m_verify->hide();
        m_keep->hide();
        m_form->modelChanged();
        m_panel->setSubtitle({});
        m_panel->setSentence(tr("Write a second prompt of as many tokens, then press Run."));
    }
    m_form->estimate();
}

void SweepPanel::run()
{
    const bool mean = m_form->overSet();
    PatchRequest r;
    try {
        r = m_form->request();
    } catch (const Error& error) {
        m_panel->setSentence(QString::fromUtf8(error.what()));
        return;
    }
    StoredRequest stored;
    stored.kind = "patch";
    stored.title = tr("patching %1").arg(QString::fromLatin1(sweepName(r.sweep))).toStdString();
    stored.prompt = r.clean;
    stored.second = r.corrupted;
    stored.settings = {{"sweep", sweepName(r.sweep)}, {"by_position", r.byPosition},
        {"denoising", r.denoising}, {"answers", r.metric.answers}, {"wrongs", r.metric.wrongs},
        {"metric", metricName(r.metric.kind)}};
    m_clean = r.clean;
    m_corrupted = r.corrupted;
    if (!mean) {
        if (const auto bundle = findStored(m_session, stored)) {
            show(SweepShown::fromBundle(*bundle));
            return;
        }
    }
    m_form->setRunning(true);
    m_panel->setSubtitle(tr("running…"));
    m_session.engine().post<SweepShown>(
        this, QStringLiteral("sweep"), QString::fromStdString(stored.title),
        [r, mean, set = m_form->set()](Model& model, const Progress& progress) {
            return mean ? sweepSet(model, set, r, progress) : sweepPair(model, r, progress);
        },
        [this, stored, mean](const SweepShown& shown) {
            if (!mean)
                keepStored(m_session, stored, shown.toBundle());
            show(shown);
        },
        [this](const QString& why) {
            m_result.reset();
            m_form->setRunning(false);
            m_panel->setSubtitle({});
            m_panel->setSentence(why);
        });
}

void SweepPanel::show(SweepShown shown)
{
    m_form->setRunning(false);
    m_result = std::move(shown);
    m_marked.reset();
    m_verified.clear();
    const PatchSweep& sweep = m_result->sweep;
    const auto names = [this](const std::vector<TokenId>& ids) {
        QStringList texts;
        for (const TokenId id : ids)
            texts << m_session.tokenText(id);
        return texts.join(u'|');
    };
    QString metric = tr("logit of %1").arg(names(m_result->answers));
    if (!m_result->wrongs.empty())
        metric = tr("logit of %1 − %2").arg(names(m_result->answers), names(m_result->wrongs));
    if (m_result->set)
        metric = tr("mean of %1 pairs").arg(m_result->set->items);
    else
        metric
            += tr(" · clean %1, corrupted %2")
                   .arg(formatNumber(sweep.cleanMetric, 2), formatNumber(sweep.corruptedMetric, 2));
    if (!sweep.remark.empty())
        metric = QString::fromStdString(sweep.remark);
    m_panel->setSubtitle(tr("%1, %2 · %3")
                             .arg(QString::fromLatin1(sweepName(sweep.sweep)),
                                 sweep.denoising ? tr("denoising") : tr("noising"), metric));
    Annotations words;
    words.rows = sweep.layers;
    words.columns = static_cast<int>(sweep.normalised.columns());
    words.describe = [&session = m_session, result = *m_result](
                         const Cell& cell) { return sweepLine(session, result, cell); };
    m_panel->setPicture(
        std::make_shared<AnnotatedPicture>(
            std::make_shared<MatrixPicture>(sweepGrid(m_session, *m_result)), std::move(words)),
        PictureWidget::Fit::Scrolled);
    mark(m_session.selection().focus(), m_session.selection().pins());
}

Table SweepPanel::table() const
{
    return m_result ? sweepTable(m_session, *m_result) : Table{};
}

// --- one cell

void SweepPanel::choose(const Cell& cell)
{
    if (!m_result || cell.row < 0 || cell.column < 0)
        return;
    m_verified.clear();
    emit focused(focusOf(m_result->sweep, sweepCell(m_result->sweep, cell)));
}

void SweepPanel::mark(const Focus& focus, const std::vector<Pin>& pins)
{
    if (!m_result)
        return;
    const auto cell = cellOf(m_result->sweep, focus);
    if (cell != m_marked)
        m_verified.clear();
    m_marked = cell;
    std::vector<PinnedCell> marks;
    for (const Pin& pin : pins)
        if (const auto at = cellOf(m_result->sweep, pin.what))
            marks.push_back({*at, pin.style});
    m_panel->mark(cell, std::move(marks));
    const bool one = cell && !m_result->set;
    m_cell->setFullText(cell ? sweepLine(m_session, *m_result, *cell) + m_verified : QString());
    m_verify->setVisible(one);
    m_keep->setVisible(one);
    m_keep->setText(m_result->sweep.denoising ? tr("Keep as edit of the corrupted prompt")
                                              : tr("Keep as edit"));
}

QString SweepPanel::cellText() const
{
    return m_cell->fullText();
}

std::optional<SweepCell> SweepPanel::chosen() const
{
    if (!m_result || !m_marked)
        return {};
    return sweepCell(m_result->sweep, *m_marked);
}

void SweepPanel::verifyCell()
{
    const auto cell = chosen();
    if (!cell)
        return;
    const bool denoising = m_result->sweep.denoising;
    Metric metric;
    metric.answers = m_result->answers;
    metric.wrongs = m_result->wrongs;
    m_session.engine().post<double>(
        this, QStringLiteral("verify"), tr("verifying a patch"),
        [sweep = m_result->sweep, source = denoising ? m_clean : m_corrupted,
            patched = denoising ? m_corrupted : m_clean, cell = *cell,
            metric](Model& model, const Progress& progress) {
            MeasureRequest request;
            request.ids = patched.ids;
            request.variants = {{sweepEdit(model, sweep, source, cell)}};
            request.metric = metric;
            return model.measure(request, progress).front();
        },
        [this](double raw) {
            m_verified = tr("   measured again %1").arg(formatNumber(raw, 3));
            mark(m_session.selection().focus(), m_session.selection().pins());
        },
        [this](const QString& why) { m_cell->setFullText(why); });
}

void SweepPanel::keepCell()
{
    const auto cell = chosen();
    if (!cell)
        return;
    const bool denoising = m_result->sweep.denoising;
    m_session.engine().post<Edit>(
        this, QStringLiteral("keep"), tr("taking a patch"),
        [sweep = m_result->sweep, source = denoising ? m_clean : m_corrupted, cell = *cell](
            Model& model, const Progress&) { return sweepEdit(model, sweep, source, cell); },
        [this, denoising](const Edit& edit) {
            if (denoising && m_session.tokenizer())
                m_session.setPromptText(QString::fromStdString(m_corrupted.text));
            else if (denoising)
                m_session.setPromptIds(m_corrupted.ids);
            m_session.editList().add(edit);
        },
        [this](const QString& why) { m_cell->setFullText(why); });
}

void SweepPanel::applyTheme()
{
    m_panel->applyTheme();
}

nlohmann::json SweepPanel::state() const
{
    return {
        {"form", m_form->state()}, {"ran", m_result.has_value()}, {"scroll", m_panel->scroll()}};
}

void SweepPanel::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    m_form->restore(state.value("form", nlohmann::json()));
    if (state.value("ran", nlohmann::json(false)) == true && m_session.hasModel())
        run(); // found again in the project, else computed
    m_panel->setScroll(state.value("scroll", nlohmann::json()));
}

} // namespace microtome
