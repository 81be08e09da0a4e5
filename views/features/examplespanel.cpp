#include "views/features/examplespanel.h"

#include "views/panel/plainword.h"
#include "views/session/amount.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <QHBoxLayout>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// A token in running text: its spaces as spaces, line ends still visible.
QString running(QString token)
{
    constexpr QChar space(0x00b7);
    for (qsizetype i = 0; i < token.size() && token[i] == space; ++i)
        token[i] = u' ';
    for (qsizetype i = token.size(); i-- > 0 && token[i] == space;)
        token[i] = u' ';
    return token;
}

qint64 amount(std::uint64_t count)
{
    return static_cast<qint64>(count);
}

} // namespace

ExamplesPanel::ExamplesPanel(const Session& session, QWidget* parent)
    : PicturePanel(tr("Examples"), session, parent)
    , m_group(
          new Words(tr("Examples"), {tr("Strongest"), tr("Quantiles"), tr("Ranges"), tr("Silent")}))
    , m_whole(toggleWord(tr("Whole"), tr("Show the whole text of each example"), false))
{
    auto* line = new QWidget;
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(4, 2, 10, 0);
    row->addWidget(m_group);
    row->addStretch(1);
    row->addWidget(m_whole);
    addLine(line);
    connect(m_group, &Words::chosen, this, &ExamplesPanel::draw);
    connect(m_whole, &QToolButton::toggled, this, &ExamplesPanel::draw);
}

ExamplesPanel::Group ExamplesPanel::group() const
{
    return static_cast<Group>(m_group->active());
}

ExamplesData::Form ExamplesPanel::form() const
{
    return m_whole->isChecked() ? ExamplesData::Form::Contexts : ExamplesData::Form::Snippets;
}

void ExamplesPanel::setEvidence(
    std::shared_ptr<const FeatureEvidence> evidence, std::function<QString(TokenId)> token)
{
    m_evidence = std::move(evidence);
    m_token = std::move(token);
    draw();
}

ExampleBlock ExamplesPanel::blockOf(const ExampleGroup& group, const QString& head) const
{
    ExampleBlock block;
    block.head = head;
    for (const Example& example : group.examples) {
        ExampleLine line;
        line.strength = static_cast<double>(example.strength);
        line.peak = static_cast<int>(example.peak);
        for (const TokenId id : example.ids)
            line.tokens << running(m_token(id));
        line.values = example.values;
        line.cutBefore = example.cutBefore;
        line.cutAfter = example.cutAfter;
        block.lines.push_back(std::move(line));
    }
    return block;
}

std::vector<ExampleBlock> ExamplesPanel::blocks() const
{
    const auto range = [](const ExampleGroup& group) {
        return QStringLiteral("%1 \u2026 %2")
            .arg(formatNumber(static_cast<double>(group.from), 2),
                formatNumber(static_cast<double>(group.to), 2));
    };
    std::vector<ExampleBlock> all;
    switch (group()) {
    case Group::Strongest:
        all.push_back(blockOf(m_evidence->strongest, {}));
        break;
    case Group::Quantiles:
    case Group::Intervals:
        for (const ExampleGroup& each :
            group() == Group::Quantiles ? m_evidence->quantiles : m_evidence->intervals)
            all.push_back(blockOf(each,
                QStringLiteral("%1 \u00b7 %2")
                    .arg(range(each), counted(amount(each.windows), tr("piece"), tr("pieces")))));
        break;
    case Group::Silent:
        all.push_back(blockOf(m_evidence->silent, {}));
        break;
    }
    std::erase_if(all, [](const ExampleBlock& block) { return block.lines.empty(); });
    return all;
}

void ExamplesPanel::draw()
{
    if (!m_evidence) {
        setSubtitle({});
        setSentence(tr("Reading\u2026"));
        return emit redrawn();
    }
    const bool silent = group() == Group::Silent;
    const std::uint64_t windows = m_evidence->windows;
    setSubtitle(windows == 0 ? QString()
                             : tr("fires in %1 of %2")
                                   .arg(formatNumber(static_cast<double>(m_evidence->firing), 0),
                                       counted(amount(windows), tr("piece"), tr("pieces"))));
    ExamplesData drawn;
    drawn.blocks = blocks();
    drawn.form = form();
    drawn.strengths = !silent;
    if (drawn.blocks.empty()) {
        setSentence(!m_evidence->missing.empty() ? QString::fromStdString(m_evidence->missing)
                : silent                         ? tr("It fires in every piece of the text.")
                                                 : tr("It never fires on this text."));
        return emit redrawn();
    }
    const Histogram& values = m_evidence->values;
    drawn.range = values.low < 0 ? ColourRange::diverging(std::max(-values.low, values.high))
                                 : ColourRange::magnitude(0, std::max(values.high, 1e-9));
    setPicture(std::make_shared<ExamplesPicture>(std::move(drawn)));
    emit redrawn();
}

} // namespace microtome
