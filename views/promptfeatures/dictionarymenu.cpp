#include "views/promptfeatures/dictionarymenu.h"

#include <QFileDialog>

#include <algorithm>

namespace microtome {

namespace fs = std::filesystem;

DictionaryMenu::DictionaryMenu(QWidget* parent)
    : QMenu(parent)
{
    setToolTipsVisible(true);
    fill();
}

void DictionaryMenu::setKnown(const std::vector<fs::path>& known)
{
    std::vector<Entry> entries;
    for (const fs::path& path : known) {
        const auto old = std::ranges::find(m_entries, path, &Entry::path);
        entries.push_back({path, old == m_entries.end() || old->on, false});
    }
    for (const Entry& entry : m_entries)
        if (entry.added && std::ranges::find(known, entry.path) == known.end())
            entries.push_back(entry);
    m_entries = std::move(entries);
    fill();
}

void DictionaryMenu::add(const fs::path& path)
{
    const auto old = std::ranges::find(m_entries, path, &Entry::path);
    if (old == m_entries.end())
        m_entries.push_back({path, true, true});
    else
        old->on = true;
    fill();
    emit changed();
}

std::vector<fs::path> DictionaryMenu::all() const
{
    std::vector<fs::path> all;
    for (const Entry& entry : m_entries)
        all.push_back(entry.path);
    return all;
}

std::vector<fs::path> DictionaryMenu::chosen() const
{
    std::vector<fs::path> chosen;
    for (const Entry& entry : m_entries)
        if (entry.on)
            chosen.push_back(entry.path);
    return chosen;
}

void DictionaryMenu::setChosen(const std::vector<fs::path>& chosen)
{
    for (Entry& entry : m_entries)
        entry.on = std::ranges::find(chosen, entry.path) != chosen.end();
    fill();
    emit changed();
}

void DictionaryMenu::fill()
{
    clear();
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        QAction* action = addAction(QString::fromStdString(m_entries[i].path.filename().string()));
        action->setToolTip(QString::fromStdString(m_entries[i].path.string()));
        action->setCheckable(true);
        action->setChecked(m_entries[i].on);
        connect(action, &QAction::toggled, this, [this, i](bool on) {
            m_entries[i].on = on;
            emit changed();
        });
    }
    addSeparator();
    if (m_entries.size() > 1) {
        connect(addAction(tr("All")), &QAction::triggered, this, [this] { setChosen(all()); });
        connect(addAction(tr("None")), &QAction::triggered, this, [this] { setChosen({}); });
    }
    connect(addAction(tr("Add a dictionary\u2026")), &QAction::triggered, this,
        &DictionaryMenu::choose);
}

void DictionaryMenu::choose()
{
    const QString path = QFileDialog::getExistingDirectory(
        parentWidget(), tr("The folder of a dictionary or of a set of them"));
    if (!path.isEmpty())
        add(path.toStdString());
}

} // namespace microtome
