#pragma once

#include "views/features/featuredesk.h"
#include "views/session/view.h"
#include "views/session/viewfactory.h"

#include <nlohmann/json.hpp>

class QSplitter;

namespace microtome {

class BrowserPanel;
class FeaturePage;
class PicturePanel;
class Project;

/// The features of the project: all of them as a table to search, and one of them in full.
class FeaturesView : public View {
    Q_OBJECT
public:
    explicit FeaturesView(Session&, QWidget* parent = nullptr);
    ~FeaturesView() override;

    bool needsRun() const override { return false; }
    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    /// Shows a feature on the page, wherever it is in the table.
    void open(FeatureKey);

    BrowserPanel& browser() const { return *m_browser; }
    FeaturePage& page() const { return *m_page; }
    const FeatureDesk& desk() const { return m_desk; }

protected:
    void refresh(Changes) override;

private:
    /// What can be chosen from.
    struct Choice {
        std::vector<SourceLine> sources;
        std::vector<FeatureList> lists;
        std::vector<std::string> tags;
    };

    static QStringList namesOf(const Choice&);
    void connectPage();
    void readChoice(std::function<void()> then = {});
    void showChoice(Choice);
    void showFound();
    void readPage(FeatureKey);
    void write(const std::function<void(Project&, FeatureKey)>&);
    void writeBookmark(bool on);
    void writeList(const QString& name, bool on);
    void writeTag(const QString& tag, bool on);

    FeatureDesk m_desk;
    BrowserPanel* m_browser;
    FeaturePage* m_page;
    QSplitter* m_split;
    PicturePanel* m_used = nullptr; ///< of the page; null: the table
    Choice m_choice;
    nlohmann::json m_later; ///< a state to restore once there are sources
    std::optional<FeatureKey> m_wanted; ///< on the page, or on its way there
};

/// `features`
ViewFactory featuresFactory();

} // namespace microtome
