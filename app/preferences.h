#pragma once

#include <QMap>
#include <QSettings>
#include <QStringList>
#include <QVariant>

namespace microtome {

/// What the program remembers of a person between two starts. The window sees only this, so that
/// tests never touch anybody's settings.
class Preferences {
public:
    virtual ~Preferences() = default;

    virtual QVariant value(const QString& key, const QVariant& otherwise = {}) const = 0;
    virtual void setValue(const QString& key, const QVariant& value) = 0;

    bool dark() const
    {
        return value(QStringLiteral("theme")).toString() == QStringLiteral("dark");
    }
    void setDark(bool dark);

    /// Newest first, at most ten.
    QStringList recentModels() const;
    void addRecentModel(const QString& path);
    QStringList recentProjects() const;
    void addRecentProject(const QString& path);

private:
    void addRecent(const QString& key, const QString& path);
};

/// Kept in the person's settings.
class SettingsPreferences : public Preferences {
public:
    QVariant value(const QString& key, const QVariant& otherwise = {}) const override;
    void setValue(const QString& key, const QVariant& value) override;

private:
    QSettings m_settings{QStringLiteral("Microtome"), QStringLiteral("Microtome")};
};

/// Forgotten at the end: for pictures and tests.
class MemoryPreferences : public Preferences {
public:
    QVariant value(const QString& key, const QVariant& otherwise = {}) const override;
    void setValue(const QString& key, const QVariant& value) override;

private:
    QMap<QString, QVariant> m_values;
};

} // namespace microtome
