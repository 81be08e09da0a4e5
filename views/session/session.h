#pragma once

#include "core/features/coder/encoder.h"
#include "core/model/model.h"
#include "views/session/change.h"
#include "views/session/editlist.h"
#include "views/session/engine.h"
#include "views/session/runstate.h"
#include "views/session/selection.h"
#include "views/style/theme.h"

#include <QObject>
#include <QStringList>
#include <QTimer>
#include <QUndoStack>

#include <atomic>
#include <optional>

namespace microtome {

class Project;
struct Subject;

/// How prompts are run.
struct RunSettings {
    std::optional<bool> bos; ///< unset: as the tokenizer does
    std::uint64_t seed = 7;
    double temperature = 0; ///< of the output A | B; 0: greedy
    int outputTokens = 24;
    TokenId target = -1; ///< whose logit edits are measured by; -1: the reference's top token
    double autoSeconds = 0.5; ///< a run that is estimated to take longer waits for the Run button

    bool operator==(const RunSettings&) const = default;
};

/// What a person works on: the open model, a prompt, the edits, the selection, and the current
/// runs. Lives on the window's thread; everything slow happens in the engine and comes back later.
/// Views see a session only; what they do is written here, and everybody is told once per event.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(OpenModel, QObject* parent = nullptr);
    ~Session() override;

    // --- the parts
    Engine& engine() { return m_engine; }
    Selection& selection() { return m_selection; }
    const Selection& selection() const { return m_selection; }
    EditList& editList() { return m_editList; }
    const Edits& edits() const { return m_editList.edits(); }
    QUndoStack& undo() { return m_undo; }
    Announcer& announcer() { return m_announcer; }

    // --- the model
    void openModel(const QString& path, const EngineOptions& = {});
    const EngineOptions& engineOptions() const { return m_engineOptions; }
    bool hasModel() const { return m_model.has_value(); }
    const ModelInfo& info() const; ///< only with a model
    const Architecture& architecture() const { return info().architecture; }
    std::shared_ptr<const Tokenizer> tokenizer() const; ///< null without one
    const QString& modelError() const { return m_modelError; }

    /// Where the open model lies; for a checkpoint the folder of the model that became of it.
    QString modelFolder() const;

    /// The checkpoints of the open model's training and what is told of it; empty without any.
    const TrainingHistory& history() const { return *m_history; }

    /// The checkpoint that is open, or on its way; nothing for a model without.
    std::optional<std::size_t> checkpoint() const;

    /// Opens another checkpoint of the same training: prompt, focus, pins and edits stay.
    void openCheckpoint(std::size_t);

    /// Another checkpoint has been opened and its runs are not there yet: what is on screen is of
    /// the one before.
    bool switching() const { return m_switching; }
    bool opening() const { return m_opening; }

    // --- the prompt
    const Prompt& prompt() const { return m_prompt; }
    QString promptText() const;
    void setPromptText(const QString&, bool typing = false); ///< one step of undo; typing merges
    void setPromptIds(const std::vector<TokenId>&); ///< for models without a tokenizer
    const QString& promptError() const { return m_promptError; }

    /// The second prompt of a comparison; empty text: none, the reference is the prompt unedited.
    const Prompt& referencePrompt() const { return m_referencePrompt; }
    bool hasReferencePrompt() const { return m_referencePrompt.size() > 0; }
    void setReferenceText(const QString&);

    /// A token of the prompt, or a vocabulary entry, as people read it (visible spaces).
    QString tokenText(TokenId) const;
    QString tokenTextAt(Position) const;
    QString label(const Focus&) const; ///< "head 3.1", "token “Mary”", "cell 4, 14", ...

    // --- the runs
    const RunSettings& settings() const { return m_settings; }
    void setSettings(const RunSettings&);

    /// The finished run; null before the first one, and while nothing fits the current model.
    RunPointer run(Shown) const;
    RunPointer reference() const { return m_reference; }
    RunPointer edited() const { return m_edited; } ///< the unedited one itself when no edit acts
    Shown shown() const { return m_shown; }
    void setShown(Shown);
    bool canShowDifference() const;

    /// A request for more of a run (Edited or Reference), which continues from what is known of
    /// it; and the same as the analysis takes it. Only with that run.
    RunRequest request(Shown, std::vector<Site> want) const;
    Subject subject(Shown) const;

    bool stale() const; ///< prompt or edits are newer than the runs
    bool waitsForRun() const { return m_waits; } ///< too slow to run by itself
    Model::Estimate estimate() const { return m_estimate; }
    const QString& runError() const { return m_runError; }
    void runNow();
    bool running() const;

    /// Measured effects, one per line of the edit list, and of the whole list.
    const std::vector<Effect>& effects() const { return m_effects; }
    const Effect& wholeEffect() const { return m_wholeEffect; }
    TokenId target() const; ///< the token whose logit is measured; -1: none yet
    void measureEffects(); ///< those that were too many to be measured unasked

    /// What gives dictionaries' latents: the plain formula, unless the program has a faster one.
    const Encoder& encoder() const { return m_encoder; }
    void setEncoder(Encoder encoder) { m_encoder = std::move(encoder); }

    // --- look
    const Theme& theme() const { return m_theme; }
    void setTheme(const Theme&);

    /// Asks the window for one of its commands ("open-model", "palette", ...), by its name.
    void ask(const QString& command) { emit asked(command); }

    /// Tells the person one sentence, where the window has room for it.
    void tell(const QString& sentence) { emit told(sentence); }

    // --- the project; it belongs to the window's thread
    Project* project() const { return m_project.get(); }
    void setProject(std::shared_ptr<Project>);
    /// The run on screen, with its prompt and edits; its number, or 0. What goes wrong is told.
    std::int64_t keepRun();
    void restoreRun(std::int64_t); ///< its prompt and edits, as one step of undo each
    std::int64_t currentRun() const; ///< the number of the run on screen, 0 while it is not kept

signals:
    /// Once per turn of the event loop.
    void changed(microtome::Changes);
    void asked(const QString& command);
    /// Another project, or none, is about to take the place of the open one: readers of it close.
    void projectLeaves();
    void told(const QString& sentence);

private:
    friend class PromptStep;
    struct Wanted;
    struct Finished;

    void opened(const Engine::Opened&);
    void usePrompt(const QString& text, const std::vector<TokenId>& ids);
    void setBounds();
    Prompt encode(const QString& text, const std::vector<TokenId>& ids) const;
    void react(Changes);
    Wanted wanted() const;
    void schedule(bool evenIfSlow);
    void finish(const Finished&);
    void measure(bool evenIfMany);
    void recall(Wanted&) const;
    RunPointer recalled(const Prompt&, const Edits&) const;
    void supplyBase();
    std::int64_t storedRun();
    static Finished computeRuns(Model&, const Wanted&, const Progress&);

    Announcer m_announcer;
    QUndoStack m_undo;
    Selection m_selection;
    EditList m_editList;

    std::optional<Engine::Opened> m_model;
    std::shared_ptr<const TrainingHistory> m_history = std::make_shared<const TrainingHistory>();
    std::filesystem::path m_wishedModel;
    EngineOptions m_engineOptions;
    bool m_switching = false;
    QString m_modelError;
    bool m_opening = false;

    QString m_text; ///< of the prompt, as typed; ids are made of it
    std::vector<TokenId> m_ids; ///< of a prompt given by ids alone
    Prompt m_prompt;
    QString m_promptError;
    QString m_referenceText;
    Prompt m_referencePrompt;

    RunSettings m_settings;
    RunPointer m_unedited; ///< of the prompt
    RunPointer m_reference;
    RunPointer m_edited;
    Shown m_shown = Shown::Edited;
    bool m_waits = false;
    Model::Estimate m_estimate;
    QString m_runError;
    std::vector<Effect> m_effects;
    std::vector<std::pair<Edit, Effect>> m_measured; ///< for the current unedited run and target
    Effect m_wholeEffect;
    std::shared_ptr<std::atomic<std::uint64_t>> m_serials
        = std::make_shared<std::atomic<std::uint64_t>>(0);
    std::uint64_t m_keptSerial = 0;
    std::int64_t m_kept = 0;
    QTimer m_keepTimer; ///< a run that stands for a moment is kept

    Encoder m_encoder;
    Theme m_theme = Theme::light();
    std::shared_ptr<Project> m_project;
    Engine m_engine; ///< last: its thread stops before anything else goes
};

} // namespace microtome
