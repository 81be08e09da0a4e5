#pragma once

#include "core/analysis/norms.h"
#include "views/canvas/picture.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QDoubleSpinBox;

namespace microtome {

class PicturePanel;
class Words;

/// How large the residual stream is by layer and position, with its massive activations marked and
/// listed, and the largest and median numbers of each layer.
class NormsPanel : public QWidget {
    Q_OBJECT
public:
    explicit NormsPanel(Session&, QWidget* parent = nullptr);

    void setResult(std::shared_ptr<const ResidualNorms>);
    const std::shared_ptr<const ResidualNorms>& result() const { return m_norms; }
    void setSentence(const QString&);

    MassiveThresholds thresholds() const;
    void setThresholds(const MassiveThresholds&);

    void mark(const Focus&, const std::vector<Pin>&);
    void setHover(const std::optional<Focus>&);
    void applyTheme();
    Table table() const;
    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    PicturePanel& grid() const { return *m_grid; }
    PicturePanel& peaks() const { return *m_peaks; }
    PicturePanel& list() const { return *m_list; }

signals:
    void focused(const microtome::Focus&);

private:
    void draw();
    void drawGrid(const std::vector<MassiveActivation>&);
    void drawList(const std::vector<MassiveActivation>&);
    void drawPeaks();
    int rowOf(const Site&) const;
    std::optional<Cell> cellOf(const Focus&) const;
    QString rowName(std::size_t row) const;

    Session& m_session;
    PicturePanel* m_grid;
    PicturePanel* m_peaks;
    PicturePanel* m_list;
    Words* m_scale;
    QDoubleSpinBox* m_absolute;
    QDoubleSpinBox* m_ratio;
    std::shared_ptr<const ResidualNorms> m_norms;
    std::vector<MassiveActivation> m_massive;
    Focus m_focus;
};

} // namespace microtome
