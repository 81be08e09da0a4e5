#include "app/preferences.h"

namespace microtome {

namespace {

constexpr int mostRecent = 10;
const QString models = QStringLiteral("recentModels");
const QString projects = QStringLiteral("recentProjects");

} // namespace

void Preferences::setDark(bool dark)
{
    setValue(QStringLiteral("theme"), dark ? QStringLiteral("dark") : QStringLiteral("light"));
}

QStringList Preferences::recentModels() const
{
    return value(models).toStringList();
}

void Preferences::addRecentModel(const QString& path)
{
    addRecent(models, path);
}

QStringList Preferences::recentProjects() const
{
    return value(projects).toStringList();
}

void Preferences::addRecentProject(const QString& path)
{
    addRecent(projects, path);
}

void Preferences::addRecent(const QString& key, const QString& path)
{
    QStringList recent = value(key).toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    setValue(key, recent.mid(0, mostRecent));
}

QVariant SettingsPreferences::value(const QString& key, const QVariant& otherwise) const
{
    return m_settings.value(key, otherwise);
}

void SettingsPreferences::setValue(const QString& key, const QVariant& value)
{
    m_settings.setValue(key, value);
}

QVariant MemoryPreferences::value(const QString& key, const QVariant& otherwise) const
{
    return m_values.value(key, otherwise);
}

void MemoryPreferences::setValue(const QString& key, const QVariant& value)
{
    m_values[key] = value;
}

} // namespace microtome
