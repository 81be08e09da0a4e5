#pragma once

#include "views/session/view.h"
#include "views/session/viewfactory.h"

class QStackedWidget;

namespace microtome {

class PatchLens;
class PicturePanel;
class SweepPanel;

/// Patching between two prompts: a sweep over all places at once, or single cells dragged from one
/// lens to the other.
class PatchingView : public View {
    Q_OBJECT
public:
    explicit PatchingView(Session&, QWidget* parent = nullptr);

    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    QString copyAsPython() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    enum class Mode { Sweep, Lens };
    Mode mode() const;

    SweepPanel& sweep() const { return *m_sweep; }
    PatchLens& lens() const { return *m_lens; }
    Words& modeWords() const { return *m_mode; }

protected:
    void refresh(Changes) override;

private:
    void chooseMode();
    void followLens();

    SweepPanel* m_sweep;
    PatchLens* m_lens;
    QStackedWidget* m_body;
    Words* m_mode;
    PicturePanel* m_used;
};

/// `patching`
ViewFactory patchingFactory();

} // namespace microtome
