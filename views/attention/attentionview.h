#pragma once

#include "core/analysis/attention.h"
#include "views/session/view.h"
#include "views/session/viewfactory.h"

class QSplitter;

namespace microtome {

class HeadsPanel;
class MapPanel;
class PicturePanel;

/// Attention: every head small at the left, one map large at the right.
class AttentionView : public View {
    Q_OBJECT
public:
    explicit AttentionView(Session&, QWidget* parent = nullptr);
    ~AttentionView() override;

    QString capability() const override;
    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    QString copyAsPython() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    HeadsPanel& heads() const { return *m_heads; }
    MapPanel& map() const { return *m_map; }

protected:
    void refresh(Changes) override;
    void hoverChanged() override;
    void keyPressEvent(QKeyEvent*) override;

private:
    struct Key;
    struct Maps {
        std::shared_ptr<const AttentionMap> map;
        std::shared_ptr<const AttentionMap> reference;
    };

    Layer layer() const;
    Head head() const;
    bool atlasUsed() const;
    void computeMap();

    HeadsPanel* m_heads;
    MapPanel* m_map;
    QSplitter* m_splitter;
    PicturePanel* m_used;
    std::unique_ptr<Key> m_asked;
};

/// `attention`
ViewFactory attentionFactory();

} // namespace microtome
