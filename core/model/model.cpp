#include "core/model/model.h"

#include "core/work/error.h"

#include <cmath>

namespace microtome {

double ReadOut::probability(float logit) const
{
    return std::exp(static_cast<double>(logit) - logSumExp);
}

Prompt Model::prompt(const std::string& text, std::optional<bool> bos) const
{
    const auto tok = tokenizer();
    if (!tok)
        throw Error("This model has no tokenizer: give token ids instead of text.");
    return encodePrompt(*tok, architecture().bos, text, bos);
}

Prompt Model::prompt(std::vector<TokenId> ids) const
{
    Prompt prompt;
    prompt.bos = !ids.empty() && architecture().bos >= 0 && ids.front() == architecture().bos;
    if (const auto tok = tokenizer())
        prompt.text = tok->decode(ids);
    prompt.ids = std::move(ids);
    return prompt;
}

Trace Model::run(const RunRequest& request, const Progress& progress)
{
    return std::move(run(std::vector<RunRequest> {request}, progress).front());
}

void Model::check(const std::vector<TokenId>& ids) const
{
    const Architecture& a = architecture();
    if (ids.empty())
        throw Error("There is nothing to run: the prompt has no tokens.");
    if (ids.size() > static_cast<std::size_t>(a.context))
        throw Error("The prompt has " + std::to_string(ids.size()) + " tokens; the model takes "
            + std::to_string(a.context) + ". Shorten it.");
    for (const TokenId id : ids)
        if (id < 0 || id >= a.vocabulary)
            throw Error("Token id " + std::to_string(id) + " is not in the model's vocabulary of "
                + std::to_string(a.vocabulary)
                + "; the tokenizer may belong to another model.");
}

} // namespace microtome
