#include "core/nn/dictionaries/source.h"

#include "core/nn/dictionaries/sequences.h"
#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>

namespace microtome::nn {

namespace {

/// Rows of activations as they are collected.
struct Collected {
    std::int64_t width = 0;
    std::vector<float> values;

    void add(std::span<const float> row) { values.insert(values.end(), row.begin(), row.end()); }
    std::int64_t rows() const { return static_cast<std::int64_t>(values.size()) / width; }
    at::Tensor tensor() const
    {
        if (values.empty())
            return {};
        return at::from_blob(const_cast<float*>(values.data()), {rows(), width},
            at::TensorOptions().dtype(at::kFloat))
            .clone();
    }
};

Site siteNamed(const std::string& name, const Architecture& a)
{
    const auto site = Site::parse(name);
    if (!site)
        throw Error("There is no site " + name.substr(0, 80)
            + "; sites are called like blocks.3.hook_resid_post, see info.");
    a.check(*site);
    if (site->head.valid())
        throw Error("A dictionary reads all heads of " + site->name()
            + " as one row; name it without a head.");
    const Point p = site->point;
    if (p == Point::Tokens || p == Point::AttnScores || p == Point::Pattern || p == Point::Logits)
        throw Error("A dictionary cannot be trained on " + site->name()
            + ": its values are not one row of numbers for each token.");
    return *site;
}

/// Activations of a model's sites: sequences are run some at a time into a buffer that is drawn
/// from in random order. The buffer is what its first sequence's place says, so that it need not be
/// saved.
class ModelSource final : public DictionarySource {
public:
    ModelSource(const DictionaryRecipe& recipe, Model& model)
        : m_recipe(recipe)
        , m_model(model)
        , m_input(siteNamed(recipe.site, model.architecture()))
        , m_target(recipe.target.empty() ? m_input : siteNamed(recipe.target, model.architecture()))
        , m_sequences(recipe, model)
    {
    }

    std::int64_t dIn() const override { return widthOf(m_input); }
    std::int64_t dOut() const override { return widthOf(m_target); }

    DictionaryRows next(const Progress& progress) override
    {
        if (!m_loaded)
            load(m_begin, m_number, progress);
        if (m_buffer.left() < m_recipe.batch)
            load(m_end, m_number + 1, progress);
        return m_buffer.take(m_recipe.batch);
    }

    Place place() const override
    {
        return {m_begin.epoch, m_begin.item, m_begin.place, m_number,
            m_loaded ? m_buffer.taken() : m_taken};
    }

    void seek(const Place& place, const Progress&) override
    {
        m_begin = {place[0], place[1], place[2]};
        m_number = place[3];
        m_taken = place[4];
        m_loaded = false;
    }

    DictionaryRows evaluation(const Progress& progress) override
    {
        if (!m_kept.inputs.defined()) {
            std::vector<std::vector<TokenId>> wanted;
            std::int64_t tokens = 0;
            for (auto& ids : m_sequences.heldout()) {
                if (tokens >= m_recipe.evaluateTokens)
                    break;
                tokens += m_sequences.kept(ids);
                wanted.push_back(std::move(ids));
            }
            m_kept = collect(wanted, progress, false);
            if (m_kept.tokens() < 2)
                throw Error("The text for evaluation has no two tokens that are not left out; name "
                            "a longer one in data.heldout.");
        }
        return m_kept;
    }

    std::string hash() const override
    {
        return m_model.info().hash + " " + m_model.info().dtype + " " + m_model.info().device + " "
            + m_sequences.hash();
    }

    void declare(CoderDeclaration& declared) const override
    {
        declared.model = m_model.info().name;
        declared.dataset = m_recipe.data.train.filename().string();
        declared.context = static_cast<int>(m_sequences.longest());
        declared.prependBos = m_recipe.data.prependBos;
        declared.headsJoined = isPerHead(m_input.point);
        if (m_sequences.excluded() >= 0)
            declared.other["exclude_special_tokens"]
                = "[" + std::to_string(m_sequences.excluded()) + "]";
    }

    std::optional<DictionaryRecord::CrossEntropy> crossEntropy(
        const Reconstruct& reconstruct, const Progress& progress) override
    {
        DictionaryRecord::CrossEntropy mean;
        double predicted = 0;
        for (const auto& ids : m_sequences.heldout()) {
            if (predicted >= static_cast<double>(m_recipe.lossTokens))
                break;
            if (ids.size() < 2 || m_sequences.kept(ids) == 0)
                continue;
            const std::vector<double> losses = spliced(ids, reconstruct, progress);
            const auto own = static_cast<double>(ids.size() - 1);
            mean.model += losses[0] * own;
            mean.dictionary += losses[1] * own;
            mean.zero += losses[2] * own;
            predicted += own;
        }
        if (predicted == 0)
            return {};
        return DictionaryRecord::CrossEntropy{
            mean.model / predicted, mean.dictionary / predicted, mean.zero / predicted};
    }

private:
    std::int64_t widthOf(const Site& site) const
    {
        const Architecture& a = m_model.architecture();
        return std::int64_t(a.headsAt(site.point)) * a.widthAt(site.point);
    }

    /// The losses of one sequence: as it is, with what the dictionary makes at the tokens that it
    /// is trained on, with zeros there.
    std::vector<double> spliced(
        const std::vector<TokenId>& ids, const Reconstruct& reconstruct, const Progress& progress)
    {
        RunRequest request;
        request.ids = ids;
        request.want = {m_input, m_target};
        request.keepBase = true;
        const Trace trace = m_model.run(request, progress);
        Collected inputs{dIn(), {}};
        const Matrix in = trace.at(m_input);
        for (std::size_t p = 0; p < ids.size(); ++p)
            if (m_sequences.keeps(ids, p))
                inputs.add(in.row(p));
        const at::Tensor made = reconstruct(inputs.tensor());
        const Matrix out = trace.at(m_target);
        std::vector<float> dictionary(out.values().begin(), out.values().end());
        std::vector<float> zero = dictionary;
        const float* row = made.data_ptr<float>();
        for (std::size_t p = 0; p < ids.size(); ++p) {
            if (!m_sequences.keeps(ids, p))
                continue;
            const auto at = static_cast<std::ptrdiff_t>(p * out.columns());
            std::copy_n(row, out.columns(), dictionary.begin() + at);
            std::fill_n(zero.begin() + at, out.columns(), 0.0f);
            row += out.columns();
        }
        MeasureRequest measured;
        measured.ids = ids;
        measured.metric.kind = Metric::Kind::Loss;
        measured.base = trace.base;
        measured.variants.emplace_back();
        for (std::vector<float>* values : {&dictionary, &zero}) {
            Edit edit;
            edit.site = m_target;
            edit.operation = Operation::Patch;
            edit.values = Matrix(out.rows(), out.columns(), std::move(*values));
            measured.variants.push_back({edit});
        }
        return m_model.measure(measured, progress);
    }

    /// The activations of the tokens of some sequences that are trained on.
    DictionaryRows collect(const std::vector<std::vector<TokenId>>& sequences,
        const Progress& progress, bool withGradients)
    {
        Collected inputs{dIn(), {}};
        Collected targets{dOut(), {}};
        Collected gradients{dOut(), {}};
        const auto take = [&](const Trace& trace, const Trace* gradient) {
            const Matrix in = trace.at(m_input);
            const Matrix out = trace.at(m_target);
            for (std::size_t p = 0; p < trace.ids.size(); ++p) {
                if (!m_sequences.keeps(trace.ids, p))
                    continue;
                inputs.add(in.row(p));
                if (m_target != m_input)
                    targets.add(out.row(p));
                if (gradient)
                    gradients.add(gradient->at(m_target).row(p));
            }
        };
        for (std::size_t begin = 0; begin < sequences.size();) {
            progress.check();
            std::vector<RunRequest> requests;
            std::size_t tokens = 0;
            for (; begin < sequences.size() && tokens < Sequences::runTokens; ++begin) {
                tokens += sequences[begin].size();
                RunRequest& request = requests.emplace_back();
                request.ids = sequences[begin];
                request.want = {m_input, m_target};
            }
            if (!withGradients) {
                for (const Trace& trace : m_model.run(requests, progress))
                    take(trace, nullptr);
                continue;
            }
            for (const RunRequest& request : requests) {
                if (request.ids.size() < 2)
                    continue;
                GradientRequest asked{request.ids, {}, {}, request.want};
                asked.metric.kind = Metric::Kind::Loss;
                const Gradient gradient = m_model.gradient(asked, progress);
                take(gradient.activations, &gradient.gradients);
            }
        }
        DictionaryRows rows{inputs.tensor(), targets.tensor(), gradients.tensor()};
        if (m_target == m_input)
            rows.targets = rows.inputs;
        return rows;
    }

    void load(const Batches::Cursor& begin, std::int64_t number, const Progress& progress)
    {
        m_sequences.seek(begin);
        const std::int64_t wanted = std::max(m_recipe.data.buffer, m_recipe.batch);
        std::vector<std::vector<TokenId>> sequences;
        for (std::int64_t tokens = 0; tokens < wanted;) {
            for (auto& ids : m_sequences.next()) {
                tokens += m_sequences.kept(ids);
                sequences.push_back(std::move(ids));
            }
            if (tokens == 0 && m_sequences.cursor().epoch > begin.epoch + 1)
                throw Error("No token of " + m_recipe.data.train.string()
                    + " is left to train on; leave fewer out.");
        }
        DictionaryRows rows = collect(sequences, progress, m_recipe.gradient > 0);
        if (!rows.inputs.defined() || rows.tokens() < m_recipe.batch)
            throw Error("The text's rows are too short for gradients; give a longer \"sequence\".");
        m_buffer = ShuffledRows(std::move(rows), m_recipe.seed, static_cast<std::uint64_t>(number));
        m_buffer.skipTo(m_loaded ? 0 : m_taken);
        m_loaded = true;
        m_begin = begin;
        m_end = m_sequences.cursor();
        m_number = number;
    }

    const DictionaryRecipe& m_recipe;
    Model& m_model;
    Site m_input;
    Site m_target;
    Sequences m_sequences;
    ShuffledRows m_buffer;
    bool m_loaded = false;
    std::int64_t m_number = 0; ///< of the buffer
    std::int64_t m_taken = 0; ///< where to go on in a buffer that is not loaded yet
    Batches::Cursor m_begin; ///< of this buffer
    Batches::Cursor m_end;
    DictionaryRows m_kept;
};

} // namespace

std::unique_ptr<DictionarySource> modelSource(const DictionaryRecipe& recipe, Model& model)
{
    return std::make_unique<ModelSource>(recipe, model);
}

} // namespace microtome::nn
