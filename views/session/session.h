#pragma once

#include "core/model/model.h"
#include "views/session/change.h"
#include "views/session/editlist.h"
#include "views/session/engine.h"
#include "views/session/runstate.h"
#include "views/session/selection.h"
#include "views/style/theme.h"

#include <QObject>
#include <QStringList>
#include <QUndoStack>

#include <optional>

namespace microtome {

class Project;

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
    bool hasModel() const { return m_model.has_value(); }
    const ModelInfo& info() const; ///< only with a model
    const Architecture& architecture() const { return info().architecture; }
    std::shared_ptr<const Tokenizer> tokenizer() const; ///< null without one
    const QString& modelError() const { return m_modelError; }
    bool opening() const { return m_opening; }

    // --- the prompt
    const Prompt& prompt() const { return m_prompt; }
    QString promptText() const;
    void setPromptText(const QString&); ///< one step of undo
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
    RunPointer edited() const { return m_edited; } ///< the reference itself when no edit acts
    Shown shown() const { return m_shown; }
    void setShown(Shown);
    bool canShowDifference() const;

    /// A request for more of a run (Edited or Reference), which continues from what is known of it.
    RunRequest request(Shown, std::vector<Site> want) const;

    bool stale() const; ///< prompt or edits are newer than the runs
    bool waitsForRun() const { return m_waits; } ///< too slow to run by itself
    Model::Estimate estimate() const { return m_estimate; }
    const QString& runError() const { return m_runError; }
    void runNow();

    /// Measured effects, one per line of the edit list, and of the whole list.
    const std::vector<Effect>& effects() const { return m_effects; }
    const Effect& wholeEffect() const { return m_wholeEffect; }
    TokenId target() const; ///< the token whose logit is measured; -1: none yet

    // --- look
    const Theme& theme() const { return m_theme; }
    void setTheme(const Theme&);

    // --- the project
    Project* project() const { return m_project.get(); }
    void setProject(std::shared_ptr<Project>);

signals:
    /// Once per turn of the event loop.
    void changed(microtome::Changes);

private:
    friend class PromptStep;
    void usePrompt(const QString& text, std::vector<TokenId> ids);
    void react(Changes);
    void schedule();
    void compute();
    void measure();
    void drop();
    Prompt encode(const QString& text, const std::vector<TokenId>& ids) const;

    Announcer m_announcer;
    QUndoStack m_undo;
    Selection m_selection;
    EditList m_editList;

    std::optional<Engine::Opened> m_model;
    QString m_modelError;
    bool m_opening = false;

    Prompt m_prompt;
    QString m_promptError;
    Prompt m_referencePrompt;

    RunSettings m_settings;
    RunPointer m_reference;
    RunPointer m_edited;
    Shown m_shown = Shown::Edited;
    bool m_waits = false;
    Model::Estimate m_estimate;
    QString m_runError;
    std::vector<Effect> m_effects;
    Effect m_wholeEffect;
    std::uint64_t m_serial = 0;

    Theme m_theme;
    std::shared_ptr<Project> m_project;
    Engine m_engine; ///< last: its thread stops before anything else goes
};

} // namespace microtome
