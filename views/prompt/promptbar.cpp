#include "views/prompt/promptbar.h"

#include "views/prompt/chips.h"
#include "views/prompt/hints.h"
#include "views/prompt/prompteditor.h"
#include "views/session/amount.h"
#include "views/session/tone.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace microtome {

PromptBar::PromptBar(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_row(new QHBoxLayout)
    , m_chips(new Chips(session, this))
    , m_editor(new PromptEditor(session, parent ? parent : this))
    , m_bos(new QToolButton(this))
    , m_compare(new QPushButton(tr("Compare"), this))
    , m_run(new QPushButton(tr("Run"), this))
    , m_referenceRow(new QWidget(this))
    , m_reference(new QLineEdit(m_referenceRow))
    , m_referenceCount(new ToneLabel(Tone::Secondary, {}, m_referenceRow))
    , m_hint(new QLabel(this))
{
    setObjectName(QStringLiteral("promptBar"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    auto* bar = new QWidget(this);
    bar->setFixedHeight(44);
    bar->setLayout(m_row);
    m_row->setContentsMargins(10, 0, 10, 0);
    m_row->setSpacing(8);
    m_row->addWidget(m_chips, 1);
    m_row->addWidget(m_bos);
    m_row->addWidget(m_compare);
    m_row->addWidget(m_run);

    m_bos->setObjectName(QStringLiteral("bos"));
    m_bos->setToolTip(tr("Whether the model's beginning-of-sequence token is put first"));
    m_compare->setObjectName(QStringLiteral("compare"));
    m_compare->setCheckable(true);
    m_compare->setToolTip(tr("Compare with a second prompt"));
    m_run->setObjectName(QStringLiteral("run"));
    m_run->setDefault(true);
    m_run->setToolTip(tr("Run the prompt now"));

    auto* referenceLine = new QHBoxLayout(m_referenceRow);
    referenceLine->setContentsMargins(10, 0, 10, 8);
    referenceLine->setSpacing(8);
    auto* caption = new ToneLabel(Tone::Secondary, tr("compared with"), m_referenceRow);
    caption->setElide(Qt::ElideNone);
    referenceLine->addWidget(caption);
    referenceLine->addWidget(m_reference, 1);
    m_referenceCount->setElide(Qt::ElideNone);
    referenceLine->addWidget(m_referenceCount);
    m_reference->setObjectName(QStringLiteral("reference"));
    m_reference->setAccessibleName(tr("Second prompt"));
    m_reference->setPlaceholderText(tr("A second prompt; best with the same number of tokens"));
    m_referenceRow->hide();

    m_hint->setObjectName(QStringLiteral("hint"));
    m_hint->setContentsMargins(10, 0, 10, 6);
    m_hint->setTextFormat(Qt::RichText);
    m_hint->hide();

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 1);
    column->setSpacing(0);
    column->addWidget(bar);
    column->addWidget(m_referenceRow);
    column->addWidget(m_hint);

    connect(m_chips, &Chips::editWished, this, &PromptBar::beginEditing);
    connect(m_editor, &PromptEditor::finished, m_chips, [this] {
        m_chips->setFocus();
        showHints();
    });
    connect(m_run, &QPushButton::clicked, &session, &Session::runNow);
    connect(m_compare, &QPushButton::toggled, this, &PromptBar::showReference);
    connect(m_reference, &QLineEdit::textEdited, &session, &Session::setReferenceText);
    connect(m_bos, &QToolButton::clicked, this, [this] {
        RunSettings settings = m_session.settings();
        settings.bos = !m_session.prompt().bos;
        m_session.setSettings(settings);
    });
    connect(m_hint, &QLabel::linkActivated, this, [this](const QString& link) {
        const auto hints = hintsFor(m_session);
        const auto i = link.toUInt();
        if (i < hints.size() && hints[i].action)
            hints[i].action(m_session);
    });
    connect(&session, &Session::changed, this, &PromptBar::follow);
    follow(everything());
}

void PromptBar::addAtLeft(QWidget* widget)
{
    m_row->insertWidget(m_row->indexOf(m_chips), widget);
}

void PromptBar::beginEditing()
{
    QWidget* over = m_editor->parentWidget();
    const QRect chips(m_chips->mapTo(over, QPoint(0, 0)), m_chips->size());
    m_editor->begin(chips.adjusted(-4, -1, 0, 1));
    showHints();
}

void PromptBar::follow(Changes changes)
{
    if (changes & (Changes(Change::Prompt) | Change::Model | Change::Settings)) {
        const auto tokens = static_cast<int>(m_session.prompt().size());
        const QString count = counted(tokens, tr("token"), tr("tokens"));
        const bool knowsBos = m_session.hasModel()
            && (m_session.architecture().bos >= 0
                || (m_session.tokenizer() && m_session.tokenizer()->leading()));
        m_bos->setText(!knowsBos         ? count
                : m_session.prompt().bos ? tr("BOS on · %1").arg(count)
                                         : tr("BOS off · %1").arg(count));
        m_bos->setEnabled(knowsBos);
        m_bos->setAccessibleName(m_bos->text());
        m_referenceCount->setFullText(counted(
            static_cast<qint64>(m_session.referencePrompt().size()), tr("token"), tr("tokens")));
    }
    showRun();
    showHints();
}

void PromptBar::showRun()
{
    const bool waits = m_session.waitsForRun();
    m_run->setText(waits ? tr("Run · %1").arg(duration(m_session.estimate().seconds)) : tr("Run"));
    m_run->setEnabled(
        m_session.hasModel() && m_session.prompt().size() > 0 && m_session.promptError().isEmpty());
}

void PromptBar::showHints()
{
    auto hints = hintsFor(m_session);
    if (m_editor->isVisible()) // no advice on half a word, and no line that comes and goes
        std::erase_if(hints, [](const Hint& hint) { return !hint.warning; });
    QStringList lines;
    bool warning = false;
    for (std::size_t i = 0; i < hints.size() && i < 2; ++i) {
        QString line = hints[i].sentence.toHtmlEscaped();
        if (!hints[i].link.isEmpty())
            line += QStringLiteral(" <a href=\"%1\" style=\"text-decoration: none\">%2</a>")
                        .arg(i)
                        .arg(hints[i].link.toHtmlEscaped());
        warning = warning || hints[i].warning;
        lines << line;
    }
    const QString text = lines.join(QStringLiteral(" &nbsp; "));
    if (text == m_hint->text())
        return;
    m_hint->setText(text);
    m_hint->setAccessibleName(hints.empty() ? QString() : hints.front().sentence);
    setTone(m_hint, warning ? Tone::Warning : Tone::Secondary);
    m_hint->setVisible(!lines.isEmpty());
}

void PromptBar::showReference(bool on)
{
    m_referenceRow->setVisible(on);
    if (on) {
        if (m_reference->text().isEmpty())
            m_reference->setText(m_session.promptText());
        m_reference->setFocus();
        m_reference->selectAll();
        m_session.setReferenceText(m_reference->text());
    } else {
        m_session.setReferenceText({});
    }
}

} // namespace microtome
