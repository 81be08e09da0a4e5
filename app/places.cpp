#include "app/places.h"

#include "views/session/session.h"

#include <QRegularExpression>

namespace microtome {

namespace {

constexpr int exact = 1'000'000;
constexpr int mostTokens = 5;

bool hasHead(const Session& session, int layer, int head)
{
    return layer < session.architecture().layers && head < session.architecture().heads;
}

void addSite(std::vector<PaletteItem>& items, Session& session, const QString& query)
{
    const auto site = Site::parse(query.toStdString());
    if (!site)
        return;
    try {
        session.architecture().check(*site);
    } catch (const Error&) {
        return;
    }
    items.push_back({QString::fromStdString(site->text()), Session::tr("hook"),
        [&session, site = *site] {
            Selection& selection = session.selection();
            const Position here = selection.focus().position;
            if (isPerHead(site.point))
                selection.focusHead(site.layer, site.head.valid() ? site.head : Head(0), here);
            else if (site.layer.valid())
                selection.focusCell(site.layer, here, -1, site.point);
            else
                selection.focusCell(
                    Layer(session.architecture().layers - 1), here, -1, Point::ResidPost);
        },
        exact});
}

void addTokens(std::vector<PaletteItem>& items, Session& session, const QString& query)
{
    int found = 0;
    const QString wanted = query.trimmed().toCaseFolded();
    for (int i = 0; i < static_cast<int>(session.prompt().size()) && found < mostTokens; ++i) {
        const QString text = session.tokenTextAt(Position(i));
        QString bare = text;
        if (wanted.isEmpty() || bare.remove(QStringLiteral("·")).toCaseFolded() != wanted)
            continue;
        ++found;
        items.push_back({Session::tr("token %1 at %2").arg(text).arg(i), Session::tr("prompt"),
            [&session, i] {
                session.selection().focusToken(
                    Position(i), session.prompt().ids[static_cast<std::size_t>(i)]);
            },
            exact / 2 - i});
    }
}

} // namespace

std::vector<PaletteItem> placesFor(Session& session, const QString& query)
{
    std::vector<PaletteItem> items;
    if (!session.hasModel())
        return items;
    static const QRegularExpression head(
        QStringLiteral(R"(^\s*(?:(?:head\s*)?(\d{1,4})\.(\d{1,4})|l(\d{1,4})\s*h(\d{1,4}))\s*$)"),
        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression neuron(
        QStringLiteral(R"(^\s*(?:neuron|n)\s*(\d{1,4})[/.](\d{1,6})\s*$)"),
        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression position(QStringLiteral(R"(^\s*@\s*(\d{1,6})\s*$)"));

    if (const auto m = head.match(query); m.hasMatch()) {
        const bool dotted = !m.captured(1).isEmpty();
        const int layer = m.captured(dotted ? 1 : 3).toInt();
        const int number = m.captured(dotted ? 2 : 4).toInt();
        if (hasHead(session, layer, number))
            items.push_back({Session::tr("head %1.%2").arg(layer).arg(number), Session::tr("head"),
                [&session, layer, number] {
                    session.selection().focusHead(Layer(layer), Head(number));
                },
                exact});
    }
    if (const auto m = neuron.match(query); m.hasMatch()) {
        const int layer = m.captured(1).toInt();
        const int unit = m.captured(2).toInt();
        if (layer < session.architecture().layers && unit < session.architecture().dMlp)
            items.push_back(
                {Session::tr("neuron %1/%2").arg(layer).arg(unit), Session::tr("neuron"),
                    [&session, layer, unit] {
                        session.selection().focusNeuron(Layer(layer), Unit(unit));
                    },
                    exact});
    }
    if (const auto m = position.match(query); m.hasMatch()) {
        const int p = m.captured(1).toInt();
        if (p < static_cast<int>(session.prompt().size()))
            items.push_back(
                {Session::tr("token %1 at %2").arg(session.tokenTextAt(Position(p))).arg(p),
                    Session::tr("prompt"),
                    [&session, p] { session.selection().focusToken(Position(p)); }, exact});
    }
    addSite(items, session, query.trimmed());
    addTokens(items, session, query);
    return items;
}

} // namespace microtome
