#pragma once

#include "core/analysis/attention.h"
#include "views/canvas/picture.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QLabel;
class QSlider;
class QSpinBox;
class QToolButton;

namespace microtome {

class PicturePanel;
class ToneLabel;
class Words;

/// One attention map, large: a head's, weighted by its values, rolled out, or a layer's mean; as a
/// matrix or as lines.
class MapPanel : public QWidget {
    Q_OBJECT
public:
    enum class Mode { Matrix, Lines, ValueWeighted, Rollout, LayerMean };

    explicit MapPanel(Session&, QWidget* parent = nullptr);

    Mode mode() const;
    AttentionMap::Kind kind() const;
    bool rolloutWithBos() const;

    /// What of a result is drawn; a difference is map - reference.
    void setMaps(std::shared_ptr<const AttentionMap> map,
        std::shared_ptr<const AttentionMap> reference = {});
    const std::shared_ptr<const AttentionMap>& map() const { return m_map; }

    /// The numbers drawn: queries x keys, of the mode and of the difference where there is one.
    const Matrix& weights() const { return m_weights; }

    void mark(const Focus&);
    void setHover(const std::optional<Focus>&);
    void applyTheme();
    void setSentence(const QString&);
    Table table() const;

    double threshold() const;
    int perQuery() const;
    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    PicturePanel& panel() const { return *m_panel; }
    Words& modeWords() const { return *m_mode; }
    QSlider& slider() const { return *m_slider; }

signals:
    /// Another map is needed than the one that is here.
    void wanted();
    void cellChosen(microtome::Position query, microtome::Position key);
    void cellHovered(microtome::Position query, microtome::Position key);

private:
    void chooseMode();
    void draw();
    void choose(const Cell&);
    QString subtitle() const;
    std::shared_ptr<Picture> matrixPicture() const;
    std::shared_ptr<Picture> linesPicture() const;

    Session& m_session;
    PicturePanel* m_panel;
    QToolButton* m_bos;
    QToolButton* m_normalised;
    QToolButton* m_whole;
    Words* m_mode;
    QWidget* m_line;
    QSlider* m_slider;
    QSpinBox* m_top;
    ToneLabel* m_value;
    std::shared_ptr<const AttentionMap> m_map;
    std::shared_ptr<const AttentionMap> m_reference;
    Matrix m_weights;
    Focus m_focus;
    Mode m_drawn = Mode::Matrix;
};

} // namespace microtome
