#include "views/features/pagetext.h"

#include "views/features/numbertext.h"
#include "views/session/amount.h"
#include "views/style/number.h"

#include <QDateTime>
#include <QLocale>

#include <cmath>

namespace microtome {

namespace {

QString text(const std::string& from)
{
    return QString::fromStdString(from);
}

/// "unexplained variance 8 %, 31.4 active per token"
QString checkText(const FeatureCheck& check)
{
    QStringList said;
    if (check.fvu)
        said << Session::tr("unexplained variance %1 %").arg(formatNumber(*check.fvu * 100, 1));
    if (check.l0)
        said << Session::tr("%1 active per token").arg(formatNumber(*check.l0, 1));
    if (check.dead)
        said << Session::tr("%1 % dead").arg(formatNumber(*check.dead * 100, 1));
    return said.join(QStringLiteral(", "));
}

} // namespace

QString idText(const FeatureSight& sight)
{
    return text(sight.source.source.name) + u'/' + QString::number(sight.detail.key.latent);
}

QString aboutText(const FeatureSight& sight, const Session& session)
{
    const FeatureSource& source = sight.source.source;
    QStringList said;
    said << Session::tr("%1 of %2: %3 of %4, reads %5.")
                .arg(text(std::string(kindName(source.kind))), text(sight.source.model),
                    text(source.name),
                    counted(static_cast<qint64>(source.latents), Session::tr("latent"),
                        Session::tr("latents")),
                    text(source.readSite));
    if (const auto& sweep = sight.detail.sweep) {
        QString line = Session::tr("Swept over %1, %2")
                           .arg(text(sweep->corpus),
                               counted(static_cast<qint64>(sweep->tokens), Session::tr("token"),
                                   Session::tr("tokens")));
        if (sight.run)
            line += Session::tr(", on %1 (run %2)")
                        .arg(QLocale::c().toString(
                                 QDateTime::fromMSecsSinceEpoch(sight.run->started).date(),
                                 QStringLiteral("d MMM yyyy")),
                            QString::number(static_cast<std::int64_t>(sight.run->id)));
        said << line + u'.';
    }
    if (sight.check)
        if (const QString check = checkText(*sight.check); !check.isEmpty())
            said << Session::tr("Checked: %1.").arg(check);
    if (session.hasModel() && sight.source.tokenizerHash != session.info().tokenizerHash)
        said << Session::tr("The open model has another tokenizer: tokens are shown by number.");
    said.front()[0] = said.front()[0].toUpper();
    return said.join(u' ');
}

QString marksText(const FeatureDetail& detail)
{
    QStringList lists;
    for (const FeatureList& list : detail.lists)
        lists << text(list.name);
    QStringList tags;
    for (const std::string& tag : detail.tags)
        tags << text(tag);
    QStringList said;
    if (!lists.isEmpty())
        said << Session::tr("on %1").arg(lists.join(QStringLiteral(", ")));
    if (!tags.isEmpty())
        said << Session::tr("tagged %1").arg(tags.join(QStringLiteral(", ")));
    return said.join(QStringLiteral(" \u00b7 "));
}

std::vector<NamedNumber> factsOf(
    const FeatureDetail& detail, const std::function<QString(TokenId)>& token)
{
    using enum FeatureNumber;
    std::vector<NamedNumber> facts;
    for (const FeatureNumber number : {Density, Max, Mean, Deviation, Q50, Q99, Skew, TokenEntropy,
             TopTokenShare, DecoderNorm, EncoderDecoderCosine, Effect})
        if (const double value = detail.number(number); !std::isnan(value))
            facts.push_back({number == Q99    ? Session::tr("99 % below")
                    : number == TopTokenShare ? Session::tr("top token %")
                                              : columnTitle(number),
                numberText(number, value), false});
    QStringList ends;
    if (const double top = detail.number(TopToken); !std::isnan(top) && top >= 0)
        ends << token(static_cast<TokenId>(top));
    for (const auto* ids : {&detail.topBigram, &detail.topTrigram}) {
        QString joined;
        for (const std::uint32_t id : *ids)
            joined += token(static_cast<TokenId>(id));
        if (!joined.isEmpty())
            ends << joined;
    }
    if (!ends.isEmpty())
        facts.push_back({Session::tr("mostly at"), ends.join(QStringLiteral("   ")), true});
    return facts;
}

} // namespace microtome
