#include "views/features/featurepage.h"

#include "views/canvas/barspicture.h"
#include "views/features/examplespanel.h"
#include "views/features/factgrid.h"
#include "views/features/histogrampicture.h"
#include "views/features/labelspanel.h"
#include "views/features/markmenu.h"
#include "views/features/neighbourspanel.h"
#include "views/features/numbertext.h"
#include "views/features/pagetext.h"
#include "views/panel/plainword.h"
#include "views/session/amount.h"
#include "views/session/titleline.h"
#include "views/session/tone.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t mostBars = 8; ///< promoted, and suppressed
constexpr int chrome = 28 + 12; ///< of a panel, beside its picture
constexpr int barHeight = 20;
constexpr int valuesHeight = 96;
constexpr int logitsHeight = 72;
constexpr int sentenceHeight = 48;

} // namespace

FeaturePage::FeaturePage(const Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_title(new TitleLine(tr("Feature"), this))
    , m_bookmark(toggleWord(tr("Bookmark"), tr("Bookmark this feature"), false))
    , m_listsWord(actionWord(tr("Lists"), tr("Lists this feature is on")))
    , m_tagsWord(actionWord(tr("Tags"), tr("Tags of this feature")))
    , m_copy(actionWord(tr("Copy id"), tr("Copy the name of this feature")))
    , m_lists(new MarkMenu(tr("Lists"), tr("New list"), this))
    , m_tags(new MarkMenu(tr("Tags"), tr("New tag"), this))
    , m_scroll(new QScrollArea(this))
    , m_body(new QWidget)
    , m_sentence(new QLabel(this))
    , m_about(new QLabel)
    , m_marks(new ToneLabel(Tone::Secondary))
    , m_labels(new LabelsPanel)
    , m_facts(new FactGrid)
    , m_values(new PicturePanel(tr("Values"), session))
    , m_examples(new ExamplesPanel(session))
    , m_logits(new PicturePanel(tr("Promotes and suppresses"), session))
    , m_allLogits(new PicturePanel(tr("Logits of all tokens"), session))
    , m_neighbours(new NeighboursPanel(session))
{
    setAccessibleName(tr("Feature"));
    build();
    const auto popup = [](QToolButton* word, QMenu* menu) {
        connect(word, &QToolButton::clicked, menu,
            [word, menu] { menu->popup(word->mapToGlobal(QPoint(0, word->height()))); });
    };
    popup(m_listsWord, m_lists);
    popup(m_tagsWord, m_tags);
    connect(m_bookmark, &QToolButton::clicked, this, &FeaturePage::bookmarked);
    connect(m_copy, &QToolButton::clicked, this, [this] {
        if (m_sight)
            QApplication::clipboard()->setText(idText(*m_sight));
    });
    connect(m_examples, &ExamplesPanel::redrawn, this, &FeaturePage::fit);
    connect(m_neighbours, &NeighboursPanel::redrawn, this, &FeaturePage::fit);
    connect(m_neighbours, &NeighboursPanel::opened, this, &FeaturePage::opened);
    for (PicturePanel* panel : panels())
        connect(panel, &PicturePanel::used, this, [this, panel] { emit used(panel); });
    setSentence({});
}

void FeaturePage::build()
{
    for (QToolButton* word : {m_bookmark, m_listsWord, m_tagsWord, m_copy})
        m_title->addControl(word);
    m_about->setWordWrap(true);
    m_about->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_about->setContentsMargins(10, 0, 10, 0);
    m_marks->setContentsMargins(10, 0, 10, 0);
    setTone(m_about, Tone::Secondary);
    setTone(m_sentence, Tone::Secondary);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    auto* column = new QVBoxLayout(m_body);
    column->setContentsMargins(0, 8, 0, 8);
    column->setSpacing(6);
    for (QWidget* part : std::initializer_list<QWidget*>{m_labels, m_marks, m_about, m_facts,
             m_values, m_examples, m_logits, m_allLogits, m_neighbours})
        column->addWidget(part);
    column->addStretch(1);
    m_body->setAutoFillBackground(true);
    m_body->setBackgroundRole(QPalette::Base);
    m_scroll->setWidget(m_body);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(m_title);
    outer->addWidget(m_scroll, 1);
    outer->addWidget(m_sentence, 1);
}

std::vector<PicturePanel*> FeaturePage::panels() const
{
    return {m_values, m_examples, m_logits, m_allLogits, m_neighbours};
}

void FeaturePage::setNames(FeatureName name, TokenName token)
{
    m_name = std::move(name);
    m_token = std::move(token);
}

void FeaturePage::setWritable(bool on)
{
    m_writable = on;
}

QString FeaturePage::tokenOf(TokenId id) const
{
    return m_token(m_sight->detail.key.source, id);
}

QString FeaturePage::title() const
{
    if (!m_sight)
        return {};
    const FeatureDetail& detail = m_sight->detail;
    if (!detail.labels.empty())
        return QString::fromStdString(detail.labels.front().text);
    const double token = detail.number(FeatureNumber::TopToken);
    return std::isnan(token) || token < 0
        ? tr("never fires")
        : tr("mostly %1").arg(tokenOf(static_cast<TokenId>(token)));
}

void FeaturePage::setSentence(const QString& sentence)
{
    m_sight.reset();
    m_evidence.reset();
    m_sentence->setText(sentence);
    m_sentence->show();
    m_scroll->hide();
    m_title->setTitle(tr("Feature"));
    m_title->setSubtitle({});
    for (QToolButton* word : {m_bookmark, m_listsWord, m_tagsWord, m_copy})
        word->setEnabled(false);
}

void FeaturePage::setSight(
    FeatureSight sight, const std::vector<FeatureList>& lists, const std::vector<std::string>& tags)
{
    const bool other = !m_sight || m_sight->detail.key != sight.detail.key;
    m_sight = std::make_shared<const FeatureSight>(std::move(sight));
    const FeatureDetail& detail = m_sight->detail;
    m_sentence->hide();
    m_scroll->show();
    m_title->setTitle(m_name(detail.key));
    m_title->setSubtitle(title());
    for (QToolButton* word : {m_bookmark, m_listsWord, m_tagsWord})
        word->setEnabled(m_writable);
    m_copy->setEnabled(true);
    m_bookmark->setChecked(m_sight->bookmark.has_value());
    std::vector<Mark> marks;
    for (const FeatureList& list : lists)
        marks.push_back({QString::fromStdString(list.name),
            std::ranges::find(detail.lists, list.id, &FeatureList::id) != detail.lists.end()});
    m_lists->setMarks(marks);
    marks.clear();
    for (const std::string& tag : tags)
        marks.push_back({QString::fromStdString(tag),
            std::ranges::find(detail.tags, tag) != detail.tags.end()});
    m_tags->setMarks(marks);
    m_labels->setLabels(detail.labels, detail.scores, m_writable);
    if (other) {
        m_labels->line().clear();
        m_evidence.reset();
        m_scroll->verticalScrollBar()->setValue(0);
        m_examples->setEvidence(nullptr, {});
    } else {
        m_examples->draw(); // tokens may be read otherwise now
    }
    m_about->setText(aboutText(*m_sight, m_session));
    const QString marked = marksText(detail);
    m_marks->setFullText(marked);
    m_marks->setVisible(!marked.isEmpty());
    m_facts->setFacts(factsOf(detail, [this](TokenId id) { return tokenOf(id); }));
    m_neighbours->setSight(m_sight, m_token);
    drawValues();
    drawLogits();
    fit();
}

void FeaturePage::setEvidence(FeatureEvidence evidence)
{
    if (!m_sight)
        return;
    m_evidence = std::make_shared<const FeatureEvidence>(std::move(evidence));
    m_examples->setEvidence(m_evidence, [this](TokenId id) { return tokenOf(id); });
    drawValues();
    fit();
}

void FeaturePage::drawValues()
{
    m_values->setSubtitle({});
    if (!m_evidence)
        return m_values->setSentence(tr("Reading\u2026"));
    const Histogram& values = m_evidence->values;
    if (values.counts.empty())
        return m_values->setSentence(m_evidence->missing.empty()
                ? tr("It never fires on this text.")
                : QString::fromStdString(m_evidence->missing));
    HistogramData chart{values.low, values.high, {}, {}, tr("firings")};
    chart.counts.assign(values.counts.begin(), values.counts.end());
    chart.signedColours = values.low < 0;
    m_values->setSubtitle(
        tr("%1, log count")
            .arg(counted(static_cast<qint64>(m_evidence->firings), tr("firing"), tr("firings"))));
    m_values->setPicture(std::make_shared<HistogramPicture>(std::move(chart)));
}

void FeaturePage::drawLogits()
{
    const FeatureDetail& detail = m_sight->detail;
    std::vector<Bar> bars;
    for (const Ranked& one : detail.topLogits)
        if (bars.size() < mostBars)
            bars.push_back({tokenOf(static_cast<TokenId>(one.id)), static_cast<double>(one.value)});
    const std::size_t down = std::min(detail.bottomLogits.size(), mostBars);
    for (std::size_t i = down; i-- > 0;)
        bars.push_back({tokenOf(static_cast<TokenId>(detail.bottomLogits[i].id)),
            static_cast<double>(detail.bottomLogits[i].value)});
    m_logits->setSubtitle(bars.empty() ? QString() : tr("centred logits"));
    if (bars.empty())
        m_logits->setSentence(
            tr("No logits: this source does not write to the residual stream, or its directions "
               "were not read."));
    else
        m_logits->setPicture(std::make_shared<BarsPicture>(std::move(bars), tr("logits"), 2));
    const LogitHistogram& all = detail.logits;
    m_allLogits->setVisible(!all.counts.empty());
    if (all.counts.empty())
        return;
    HistogramData chart{static_cast<double>(all.least), static_cast<double>(all.greatest), {},
        tr("logits"), tr("tokens")};
    chart.counts.assign(all.counts.begin(), all.counts.end());
    chart.signedColours = true;
    m_allLogits->setSubtitle(tr("log count"));
    m_allLogits->setPicture(std::make_shared<HistogramPicture>(std::move(chart)));
}

void FeaturePage::applyTheme()
{
    for (PicturePanel* panel : panels())
        panel->applyTheme();
}

void FeaturePage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

/// Every panel as high as what it shows: the page scrolls, its parts do not.
void FeaturePage::fit()
{
    if (!m_sight)
        return;
    const auto set = [](PicturePanel* panel, int beside, int height) {
        panel->setFixedHeight(beside + (panel->picture() ? height : sentenceHeight));
    };
    const auto rows = [](const PicturePanel* panel) {
        return panel->picture() ? static_cast<int>(panel->picture()->table().rows.size()) : 0;
    };
    set(m_values, chrome, valuesHeight);
    set(m_logits, chrome, barHeight * rows(m_logits));
    set(m_allLogits, chrome, logitsHeight);
    set(m_neighbours, chrome, barHeight * rows(m_neighbours));
    int height = 0;
    if (const auto* picture = dynamic_cast<const ExamplesPicture*>(m_examples->picture().get()))
        height = static_cast<int>(std::ceil(
            picture->heightFor(m_scroll->viewport()->width() - 20, m_examples->canvas().look())));
    set(m_examples, chrome + m_examples->groupWords().sizeHint().height() + 2, height + 2);
}

} // namespace microtome
