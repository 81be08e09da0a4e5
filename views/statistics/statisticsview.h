#pragma once

#include "views/session/view.h"
#include "views/session/viewfactory.h"

class QStackedWidget;

namespace microtome {

class AttributionPanel;
class NormsPanel;
class PicturePanel;

/// Numbers about one run: what its components add to the answer's logit, and how large its residual
/// stream is.
class StatisticsView : public View {
    Q_OBJECT
public:
    explicit StatisticsView(Session&, QWidget* parent = nullptr);
    ~StatisticsView() override;

    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    QString copyAsPython() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    enum class Mode { Attribution, Norms };
    Mode mode() const;

    AttributionPanel& attribution() const { return *m_attribution; }
    NormsPanel& norms() const { return *m_norms; }
    Words& modeWords() const { return *m_mode; }

protected:
    void refresh(Changes) override;
    void hoverChanged() override;

private:
    struct Key;

    Shown shownRun() const;
    void chooseMode();
    void computeShown();
    void computeAttribution();
    void computeNorms();

    AttributionPanel* m_attribution;
    NormsPanel* m_norms;
    QStackedWidget* m_body;
    Words* m_mode;
    PicturePanel* m_used;
    std::unique_ptr<Key> m_asked;
    std::uint64_t m_normsAsked = 0;
};

/// `statistics`
ViewFactory statisticsFactory();

} // namespace microtome
