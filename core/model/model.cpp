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
    const auto natural = tok->leading();
    const TokenId own = natural ? *natural : architecture().bos;
    Encoding encoding = tok->encode(text, bos.value_or(true));
    const bool leads = own >= 0 && !encoding.ids.empty() && encoding.ids.front() == own
        && encoding.offsets.front().begin == encoding.offsets.front().end;
    if (bos == true && !leads && own >= 0) {
        encoding.ids.insert(encoding.ids.begin(), own);
        encoding.offsets.insert(encoding.offsets.begin(), Encoding::Span {});
    }
    Prompt prompt {text, std::move(encoding.ids), std::move(encoding.offsets), false};
    prompt.bos = !prompt.ids.empty() && own >= 0 && prompt.ids.front() == own;
    return prompt;
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
