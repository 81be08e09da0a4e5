#pragma once

#include "core/features/import/imported.h"
#include "core/features/interpret/score/classscore.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <vector>

namespace microtome {

/// Results of delphi: a file for each latent and kind of result, MODULE_latentN.txt, with one JSON
/// string (an explanation) or a list of examples that a judge was asked about (a score of the kind
/// that the folder is named by). Which latent it is stands in the file's name only.
class DelphiFile {
public:
    explicit DelphiFile(const std::filesystem::path&);

    static bool isExplanation(const nlohmann::json& record) { return record.is_string(); }
    static bool isJudged(const nlohmann::json& record);

    /// One record of the file. Throws Unreadable where the name tells no latent.
    void add(const nlohmann::json& record, LeftOut&);

    /// What the records come to.
    void finish(ImportSink&, LeftOut&);

private:
    void requireLatent() const;

    ImportedName m_name;
    std::string m_scorer;
    std::optional<std::uint32_t> m_latent;
    std::string m_explanation;
    std::vector<Judged> m_judged; ///< yes or no
    std::size_t m_right = 0, m_wrong = 0, m_failed = 0; ///< choices of one among several
    bool m_unknown = false;
};

} // namespace microtome
