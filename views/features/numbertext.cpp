#include "views/features/numbertext.h"

#include "views/style/number.h"

#include <QObject>
#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

namespace microtome {

namespace {

bool isShare(FeatureNumber number)
{
    using enum FeatureNumber;
    return number == Density || number == TopTokenShare || number == TopBigramShare
        || number == TopTrigramShare;
}

int decimalsFor(FeatureNumber number)
{
    using enum FeatureNumber;
    if (numberKind(number) != NumberKind::Real)
        return 0;
    if (number == Density || number == Effect)
        return 3;
    return isShare(number) ? 0 : 2;
}

QString nameOf(FeatureNumber number)
{
    return QString::fromUtf8(numberName(number).data(), qsizetype(numberName(number).size()));
}

/// Every number's name, longest first, so that "top token share" is not read as "top token".
QString anyName()
{
    QStringList names;
    for (std::size_t i = 0; i < featureNumbers; ++i)
        names << QRegularExpression::escape(nameOf(static_cast<FeatureNumber>(i)));
    std::ranges::stable_sort(names, std::ranges::greater(), &QString::size);
    return names.join(u'|');
}

} // namespace

QString columnTitle(FeatureNumber number)
{
    using enum FeatureNumber;
    switch (number) {
    case Deviation:
        return QObject::tr("std. dev.");
    case LogDensity:
        return QObject::tr("log10 density");
    case Q50:
        return QObject::tr("median");
    case TopTokenShare:
        return QObject::tr("share %");
    case TopBigramShare:
        return QObject::tr("bigram %");
    case TopTrigramShare:
        return QObject::tr("trigram %");
    case TokenEntropy:
        return QObject::tr("entropy, bits");
    case EncoderDecoderCosine:
        return QObject::tr("enc · dec");
    case DecoderNorm:
        return QObject::tr("norm");
    default:
        return isShare(number) ? nameOf(number) + QStringLiteral(" %") : nameOf(number);
    }
}

QString numberText(FeatureNumber number, double value)
{
    if (numberKind(number) == NumberKind::Id && value < 0)
        return formatNumber(std::numeric_limits<double>::quiet_NaN(), 0);
    return formatNumber(isShare(number) ? value * 100 : value, decimalsFor(number));
}

QString conditionText(const FeatureFilter& filter)
{
    const auto compare = compareName(filter.compare);
    const double shown = isShare(filter.number) ? filter.value * 100 : filter.value;
    return QStringLiteral("%1 %2 %3%4")
        .arg(nameOf(filter.number), QString::fromUtf8(compare.data(), qsizetype(compare.size())),
            QString::number(shown, 'g', 6).replace(u'-', QChar(0x2212)),
            isShare(filter.number) ? QStringLiteral(" %") : QString());
}

FilterLine readFilterLine(const QString& text)
{
    static const QRegularExpression condition(
        QStringLiteral("(?<![\\w\"])(%1)\\s*(<=|>=|!=|<|>|=)\\s*"
                       "([-+\\x{2212}]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?)\\s*(%)?(?![\\w.])")
            .arg(anyName()),
        QRegularExpression::CaseInsensitiveOption | QRegularExpression::UseUnicodePropertiesOption);
    FilterLine line;
    QString rest;
    qsizetype done = 0;
    for (auto all = condition.globalMatch(text); all.hasNext();) {
        const QRegularExpressionMatch found = all.next();
        rest += text.mid(done, found.capturedStart() - done);
        done = found.capturedEnd();
        FeatureFilter filter;
        filter.number = *numberNamed(found.captured(1).toLower().toStdString());
        filter.compare = *compareNamed(found.captured(2).toStdString());
        filter.value = found.captured(3).replace(QChar(0x2212), u'-').toDouble();
        if (!found.captured(4).isEmpty())
            filter.value /= 100;
        line.conditions.push_back(filter);
    }
    line.words = (rest + text.mid(done)).simplified();
    return line;
}

} // namespace microtome
