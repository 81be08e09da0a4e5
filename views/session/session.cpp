#include "views/session/session.h"

#include "views/session/promptstep.h"
#include "views/style/tokentext.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr int keepAfter = 2000; ///< ms; runs while somebody types are not kept

/// Whether what was said to one of the models (tokens, positions, layers, edits) holds for both.
bool sameSizes(const ModelInfo& a, const ModelInfo& b)
{
    const Architecture& x = a.architecture;
    const Architecture& y = b.architecture;
    return x.layers == y.layers && x.heads == y.heads && x.dModel == y.dModel && x.dMlp == y.dMlp
        && x.context == y.context && x.vocabulary == y.vocabulary
        && a.tokenizerHash == b.tokenizerHash;
}

} // namespace

Session::Session(OpenModel open, QObject* parent)
    : QObject(parent)
    , m_selection(m_announcer)
    , m_editList(m_announcer, m_undo)
    , m_engine(std::move(open))
{
    m_encoder = [](const SparseCoder& coder, const std::vector<Matrix>& inputs, const Progress&) {
        return FiredLatents::of(microtome::encode(coder, inputs));
    };
    m_keepTimer.setSingleShot(true);
    m_keepTimer.setInterval(keepAfter);
    connect(&m_keepTimer, &QTimer::timeout, this, &Session::keepRun);
    connect(&m_announcer, &Announcer::changed, this, [this](Changes changes) {
        react(changes);
        emit changed(changes);
    });
}

Session::~Session() = default;

// --- the model

void Session::openModel(const QString& path, const EngineOptions& options)
{
    m_opening = true;
    m_modelError.clear();
    m_wishedModel = path.toStdString();
    m_engineOptions = options;
    m_announcer.note(Change::State);
    m_engine.open(
        path.toStdString(), options, [this](const Engine::Opened& model) { opened(model); },
        [this](const QString& why) {
            m_opening = false;
            m_modelError = why;
            m_announcer.note(Change::Model | Change::State);
        });
}

void Session::opened(const Engine::Opened& model)
{
    const bool before = m_model.has_value();
    const bool same
        = before && m_history->sameSeries(*model.history) && sameSizes(m_model->info, model.info);
    m_opening = false;
    m_model = model;
    m_history = model.history;
    m_unedited.reset();
    m_reference.reset();
    m_edited.reset();
    m_measured.clear();
    m_runError.clear();
    m_switching = same && m_prompt.size() > 0;
    if (same) {
        m_announcer.note(Change::Model | Change::Run | Change::State);
        return;
    }
    m_settings.target = -1;
    m_undo.clear();
    m_selection.clear();
    if (before)
        m_editList.forget(); // edits of a run that was opened before any model are its own
    usePrompt(m_text, m_model->tokenizer ? std::vector<TokenId>{} : m_ids);
    setReferenceText(m_referenceText);
    m_announcer.note(
        Change::Model | Change::Prompt | Change::EditLines | Change::Run | Change::State);
}

QString Session::modelFolder() const
{
    return QString::fromStdString(
        m_history->states.empty() ? info().path : m_history->model.string());
}

std::optional<std::size_t> Session::checkpoint() const
{
    return m_history->indexOf(
        m_opening || !m_model ? m_wishedModel : std::filesystem::path(m_model->info.path));
}

void Session::openCheckpoint(std::size_t index)
{
    if (index < m_history->states.size() && checkpoint() != index)
        openModel(QString::fromStdString(m_history->states[index].path.string()), m_engineOptions);
}

const ModelInfo& Session::info() const
{
    if (!m_model)
        throw Error("No model is open.");
    return m_model->info;
}

std::shared_ptr<const Tokenizer> Session::tokenizer() const
{
    return m_model ? m_model->tokenizer : nullptr;
}

// --- the prompt

QString Session::promptText() const
{
    return m_ids.empty() ? m_text : QString::fromStdString(m_prompt.text);
}

void Session::setPromptText(const QString& text, bool typing)
{
    if (text != m_text || !m_ids.empty())
        m_undo.push(new PromptStep(*this, text, {}, typing));
}

void Session::setPromptIds(const std::vector<TokenId>& ids)
{
    if (ids != m_ids || !m_text.isEmpty())
        m_undo.push(new PromptStep(*this, {}, ids, false));
}

Prompt Session::encode(const QString& text, const std::vector<TokenId>& ids) const
{
    Prompt prompt;
    if (!m_model)
        return prompt;
    const TokenId bos = m_model->info.architecture.bos;
    if (!ids.empty()) {
        prompt.ids = ids;
        prompt.bos = bos >= 0 && ids.front() == bos;
        if (const auto tok = tokenizer())
            prompt.text = tok->decode(ids);
        return prompt;
    }
    if (text.isEmpty() && !(m_settings.bos.value_or(false)))
        return prompt;
    if (!tokenizer())
        throw Error("This model has no tokenizer: give token ids, separated by commas, instead of "
                    "text.");
    return encodePrompt(*tokenizer(), bos, text.toStdString(), m_settings.bos);
}

void Session::usePrompt(const QString& text, const std::vector<TokenId>& ids)
{
    m_text = text;
    m_ids = ids;
    m_promptError.clear();
    const std::size_t before = m_prompt.size();
    try {
        m_prompt = encode(text, ids);
        const auto context = m_model ? m_model->info.architecture.context : 0;
        if (m_model && m_prompt.size() > static_cast<std::size_t>(context))
            m_promptError = tr("The prompt has %1 tokens; the model takes %2. Shorten it.")
                                .arg(m_prompt.size())
                                .arg(context);
    } catch (const Error& error) {
        m_prompt = {};
        m_promptError = QString::fromUtf8(error.what());
    }
    setBounds();
    const Focus& focus = m_selection.focus();
    const bool atEnd = focus.position.value() + 1 >= static_cast<int>(before);
    if (m_prompt.size() > 0 && (atEnd || !focus.position.valid())) {
        Focus last = focus;
        last.position = Position(static_cast<int>(m_prompt.size()) - 1);
        last.key = {};
        last.token = -1;
        if (last.kind == Focus::Kind::Nothing)
            last = Focus::atToken(last.position);
        if (!last.layer.valid())
            last.layer = Layer(m_model->info.architecture.layers / 2);
        m_selection.follow(last);
    }
    m_announcer.note(Change::Prompt);
}

void Session::setBounds()
{
    Selection::Bounds bounds;
    bounds.positions = static_cast<int>(m_prompt.size());
    if (m_model) {
        bounds.layers = m_model->info.architecture.layers;
        bounds.heads = m_model->info.architecture.heads;
    }
    m_selection.setBounds(bounds);
}

void Session::setReferenceText(const QString& text)
{
    m_referenceText = text;
    try {
        m_referencePrompt = text.isEmpty() ? Prompt{} : encode(text, {});
    } catch (const Error& error) {
        m_referencePrompt = {};
        m_promptError = QString::fromUtf8(error.what());
    }
    m_announcer.note(Change::Prompt);
}

QString Session::tokenText(TokenId id) const
{
    const auto tok = tokenizer();
    if (!tok || id < 0)
        return QString::number(id);
    return displayToken(tok->bytes(id), tok->isSpecial(id));
}

QString Session::tokenTextAt(Position position) const
{
    const auto p = static_cast<std::size_t>(position.value());
    if (!position.valid() || p >= m_prompt.size())
        return {};
    if (p == 0 && m_prompt.bos)
        return QStringLiteral("BOS");
    return tokenText(m_prompt.ids[p]);
}

QString Session::label(const Focus& focus) const
{
    switch (focus.kind) {
    case Focus::Kind::Nothing:
        return tr("nothing");
    case Focus::Kind::Token: {
        const bool own = focus.position.valid();
        return tr("token %1").arg(own ? tokenTextAt(focus.position) : tokenText(focus.token));
    }
    case Focus::Kind::AttentionHead:
        return tr("head %1.%2").arg(focus.layer.value()).arg(focus.head.value());
    case Focus::Kind::Cell:
        return tr("cell %1, %2").arg(focus.layer.value()).arg(focus.position.value());
    case Focus::Kind::Neuron:
        return tr("neuron %1/%2").arg(focus.layer.value()).arg(focus.unit.value());
    }
    return {};
}

// --- look

void Session::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_announcer.note(Change::Theme);
}

} // namespace microtome
