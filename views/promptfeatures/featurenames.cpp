#include "views/promptfeatures/featurenames.h"

#include "core/store/project.h"
#include "core/work/error.h"
#include "views/session/session.h"

#include <filesystem>

namespace microtome {

namespace fs = std::filesystem;

FeatureNames::FeatureNames(Session& session, std::vector<std::string> names)
    : m_session(session)
    , m_names(std::move(names))
{
    const fs::path model = session.modelFolder().toStdString();
    m_known = labelsBeside(model);
    m_shelf = (model / "dictionaries").string();
}

QString FeatureNames::dictionary(std::size_t source) const
{
    return QString::fromStdString(fs::path(m_names.at(source)).filename().string());
}

QString FeatureNames::label(std::size_t source, std::uint32_t latent) const
{
    const std::string& name = m_names.at(source);
    if (Project* project = m_session.project()) {
        for (const FeatureSource& one : project->featureSources().list()) {
            if (one.path != name || latent >= one.latents)
                continue;
            const auto labels = project->labels().of({one.id, latent});
            if (!labels.empty())
                return QString::fromStdString(labels.front().text);
        }
    }
    const fs::path path = name;
    if (path.parent_path() != m_shelf)
        return {};
    const auto known = m_known.find({path.filename().string(), latent});
    return known == m_known.end() ? QString() : QString::fromStdString(known->second);
}

QString FeatureNames::feature(std::size_t source, std::uint32_t latent) const
{
    const QString name = dictionary(source) + u'/' + QString::number(latent);
    const QString says = label(source, latent);
    return says.isEmpty() ? name : name + QStringLiteral("  ") + says;
}

} // namespace microtome
