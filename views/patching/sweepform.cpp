#include "views/patching/sweepform.h"

#include "views/panel/plainword.h"
#include "views/panel/tokenfield.h"
#include "views/patching/sweepgrid.h"
#include "views/session/amount.h"
#include "views/session/session.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace microtome {

namespace {

QHBoxLayout* rowIn(QWidget* widget, int left = 10)
{
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(left, 4, 10, 0);
    row->setSpacing(8);
    return row;
}

} // namespace

SweepForm::SweepForm(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(0);
    column->addWidget(prompts());
    column->addWidget(choices());
}

QWidget* SweepForm::prompts()
{
    auto* line = new QWidget(this);
    QHBoxLayout* row = rowIn(line);
    m_corruptedLine = new QLineEdit(line);
    m_corruptedLine->setAccessibleName(tr("Corrupted prompt"));
    m_corruptedLine->setPlaceholderText(tr("a second prompt of as many tokens"));
    setTone(m_corruptedLine, Tone::Token);
    auto* set = actionWord(tr("Set…"), tr("Take the pairs of a prompt set"), line);
    m_over = new Words(tr("Over"), {tr("Pair"), tr("Mean of set")}, 0, line);
    m_over->setWordEnabled(1, false, tr("Open a prompt set first."));
    m_pair = new QSpinBox(line);
    m_pair->setAccessibleName(tr("Pair of the set"));
    m_pair->setMinimum(1);
    m_pair->setButtonSymbols(QSpinBox::NoButtons);
    m_pair->hide();
    row->addWidget(new ToneLabel(Tone::Secondary, tr("corrupted"), line));
    row->addWidget(m_corruptedLine, 1);
    row->addWidget(set);
    row->addWidget(m_pair);
    row->addWidget(m_over);
    connect(m_corruptedLine, &QLineEdit::textChanged, this, [this] {
        estimate();
        emit corruptedChanged();
    });
    connect(m_corruptedLine, &QLineEdit::returnPressed, this, &SweepForm::runWanted);
    connect(set, &QToolButton::clicked, this, &SweepForm::askForSet);
    connect(m_pair, &QSpinBox::valueChanged, this, [this](int pair) { usePair(pair - 1); });
    connect(m_over, &Words::chosen, this, &SweepForm::estimate);
    return line;
}

QWidget* SweepForm::choices()
{
    auto* lines = new QWidget(this);
    auto* column = new QVBoxLayout(lines);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(0);
    auto* first = new QWidget(lines);
    QHBoxLayout* row = rowIn(first);
    m_answer = new TokenField(tr("answer"), m_session, first);
    m_wrong = new TokenField(tr("wrong"), m_session, first);
    m_answer->setDefault(tr("clean's top"));
    m_wrong->setDefault(tr("corrupted's top"));
    m_estimate = new ToneLabel(Tone::Secondary, {}, first);
    m_run = new QPushButton(tr("Run"), first);
    m_run->setProperty("primary", true);
    m_run->setAccessibleName(tr("Run the sweep"));
    row->addWidget(m_answer);
    row->addWidget(m_wrong);
    row->addWidget(m_estimate, 1);
    m_estimate->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(m_run);
    auto* second = new QWidget(lines);
    QHBoxLayout* words = rowIn(second, 4);
    m_kind = new Words(tr("What is patched"), sweepWords(), 0, second);
    m_byPosition
        = toggleWord(tr("by position"), tr("A cell for each position, too"), false, second);
    m_direction = new Words(tr("Direction"), {tr("Denoising"), tr("Noising")}, 0, second);
    words->addWidget(m_kind);
    words->addWidget(m_byPosition);
    words->addStretch(1);
    words->addWidget(m_direction);
    column->addWidget(first);
    column->addWidget(second);
    connect(m_run, &QPushButton::clicked, this, &SweepForm::runWanted);
    for (TokenField* field : {m_answer, m_wrong})
        connect(field, &TokenField::changed, this, &SweepForm::estimate);
    connect(m_kind, &Words::chosen, this, &SweepForm::chooseKind);
    connect(m_direction, &Words::chosen, this, &SweepForm::estimate);
    connect(m_byPosition, &QToolButton::toggled, this, &SweepForm::estimate);
    m_byPosition->hide();
    return lines;
}

// --- what is asked for

QString SweepForm::corruptedText() const
{
    return m_corruptedLine->text();
}

void SweepForm::setCorruptedText(const QString& text)
{
    m_corruptedLine->setText(text);
}

Prompt SweepForm::corrupted() const
{
    const QString text = m_corruptedLine->text();
    if (text.isEmpty())
        throw Error("There is no second prompt yet: write one of as many tokens.");
    const auto tokenizer = m_session.tokenizer();
    if (tokenizer)
        return encodePrompt(
            *tokenizer, m_session.architecture().bos, text.toStdString(), m_session.settings().bos);
    Prompt prompt;
    for (const QString& part : text.split(u',', Qt::SkipEmptyParts)) {
        bool good = false;
        prompt.ids.push_back(part.trimmed().toInt(&good));
        if (!good)
            throw Error("This model has no tokenizer: write token ids with commas between them.");
    }
    return prompt;
}

void SweepForm::chooseKind()
{
    const bool heads = sweepsHeads(sweepAt(m_kind->active()));
    m_byPosition->setVisible(heads);
    estimate();
}

void SweepForm::setPoints()
{
    const Architecture& a = m_session.architecture();
    for (int i = 0; i < static_cast<int>(m_kind->words().size()); ++i) {
        const Point point = sweepPoint(sweepAt(i));
        m_kind->setWordEnabled(i, a.has(point), tr("This model has no such point."));
    }
}

bool SweepForm::overSet() const
{
    return m_over->active() == 1;
}

PatchRequest SweepForm::request() const
{
    PatchRequest request;
    request.sweep = sweepAt(m_kind->active());
    request.byPosition = !sweepsHeads(request.sweep) || m_byPosition->isChecked();
    request.denoising = m_direction->active() == 0;
    request.metric.kind = Metric::Kind::LogitDifference;
    if (overSet())
        return request;
    request.clean = m_session.prompt();
    request.corrupted = corrupted();
    request.metric.answers = m_answer->tokens();
    request.metric.wrongs = m_wrong->tokens();
    return request;
}

void SweepForm::warn(const QString& sentence)
{
    setTone(m_estimate, Tone::Warning);
    m_estimate->setFullText(sentence);
}

void SweepForm::setRunning(bool running)
{
    m_run->setEnabled(!running);
}

QString SweepForm::estimateText() const
{
    return m_estimate->fullText();
}

void SweepForm::estimate()
{
    setTone(m_estimate, Tone::Secondary);
    m_run->setEnabled(false);
    if (!m_session.hasModel())
        return;
    if (overSet()) {
        m_estimate->setFullText(tr("%1 pairs").arg(m_set.items.size()));
        m_run->setEnabled(true);
        return;
    }
    try {
        if (m_answer->wrong() || m_wrong->wrong())
            throw Error(tr("Correct the answer first.").toStdString());
        const PatchRequest r = request();
        if (r.clean.size() != r.corrupted.size())
            throw Error(tr("clean has %1 tokens, corrupted %2: they need the same number")
                            .arg(r.clean.size())
                            .arg(r.corrupted.size())
                            .toStdString());
        m_run->setEnabled(true);
        m_session.engine().post<SweepEstimate>(
            this, QStringLiteral("estimate"), tr("estimate"),
            [r](Model& model, const Progress&) { return estimateSweep(model, r); },
            [this](const SweepEstimate& e) {
                m_estimate->setFullText(
                    tr("%1 runs, about %2").arg(e.runs).arg(duration(e.seconds)));
            });
    } catch (const Error& error) {
        m_session.engine().cancel(this, QStringLiteral("estimate"));
        const bool empty = m_corruptedLine->text().isEmpty();
        warn(empty ? QString() : QString::fromUtf8(error.what()));
    }
}

void SweepForm::modelChanged()
{
    setPoints();
    m_answer->readAgain();
    m_wrong->readAgain();
}

// --- prompt sets

void SweepForm::askForSet()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a prompt set"), {}, tr("Prompt sets (*.csv *.jsonl);;All files (*)"));
    if (!path.isEmpty())
        usePromptSet(path);
}

void SweepForm::usePromptSet(const QString& path)
{
    try {
        m_set = readPromptSet(path.toStdString());
    } catch (const Error& error) {
        warn(QString::fromUtf8(error.what()));
        return;
    }
    m_setPath = path;
    m_over->setWordEnabled(1, m_set.hasCorrupted, tr("This set has no corrupted prompts."));
    m_pair->setMaximum(std::max(1, static_cast<int>(m_set.items.size())));
    m_pair->setSuffix(tr(" of %1").arg(m_set.items.size()));
    m_pair->show();
    usePair(0);
}

void SweepForm::usePair(int index)
{
    if (index < 0 || index >= static_cast<int>(m_set.items.size()))
        return;
    const PromptItem& item = m_set.items[static_cast<std::size_t>(index)];
    const auto ids = [](const PromptField& field) {
        QStringList texts;
        for (const TokenId id : field.ids)
            texts << QStringLiteral("#%1").arg(id);
        return field.byIds ? texts.join(u'|') : QString::fromStdString(field.text);
    };
    if (item.clean.byIds)
        m_session.setPromptIds(item.clean.ids);
    else
        m_session.setPromptText(QString::fromStdString(item.clean.text));
    setCorruptedText(
        ids(item.corrupted).remove(u'#').replace(u'|', item.corrupted.byIds ? u',' : u'|'));
    m_answer->setText(ids(item.answer));
    m_wrong->setText(ids(item.wrong));
}

nlohmann::json SweepForm::state() const
{
    return {{"corrupted", m_corruptedLine->text().toStdString()},
        {"answer", m_answer->text().toStdString()}, {"wrong", m_wrong->text().toStdString()},
        {"kind", m_kind->active()}, {"direction", m_direction->active()},
        {"by_position", m_byPosition->isChecked()}, {"set", m_setPath.toStdString()},
        {"over", m_over->active()}};
}

void SweepForm::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    const auto text = [&state](const char* key) {
        return state.contains(key) && state[key].is_string()
            ? QString::fromStdString(state[key].get<std::string>())
            : QString();
    };
    const auto number = [&state](const char* key) {
        return state.contains(key) && state[key].is_number_integer() ? state[key].get<int>() : 0;
    };
    if (const QString set = text("set"); !set.isEmpty() && set != m_setPath)
        usePromptSet(set);
    setCorruptedText(text("corrupted"));
    m_answer->setText(text("answer"));
    m_wrong->setText(text("wrong"));
    m_kind->setActive(number("kind"));
    m_direction->setActive(number("direction"));
    m_byPosition->setChecked(state.value("by_position", nlohmann::json(false)) == true);
    m_over->setActive(number("over"));
}

} // namespace microtome
