#include "views/output/generationstrip.h"

#include "views/canvas/tokenstrippicture.h"
#include "views/style/number.h"
#include "views/style/style.h"

#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <cmath>

namespace microtome {

namespace {

constexpr int margin = 8;

} // namespace

GenerationStrip::GenerationStrip(Session& session, QWidget* parent)
    : QAbstractScrollArea(parent)
    , m_session(session)
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    setMinimumHeight(32);
}

GenerationStrip::~GenerationStrip() = default;

void GenerationStrip::setGeneration(const Generation& generation)
{
    m_generation = generation;
    m_sentence.clear();
    TokenStripData strip;
    strip.form = TokenStripData::Form::Text;
    strip.range = ColourRange::magnitude(0, 1, tr("probability"));
    for (const Generation::Step& step : generation.steps) {
        strip.tokens << m_session.tokenText(step.id);
        strip.values.push_back(static_cast<float>(std::exp(step.logProbability)));
    }
    m_picture = std::make_unique<TokenStripPicture>(std::move(strip));
    setAccessibleDescription(text());
    fit();
}

void GenerationStrip::setSentence(const QString& sentence)
{
    clear();
    m_sentence = sentence;
}

void GenerationStrip::clear()
{
    m_generation = {};
    m_picture.reset();
    m_sentence.clear();
    fit();
}

double GenerationStrip::meanLogProbability() const
{
    double sum = 0;
    for (const Generation::Step& step : m_generation.steps)
        sum += step.logProbability;
    return empty() ? 0 : sum / static_cast<double>(m_generation.steps.size());
}

QString GenerationStrip::text() const
{
    const auto tok = m_session.tokenizer();
    std::vector<TokenId> ids;
    for (const Generation::Step& step : m_generation.steps)
        ids.push_back(step.id);
    return tok ? QString::fromStdString(tok->decode(ids)) : QString();
}

QRectF GenerationStrip::area() const
{
    const double width = viewport()->width() - 2 * margin;
    const Style style = Style::screen(m_session.theme());
    const double height = m_picture ? m_picture->heightFor(width, style) : 0;
    return {static_cast<double>(margin), margin - static_cast<double>(verticalScrollBar()->value()),
        width, height};
}

void GenerationStrip::fit()
{
    const int beyond = qCeil(area().height()) + 2 * margin - viewport()->height();
    verticalScrollBar()->setRange(0, std::max(0, beyond));
    verticalScrollBar()->setPageStep(viewport()->height());
    viewport()->update();
}

void GenerationStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const Style style = Style::screen(m_session.theme(), devicePixelRatioF());
    if (m_picture) {
        m_picture->paint(painter, area(), style);
    } else {
        painter.setPen(style.theme.secondary);
        painter.drawText(viewport()->rect().adjusted(10, margin, -10, 0),
            Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, m_sentence);
    }
}

void GenerationStrip::mouseMoveEvent(QMouseEvent* event)
{
    const auto cell = m_picture
        ? m_picture->hit(event->pos(), area(), Style::screen(m_session.theme()))
        : std::nullopt;
    if (!cell || cell->column < 0) {
        QToolTip::hideText();
        return;
    }
    const Generation::Step& step = m_generation.steps[static_cast<std::size_t>(cell->column)];
    QString text = tr("%1  log-probability %2")
                       .arg(m_session.tokenText(step.id), formatNumber(step.logProbability, 2));
    for (const ReadOut::Entry& entry : step.alternatives)
        text += QStringLiteral("\n%1  %2")
                    .arg(formatNumber(std::exp(entry.logit - step.logSumExp), 3),
                        m_session.tokenText(entry.id));
    QToolTip::showText(event->globalPosition().toPoint(), text, viewport());
}

void GenerationStrip::resizeEvent(QResizeEvent*)
{
    fit();
}

} // namespace microtome
