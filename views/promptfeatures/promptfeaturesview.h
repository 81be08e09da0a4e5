#pragma once

#include "core/features/prompt/promptfeatures.h"
#include "core/features/prompt/topfeatures.h"
#include "views/session/view.h"
#include "views/session/viewfactory.h"

class QSplitter;
class QToolButton;

namespace microtome {

struct Cell;
class DictionaryMenu;
class PicturePanel;

/// The strongest features of the prompt in all dictionaries that are at hand, where each of them
/// fires, those of the focused token, and what every dictionary leaves unexplained. While the
/// difference is shown: the features that the edited run and the reference differ by most.
class PromptFeaturesView : public View {
    Q_OBJECT
public:
    explicit PromptFeaturesView(Session&, QWidget* parent = nullptr);
    ~PromptFeaturesView() override;

    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    PicturePanel& features() const { return *m_features; }
    PicturePanel& token() const { return *m_token; }
    PicturePanel& unexplained() const { return *m_unexplained; }
    Words& orderWords() const { return *m_order; }
    QToolButton& bosWord() const { return *m_bos; }
    QToolButton& dictionariesWord() const { return *m_dictionaries; }
    DictionaryMenu& dictionaries() const { return *m_menu; }
    const std::shared_ptr<const PromptFeatures>& found() const { return m_found; }

protected:
    void refresh(Changes) override;

private:
    struct Key;
    struct Result;
    class Shelf;

    PromptOrder order() const { return static_cast<PromptOrder>(orderIndex()); }
    int orderIndex() const;
    bool differs() const; ///< the difference of two runs is shown
    void readKnown();
    void read();
    void draw();
    void drawToken();
    void mark();
    void goTo(const Cell&);

    std::shared_ptr<Shelf> m_shelf; ///< opened dictionaries, on the engine's thread
    PicturePanel* m_features;
    PicturePanel* m_token;
    PicturePanel* m_unexplained;
    QSplitter* m_splitter;
    Words* m_order;
    QToolButton* m_bos;
    QToolButton* m_dictionaries;
    DictionaryMenu* m_menu;
    PicturePanel* m_used;
    std::unique_ptr<Key> m_asked;
    std::shared_ptr<const PromptFeatures> m_found;
    std::shared_ptr<const PromptFeatures> m_reference; ///< of the reference, while they differ
};

/// `prompt-features`
ViewFactory promptFeaturesFactory();

} // namespace microtome
