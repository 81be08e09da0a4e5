#pragma once

#include "views/session/view.h"
#include "views/session/viewfactory.h"

#include <QLabel>

namespace microtome {

/// The smallest view: it says how many tokens the run has, and has a table of them.
class ProbeView : public View {
public:
    ProbeView(const QString& name, const QString& title, Session& session, QWidget* parent)
        : View(name, title, Changes(Change::Run) | Change::Focus, session, parent)
        , m_label(new QLabel)
    {
        addWords("mode", {"One", "Two"});
        m_label->setAlignment(Qt::AlignCenter);
        setContent(m_label);
    }

    QString said() const { return m_label->text(); }

    Table table() const override
    {
        Table table;
        table.columns = {"position", "token"};
        for (int i = 0; i < static_cast<int>(session().prompt().size()); ++i)
            table.rows.push_back({static_cast<double>(i), session().tokenTextAt(Position(i))});
        return table;
    }

protected:
    void refresh(Changes) override
    {
        const auto tokens = session().edited()->prompt.size();
        setSubtitle(QString("%1 tokens").arg(tokens));
        m_label->setText(QString("%1 tokens").arg(tokens));
    }

private:
    QLabel* m_label;
};

inline ViewFactories probeViews()
{
    auto probe = [](const QString& name, const QString& title) {
        return ViewFactory {name, title, [name, title](Session& session, QWidget* parent) -> View* {
                                return new ProbeView(name, title, session, parent);
                            }};
    };
    return {probe("lens", "Lens"), probe("attention", "Attention"), probe("patching", "Patching")};
}

} // namespace microtome
