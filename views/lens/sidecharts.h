#pragma once

#include "views/lens/lensgrid.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

namespace microtome {

class PicturePanel;
class Words;

/// Beside the lens's grid: the best tokens of every layer at the focused position, how the tracked
/// tokens fare from layer to layer, and from position to position in the focused layer.
class SideCharts : public QWidget {
    Q_OBJECT
public:
    explicit SideCharts(Session&, QWidget* parent = nullptr);

    /// `column`: a lens of one position. Null: nothing yet.
    void setColumn(std::shared_ptr<const Lens> column);
    const std::shared_ptr<const Lens>& column() const { return m_column; }

    /// The whole grid, in the row that is looked at.
    void setRow(std::shared_ptr<const Lens> grid, std::optional<std::size_t> row);

    /// A sentence instead of the column's charts.
    void say(const QString&);

    void applyTheme();
    bool ranks() const;
    void setRanks(bool);

    PicturePanel& tokens() const { return *m_tokens; }
    PicturePanel& byLayer() const { return *m_byLayer; }
    PicturePanel& byPosition() const { return *m_byPosition; }
    Words& measure() const { return *m_measure; }

signals:
    void rowChosen(std::size_t row);
    void columnChosen(std::size_t column);
    void tokenChosen(std::size_t row, microtome::TokenId);

private:
    void drawColumn();
    void drawRow();
    std::vector<Trajectory> toldApart(std::vector<Trajectory>) const;

    Session& m_session;
    PicturePanel* m_tokens;
    PicturePanel* m_byLayer;
    PicturePanel* m_byPosition;
    Words* m_measure;
    std::shared_ptr<const Lens> m_column;
    std::shared_ptr<const Lens> m_grid;
    std::optional<std::size_t> m_row;
};

/// The tokens to follow at a column: the pinned ones, then the distinct best tokens of its rows,
/// those that reach the highest probability first; at most eight.
std::vector<TokenId> tokensToFollow(
    const Lens&, std::size_t column, const std::vector<TokenId>& pinned);

} // namespace microtome
