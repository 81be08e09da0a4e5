#pragma once

#include "core/analysis/attention.h"
#include "views/attention/atlas.h"
#include "views/session/session.h"

#include <QTimer>
#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QSpinBox;

namespace microtome {

class PicturePanel;
class Words;

/// All heads at once: a small picture of each one's pattern, filled in layer by layer, or the atlas
/// of what they are.
class HeadsPanel : public QWidget {
    Q_OBJECT
public:
    explicit HeadsPanel(Session&, QWidget* parent = nullptr);

    enum class Mode { Patterns, Atlas };
    enum class Source { Random, Prompt, Set };

    Mode mode() const;
    HeadScore score() const;
    const std::optional<Atlas>& atlas() const { return m_atlas; }
    int patternsDone() const { return static_cast<int>(m_order.size()) - m_waiting; }

    /// Draws from this run from now on.
    void follow(const RunPointer&, Shown);

    /// Everything is gone: another model.
    void forget();
    void mark(const Focus&, const std::vector<Pin>&);
    void applyTheme();

    /// Averages over the prompts of a file from now on.
    void usePromptSet(const QString& path);

    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    PicturePanel& panel() const { return *m_panel; }
    Words& modeWords() const { return *m_mode; }
    Words& scoreWords() const { return *m_score; }
    Words& sourceWords() const { return *m_source; }

signals:
    void headChosen(microtome::Layer, microtome::Head);

private:
    void draw();
    void drawPatterns();
    void drawAtlas();
    void computeNext();
    void computeAtlas();
    void askForSet();
    void choose(const Cell&);

    Session& m_session;
    PicturePanel* m_panel;
    Words* m_mode;
    QWidget* m_line;
    Words* m_score;
    Words* m_source;
    QWidget* m_random;
    QSpinBox* m_repeated;
    QSpinBox* m_seed;
    QTimer m_soon; ///< redraws at most ten times a second while patterns come in

    RunPointer m_run;
    Shown m_shown = Shown::Edited;
    std::vector<Layer> m_order; ///< in which the layers' patterns are computed
    int m_waiting = 0; ///< how many of them are still to come
    std::vector<Matrix> m_patterns; ///< layers x heads
    std::optional<Atlas> m_atlas;
    QString m_atlasAsked; ///< what the atlas is of, or will be
    PromptSet m_set;
    QString m_setPath;
    Focus m_focus;
};

} // namespace microtome
