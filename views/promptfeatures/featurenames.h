#pragma once

#include "core/features/load/codershelf.h"

#include <QString>

namespace microtome {

class Session;

/// What features are called: by the dictionary and the latent's number, with a label where the
/// project has one or the model's dictionaries come with some.
class FeatureNames {
public:
    /// `names`: the dictionaries, as NamedCoder has them. Reads the project's labels of these
    /// latents only when asked.
    FeatureNames(Session&, std::vector<std::string> names);

    QString dictionary(std::size_t source) const; ///< `resid-2`
    QString feature(std::size_t source, std::uint32_t latent) const; ///< `resid-2/431 colour:red`

private:
    QString label(std::size_t source, std::uint32_t latent) const;

    Session& m_session;
    std::vector<std::string> m_names;
    KnownLabels m_known;
    std::string m_shelf; ///< the folder of what comes with the model
};

} // namespace microtome
