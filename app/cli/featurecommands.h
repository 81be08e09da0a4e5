#pragma once

#include "app/cli/command.h"
#include "core/store/access.h"
#include "core/text/tokenizer.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace microtome::cli {

// The commands below `features`.
void addFeaturesBuild(CLI::App&, Work& work);
void addFeaturesRows(CLI::App&, Work& work); ///< list, search
void addFeaturesShow(CLI::App&, Work& work);
void addFeaturesTop(CLI::App&, Work& work);
void addFeaturesLabels(CLI::App&, Work& work);
void addFeaturesImport(CLI::App&, Work& work);
void addFeaturesExport(CLI::App&, Work& work);

/// Tokens of a project's model as text: by its tokenizer where its folder is still there, else ids.
class TokenTexts {
public:
    TokenTexts(ProjectAccess&, ModelId);

    nlohmann::json operator()(std::int64_t id) const; ///< null for -1

private:
    std::shared_ptr<const Tokenizer> m_tokenizer;
};

/// A number, or null where it was not measured.
nlohmann::json numberOrNull(double);

} // namespace microtome::cli
