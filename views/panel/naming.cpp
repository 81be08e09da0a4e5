#include "views/panel/naming.h"

namespace microtome {

QString cellText(const Session& session, TokenId id)
{
    QString text = session.tokenText(id);
    if (text.size() > 1 && text.front() == QChar(0x00B7) && text[1] != QChar(0x00B7))
        text.remove(0, 1);
    return text;
}

Axis tokenAxis(const Session& session, const std::vector<TokenId>& ids)
{
    Axis axis;
    axis.tokens = true;
    for (const TokenId id : ids)
        axis.labels << cellText(session, id);
    return axis;
}

Axis tokenAxis(
    const Session& session, const std::vector<TokenId>& ids, const std::vector<Position>& positions)
{
    std::vector<TokenId> shown;
    for (const Position p : positions)
        shown.push_back(ids.at(static_cast<std::size_t>(p.value())));
    return tokenAxis(session, shown);
}

Axis numberAxis(int count, const QString& title)
{
    Axis axis;
    axis.title = title;
    for (int i = 0; i < count; ++i)
        axis.labels << QString::number(i);
    return axis;
}

QString tokenAt(const Session& session, const std::vector<TokenId>& ids, Position position)
{
    const auto p = static_cast<std::size_t>(std::max(position.value(), 0));
    if (!position.valid() || p >= ids.size())
        return {};
    return QStringLiteral("%1 \u201c%2\u201d").arg(position.value()).arg(session.tokenText(ids[p]));
}

QString headName(Layer layer, Head head)
{
    return QStringLiteral("head %1.%2").arg(layer.value()).arg(head.value());
}

} // namespace microtome
