#pragma once

#include "views/lens/lensgrid.h"
#include "views/panel/stored.h"
#include "views/session/view.h"
#include "views/session/viewfactory.h"

#include <nlohmann/json.hpp>

class QSplitter;
class QToolButton;

namespace microtome {

class PicturePanel;
class SideCharts;
class Words;

/// The logit lens of the prompt: the whole grid of layers and positions, and beside it the focused
/// position by layer and the focused layer by position.
class LensView : public View {
    Q_OBJECT
public:
    explicit LensView(Session&, QWidget* parent = nullptr);
    ~LensView() override;

    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    QString copyAsPython() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    PicturePanel& grid() const { return *m_grid; }
    SideCharts& side() const { return *m_side; }
    const LensShown& shownLens() const { return m_shown; }

protected:
    void refresh(Changes) override;
    void hoverChanged() override;
    void keyPressEvent(QKeyEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    struct Key;
    struct Result;

    Key wanted() const;
    void computeGrid();
    bool showStored(const StoredRequest&);
    void keepGrid();
    void computeColumn();
    void draw();
    void mark();
    void fitSplitter();
    void click(const Cell&);
    void goTo(const Cell&);
    void pinFocus();
    std::optional<Cell> cellOf(const Focus&) const;
    std::vector<PinnedCell> pinnedCells() const;
    TokenId rankedToken() const;

    PicturePanel* m_grid;
    SideCharts* m_side;
    QSplitter* m_splitter;
    Words* m_measure;
    QToolButton* m_embedding;
    QToolButton* m_mid;
    QToolButton* m_rowKl;
    PicturePanel* m_used;
    std::unique_ptr<Key> m_asked;
    LensShown m_shown;
    std::optional<StoredRequest> m_toKeep; ///< what the grid was computed from, while not kept
    std::vector<TokenId> m_drawnIds;
    bool m_placed = false; ///< somebody moved the splitter, now or in the state that came back
    nlohmann::json m_scroll; ///< to be restored with the next drawing
};

/// `lens`
ViewFactory lensFactory();

} // namespace microtome
