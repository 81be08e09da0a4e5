#include "views/edits/edittext.h"

#include "views/session/session.h"
#include "views/style/number.h"

namespace microtome {

QString editLabel(const Edit& edit)
{
    QString label = QString::fromStdString(edit.label);
    if (label.isEmpty())
        label = QString::fromStdString(edit.site.text());
    if (edit.unit && edit.label.empty())
        label += QStringLiteral(" · %1").arg(edit.unit->value());
    return label;
}

QString operationText(Operation operation)
{
    switch (operation) {
    case Operation::Zero:
        return Session::tr("zero");
    case Operation::Set:
        return Session::tr("set");
    case Operation::Add:
        return Session::tr("add");
    case Operation::Scale:
        return Session::tr("scale");
    case Operation::Mean:
        return Session::tr("mean");
    case Operation::Patch:
        return Session::tr("patch");
    case Operation::Freeze:
        return Session::tr("freeze");
    case Operation::Skip:
        return Session::tr("skip");
    }
    return {};
}

QString positionsText(const EditPositions& positions, const Session& session)
{
    using Kind = EditPositions::Kind;
    switch (positions.kind) {
    case Kind::All:
        return Session::tr("all tokens");
    case Kind::Prompt:
        return Session::tr("prompt");
    case Kind::Generated:
        return Session::tr("generated");
    case Kind::Last:
        return Session::tr("last token");
    case Kind::First:
        return Session::tr("first %1").arg(positions.first);
    case Kind::Range:
        if (positions.to == positions.from + 1)
            return Session::tr("token %1 %2")
                .arg(positions.from)
                .arg(session.tokenTextAt(Position(positions.from)));
        return Session::tr("tokens %1–%2").arg(positions.from).arg(positions.to - 1);
    case Kind::Ids: {
        QStringList names;
        for (const TokenId id : positions.ids)
            names << session.tokenText(id);
        return Session::tr("every %1").arg(names.join(QStringLiteral(", ")));
    }
    }
    return {};
}

EditScale scaleOf(const Edit& edit)
{
    if (edit.operation == Operation::Scale && edit.values.empty())
        return {true, 0, 2, 1};
    if (edit.operation == Operation::Add)
        return {false, -2, 2, 1};
    return {};
}

QString amountText(const Edit& edit)
{
    switch (edit.operation) {
    case Operation::Scale:
        return QStringLiteral("× ") + formatNumber(edit.number, 2);
    case Operation::Add:
        return formatNumber(edit.strength, 2, true) + QStringLiteral(" v");
    default:
        return QString::number(qRound(edit.strength * 100)) + QStringLiteral(" %");
    }
}

} // namespace microtome
