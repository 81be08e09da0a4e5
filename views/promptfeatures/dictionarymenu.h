#pragma once

#include <QMenu>

#include <filesystem>
#include <vector>

namespace microtome {

/// The dictionaries that a prompt can be read with, each to be switched on or off, and one more to
/// be added from anywhere.
class DictionaryMenu : public QMenu {
    Q_OBJECT
public:
    explicit DictionaryMenu(QWidget* parent = nullptr);

    /// Dictionaries that are at hand; those added by the person stay.
    void setKnown(const std::vector<std::filesystem::path>&);
    void add(const std::filesystem::path&);

    std::vector<std::filesystem::path> all() const;
    std::vector<std::filesystem::path> chosen() const;
    void setChosen(const std::vector<std::filesystem::path>&); ///< those that are here

signals:
    void changed();

private:
    struct Entry {
        std::filesystem::path path;
        bool on = true;
        bool added = false; ///< by the person
    };

    void fill();
    void choose();

    std::vector<Entry> m_entries;
};

} // namespace microtome
