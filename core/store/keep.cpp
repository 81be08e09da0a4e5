#include "core/store/keep.h"

#include "core/model/editfile.h"
#include "core/store/place.h"
#include "core/work/sha256.h"

namespace microtome {

ModelId keepModel(ProjectAccess& project, const ModelInfo& info)
{
    if (const auto known = project.models().withHash(info.hash)) {
        std::error_code error;
        const bool gone
            = !isInData(known->path) && !std::filesystem::exists(known->path, error) && !error;
        if (gone && !info.path.empty())
            project.models().setPath(known->id, info.path);
        return known->id;
    }
    StoredModel model;
    model.name = info.name;
    model.path = info.path;
    model.family = info.architecture.family;
    model.hash = info.hash;
    model.tokenizerHash = info.tokenizerHash;
    return project.models().add(model);
}

PromptId keepPrompt(ProjectAccess& project, const Prompt& prompt)
{
    if (const auto known = project.prompts().find(prompt))
        return *known;
    StoredPrompt stored;
    stored.prompt = prompt;
    return project.prompts().add(stored);
}

nlohmann::json editsOfKey(const Edits& edits)
{
    const auto byHash = [](const Edit& edit, std::size_t index) {
        return sha256(std::as_bytes(edit.values.values())) + ".safetensors#edit_"
            + std::to_string(index);
    };
    return nlohmann::json::parse(writeEdits(activeEdits(edits), byHash)).at("edits");
}

} // namespace microtome
