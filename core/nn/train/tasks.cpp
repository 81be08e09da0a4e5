#include "core/nn/train/tasks.h"

#include "core/text/promptset.h"
#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace microtome::nn {

namespace {

constexpr std::int64_t batchTokens = 8192;

/// The first tokens of the answers, as they follow the prompt: of prompt and answer together, and
/// where these run into one another, of the answer alone.
std::vector<TokenId> answersOf(
    const PromptItem& item, const std::vector<TokenId>& prompt, const Tokenizer& tokenizer)
{
    std::vector<TokenId> answers;
    const std::string& text = item.answer.text;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('|', at), text.size());
        const std::string answer = text.substr(at, end - at);
        auto ids = tokenizer.encode(item.clean.text + answer, true).ids;
        const auto parts = std::mismatch(prompt.begin(), prompt.end(), ids.begin(), ids.end());
        if (parts.first == prompt.end() && parts.second != ids.end())
            ids.erase(ids.begin(), parts.second);
        else
            ids = tokenizer.encode(answer, false).ids;
        if (!ids.empty() && std::find(answers.begin(), answers.end(), ids.front()) == answers.end())
            answers.push_back(ids.front());
        at = end + 1;
    }
    return answers;
}

} // namespace

Task::Task(std::string name, const std::filesystem::path& path, const TrainStart& start,
    std::int64_t limit)
    : m_name(std::move(name))
{
    PromptColumns columns;
    columns.clean.byIds = columns.corrupted.byIds = columns.answer.byIds = columns.wrong.byIds
        = !start.tokenizer;
    PromptSetLimits limits;
    if (limit > 0)
        limits.items = static_cast<std::size_t>(limit);
    const PromptSet set = readPromptSet(path, columns, limits);
    if (!set.hasAnswer || set.items.empty())
        throw Error("The task " + m_name + " has no answers: " + path.string()
            + " needs the columns clean and answer, and a line.");
    const Architecture& a = start.architecture;
    for (const PromptItem& item : set.items) {
        const auto place = "Line " + std::to_string(item.line) + " of " + path.string();
        Item own;
        own.ids
            = start.tokenizer ? start.tokenizer->encode(item.clean.text, true).ids : item.clean.ids;
        own.answers
            = start.tokenizer ? answersOf(item, own.ids, *start.tokenizer) : item.answer.ids;
        if (own.ids.empty() || own.ids.size() > static_cast<std::size_t>(a.context))
            throw Error(place + " has a prompt of " + std::to_string(own.ids.size())
                + " tokens; the model takes 1 to " + std::to_string(a.context) + ".");
        if (own.answers.empty())
            throw Error(place + " has no answer that is a token.");
        for (const TokenId id : own.ids)
            if (id < 0 || id >= a.vocabulary)
                throw Error(place + " holds a token that is not in the model's vocabulary.");
        for (const TokenId id : own.answers)
            if (id < 0 || id >= a.outputs())
                throw Error(place + " has an answer that the model has no logit for.");
        m_items.push_back(std::move(own));
    }
    std::stable_sort(m_items.begin(), m_items.end(),
        [](const Item& x, const Item& y) { return x.ids.size() < y.ids.size(); });
}

TrainingRecord::Accuracy Task::measure(const TrainForward& forward, const Parameters& parameters,
    at::Device device, std::int64_t step) const
{
    std::size_t right = 0;
    double loss = 0;
    for (std::size_t begin = 0; begin < m_items.size();) {
        std::size_t end = begin + 1;
        while (end < m_items.size()
            && static_cast<std::int64_t>((end + 1 - begin) * m_items[end].ids.size())
                <= batchTokens)
            ++end;
        const std::size_t width = m_items[end - 1].ids.size();
        std::vector<std::int64_t> ids;
        std::vector<std::int64_t> last;
        for (std::size_t i = begin; i < end; ++i) {
            ids.insert(ids.end(), m_items[i].ids.begin(), m_items[i].ids.end());
            last.push_back(static_cast<std::int64_t>(ids.size()) - 1);
            ids.resize((i + 1 - begin) * width, 0);
        }
        const at::Tensor rows
            = at::tensor(ids, at::kLong)
                  .to(device)
                  .view({static_cast<std::int64_t>(end - begin), static_cast<std::int64_t>(width)});
        const at::Tensor residual = forward.residual(parameters, rows)
                                        .index_select(0, at::tensor(last, at::kLong).to(device));
        const at::Tensor logs
            = at::log_softmax(forward.logits(parameters, residual), -1).to(at::kCPU).contiguous();
        const at::Tensor best = logs.argmax(-1);
        const float* const values = logs.data_ptr<float>();
        const auto outputs = static_cast<std::size_t>(logs.size(1));
        for (std::size_t i = begin; i < end; ++i) {
            const auto& answers = m_items[i].answers;
            const auto found = best.data_ptr<std::int64_t>()[i - begin];
            right += std::find(answers.begin(), answers.end(), found) != answers.end() ? 1 : 0;
            double joint = 0;
            for (const TokenId id : answers)
                joint += std::exp(static_cast<double>(
                    values[(i - begin) * outputs + static_cast<std::size_t>(id)]));
            loss -= std::log(std::max(joint, 1e-300));
        }
        begin = end;
    }
    const auto count = static_cast<double>(m_items.size());
    return {step, static_cast<double>(right) / count, loss / count};
}

} // namespace microtome::nn
