#pragma once

#include "core/analysis/dla.h"
#include "views/canvas/table.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

namespace microtome {

class PicturePanel;
class TokenField;
class Words;

/// Direct logit attribution at the focused position: what every component adds to the logit
/// difference, as bars with their sum and its remainder, as a map of heads, and accumulated over
/// the layers.
class AttributionPanel : public QWidget {
    Q_OBJECT
public:
    explicit AttributionPanel(Session&, QWidget* parent = nullptr);

    void setResult(std::shared_ptr<const Dla>);
    const std::shared_ptr<const Dla>& result() const { return m_dla; }
    void setSentence(const QString&);

    /// What to measure along; empty: the two best tokens of the run.
    std::vector<TokenId> answers() const;
    std::vector<TokenId> wrongs() const;
    void setDefaults(const QString& answer, const QString& wrong);
    void readAgain();

    void mark(const Focus&, const std::vector<Pin>&);
    void applyTheme();
    Table table() const;
    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    PicturePanel& bars() const { return *m_bars; }
    PicturePanel& heads() const { return *m_heads; }
    PicturePanel& layers() const { return *m_layers; }
    TokenField& answerField() const { return *m_answer; }
    TokenField& wrongField() const { return *m_wrong; }
    Words& orderWords() const { return *m_order; }

signals:
    /// Other tokens were written.
    void wanted();
    void headChosen(microtome::Layer, microtome::Head);
    void layerChosen(microtome::Layer);

private:
    void draw();
    void drawBars();
    void drawHeads();
    void drawLayers();

    Session& m_session;
    PicturePanel* m_bars;
    PicturePanel* m_heads;
    PicturePanel* m_layers;
    TokenField* m_answer;
    TokenField* m_wrong;
    Words* m_order;
    std::shared_ptr<const Dla> m_dla;
    std::vector<int> m_shown; ///< the component of each bar; below 0: none
    Focus m_focus;
};

} // namespace microtome
