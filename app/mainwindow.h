#pragma once

#include "app/palette.h"
#include "app/preferences.h"
#include "app/workspace.h"
#include "core/store/ids.h"
#include "views/session/session.h"

#include <QMainWindow>

#include <map>
#include <memory>

class QMenu;
class QSplitter;
class QToolButton;

namespace microtome {

class EditPanel;
class Inspector;
class OutputPanel;
class ProjectPanel;
class PromptBar;
class StatusStrip;
class TrainDialog;
class WalkCard;
class WalkGuide;
struct WalkShelf;

/// The window: it joins the session's parts, holds every command once, and decides no number.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(Session&, Preferences&, ViewFactories, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Commands by name ("open-model", "undo", "theme", ...): what menus, keys and the palette do.
    QAction* command(const QString& name) const;
    QStringList commands() const;

    void openModel(const QString& path);
    void openProject(const QString& path);
    void openFigure(const QString& path);
    void setDark(bool);

    /// The guided walks: in the Help menu, the palette and the project panel.
    void setWalks(const WalkShelf&);
    void startWalk(const QString& name);

    Session& session() const { return m_session; }
    Workspace* workspace() const { return m_workspace; }
    PromptBar* promptBar() const { return m_prompt; }
    EditPanel* editPanel() const { return m_edits; }
    OutputPanel* outputPanel() const { return m_output; }
    Inspector* inspector() const { return m_inspector; }
    ProjectPanel* projectPanel() const { return m_project; }
    Palette* commandPalette() const { return m_palette; }
    TrainDialog* trainDialog(); ///< made when it is first asked for
    StatusStrip* status() const { return m_status; }
    WalkGuide* guide() const { return m_guide; }
    WalkCard* walkCard() const { return m_card; }

protected:
    void keyPressEvent(QKeyEvent*) override;
    void dragEnterEvent(QDragEnterEvent*) override;
    void dropEvent(QDropEvent*) override;
    void closeEvent(QCloseEvent*) override;

private:
    void build();
    void buildCommands();
    void buildMenus();
    QAction* add(const QString& name, const QString& title, const QKeySequence& key,
        std::function<void()> run);
    void fillRecent(QMenu*);
    void follow(Changes);
    void showCheckpoints(bool anew);
    void fit();
    void fitRight();
    void showTrain();
    std::vector<PaletteItem> paletteItems(const QString& query);
    void openModelOf(Project&, std::optional<ModelId>);
    void chooseModel();
    void chooseModelFile();
    void chooseProject(bool create);
    void chooseFigure();
    void choosePrompts();
    void saveProjectAs();
    void exportFigure();
    void showTable();
    void copyAsPython();
    void showKeys();
    void showAbout();
    void applyTheme();
    void attempt(const std::function<void()>&);

    Session& m_session;
    Preferences& m_preferences;
    std::map<QString, QAction*> m_commands;
    QStringList m_order;
    PromptBar* m_prompt = nullptr;
    Workspace* m_workspace = nullptr;
    EditPanel* m_edits = nullptr;
    OutputPanel* m_output = nullptr;
    Inspector* m_inspector = nullptr;
    ProjectPanel* m_project = nullptr;
    StatusStrip* m_status = nullptr;
    Palette* m_palette = nullptr;
    WalkGuide* m_guide = nullptr;
    WalkCard* m_card = nullptr;
    QWidget* m_right = nullptr;
    QMenu* m_walkMenu = nullptr;
    std::unique_ptr<WalkShelf> m_walks;
    TrainDialog* m_train = nullptr; ///< made when it is first asked for
    QSplitter* m_across = nullptr;
    QSplitter* m_down = nullptr;
    QToolButton* m_model = nullptr;
    QToolButton* m_checkpoint = nullptr;
    QMenu* m_recent = nullptr;
};

} // namespace microtome
