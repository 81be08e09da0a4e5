#include "app/datadir.h"
#include "app/deepmodel.h"
#include "app/firststart.h"
#include "app/mainwindow.h"
#include "app/pictures.h"
#include "app/projectmaker.h"
#include "app/trainingsample.h"
#include "app/walk.h"
#include "core/nn/dictionary.h"
#include "core/nn/open.h"
#include "core/store/project.h"
#include "views/figure/scene.h"
#include "views/session/view.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <cstdio>
#include <string_view>

using namespace microtome;

namespace {

std::unique_ptr<Model> open(const std::filesystem::path& path, const EngineOptions& options)
{
    OpenOptions engine;
    if (!options.device.empty())
        engine.device = options.device;
    if (!options.dtype.empty())
        engine.dtype = options.dtype;
    engine.threads = options.threads;
    return openModel(path, engine);
}

/// What was asked for on the command line.
struct Wish {
    QString document; ///< a project or a model
    QString model;
    QString text;
    QString view;
    QString state; ///< the file that tells how the view looks
    QString tour;
    QString screenshot;
    QString out; ///< the file of a figure or a project
    QString recipe;
    QSize size{1440, 900};
    bool dark = false;
};

Wish read(const QApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription("A desktop explorer for model internals.");
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(
        "document", "A project, a model's folder, or one of the words figure and project.");
    const QCommandLineOption tour("tour", "Render every view into DIR and end.", "DIR");
    const QCommandLineOption screenshot(
        "screenshot", "Render the window into FILE and end.", "FILE");
    const QCommandLineOption view("view", "The view to show.", "NAME");
    const QCommandLineOption state("state",
        "How the view looks: a figure's sidecar (.json), or its view_state alone.", "FILE");
    const QCommandLineOption model("model", "The model to open.", "DIR");
    const QCommandLineOption text("text", "The prompt.", "TEXT");
    const QCommandLineOption out(
        "out", "The figure's file (.svg, .pdf or .png), or the project's.", "FILE");
    const QCommandLineOption recipe("recipe", "What the project is made from.", "FILE");
    const QCommandLineOption size("size", "The window's size, as 1440x900.", "WxH");
    const QCommandLineOption dark("dark", "The dark theme.");
    parser.addOptions({tour, screenshot, view, state, model, text, out, recipe, size, dark});
    parser.process(application);

    Wish wish;
    wish.document = parser.positionalArguments().value(0);
    wish.model = parser.value(model);
    wish.text = parser.value(text);
    wish.view = parser.value(view);
    wish.state = parser.value(state);
    wish.tour = parser.value(tour);
    wish.screenshot = parser.value(screenshot);
    wish.out = parser.value(out);
    wish.recipe = parser.value(recipe);
    wish.dark = parser.isSet(dark);
    const QStringList sides = parser.value(size).split(u'x');
    if (sides.size() == 2 && sides[0].toInt() > 0 && sides[1].toInt() > 0)
        wish.size = {sides[0].toInt(), sides[1].toInt()};
    return wish;
}

bool isProject(const QString& path)
{
    return QFileInfo(path).suffix() == QStringLiteral("microtome");
}

/// Opens what was named, or the bundled model on its prompt.
void begin(MainWindow& window, Session& session, const Wish& wish)
{
    const bool word
        = wish.document == QStringLiteral("figure") || wish.document == QStringLiteral("project");
    const QString document = word ? QString() : wish.document;
    const QString model = !wish.model.isEmpty()       ? wish.model
        : !document.isEmpty() && !isProject(document) ? document
                                                      : QString();
    if (isProject(document))
        window.openProject(document);
    if (!model.isEmpty())
        window.openModel(model);
    if (!wish.text.isEmpty())
        session.setPromptText(wish.text);
    if (model.isEmpty() && !session.opening() && !session.hasModel() && !bundledModel().isEmpty()) {
        window.openModel(bundledModel());
        if (session.promptText().isEmpty())
            session.setPromptText(bundledPrompt());
    }
    if (!wish.view.isEmpty())
        window.workspace()->showView(wish.view);
    else
        window.workspace()->showBelow(QStringLiteral("attention"));
}

/// The project that keeps the runs of a model that was named without one.
void keepRuns(MainWindow& window, Session& session, const Preferences& preferences)
{
    if (session.project())
        return;
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    const QString recent = preferences.recentProjects().value(0);
    if (QFileInfo::exists(recent))
        window.openProject(recent);
    else if (QDir().mkpath(folder))
        window.openProject(folder + QStringLiteral("/first.microtome"));
}

void setLook(MainWindow& window, const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw Error("The file " + path.toStdString() + " cannot be read.");
    const QByteArray text = file.readAll();
    const auto form = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    View* view = window.workspace()->current();
    if (!form.is_object() || !view)
        throw Error(
            path.toStdString() + " does not tell how a view looks: it is not a JSON object.");
    view->restore(form.value("view_state", form));
}

void writeFigure(MainWindow& window, const QString& file)
{
    const View* view = window.workspace()->current();
    const auto scene = view ? view->figure() : nullptr;
    if (!scene)
        throw Error(view && !view->sentence().isEmpty()
                ? view->sentence().toStdString()
                : "This view has no picture to export. Name another with --view.");
    const QString suffix = QFileInfo(file).suffix().toLower();
    FigureFormat format;
    format.heightInches = scene->fittingHeight(format);
    if (suffix == QStringLiteral("svg"))
        writeSvg(*scene, format, file);
    else if (suffix == QStringLiteral("pdf"))
        writePdf(*scene, format, file);
    else if (suffix == QStringLiteral("png"))
        writePng(*scene, format, file);
    else
        throw Error("A figure is written as .svg, .pdf or .png; name one of these with --out.");
}

/// Pictures and figures: without a person, without their settings, with an end.
int render(const Wish& wish)
{
    if (!wish.recipe.isEmpty()) {
        if (wish.out.isEmpty())
            throw Error("Name the project's file with --out.");
        makeProject(open, wish.recipe, dataFolder(), wish.out);
        return 0;
    }
    if (!wish.tour.isEmpty()) {
        PictureTour tour;
        tour.open = open;
        tour.views = allViews();
        const QTemporaryDir temporary;
        tour.models = {wish.model};
        if (wish.model.isEmpty()) {
            const auto deep = makeDeepModel(
                temporary.path().toStdString(), bundledModel().toStdString() + "/tokenizer.json");
            const auto shallow = makeDeepModel(temporary.path().toStdString(),
                bundledModel().toStdString() + "/tokenizer.json", {.layers = 3});
            TrainingSample{.checkpoints = 24, .tasks = 14, .layers = 48}.writeTo(deep);
            TrainingSample{.checkpoints = 3, .tasks = 2, .steps = 400}.writeTo(shallow);
            tour.models = {bundledModel(), QString::fromStdString(deep.string()),
                QString::fromStdString(shallow.string())};
        }
        tour.walks = WalkShelf::read((dataFolder() + QStringLiteral("/walks")).toStdString());
        tour.prompt = wish.text.isEmpty() ? bundledPrompt() : wish.text;
        tour.folder = wish.tour;
        tour.size = wish.size;
        renderTour(tour);
        return 0;
    }
    MemoryPreferences preferences;
    preferences.setDark(wish.dark);
    Session session(open);
    session.setEncoder(encodeFast);
    MainWindow window(session, preferences, allViews());
    window.resize(wish.size);
    window.show();
    begin(window, session, wish);
    if (!wish.view.isEmpty() && !window.workspace()->names().contains(wish.view))
        throw Error("There is no view “" + wish.view.toStdString() + "”; there are "
            + window.workspace()->names().join(QStringLiteral(", ")).toStdString() + ".");
    waitUntilDone(session);
    if (session.waitsForRun())
        session.runNow();
    waitUntilDone(session);
    if (!session.modelError().isEmpty())
        throw Error(session.modelError().toStdString());
    if (!wish.state.isEmpty())
        setLook(window, wish.state);
    waitUntilDone(session);
    if (wish.out.isEmpty())
        savePicture(window, wish.screenshot);
    else
        writeFigure(window, wish.out);
    return 0;
}

int work(const Wish& wish)
{
    if (!wish.tour.isEmpty() || !wish.screenshot.isEmpty() || !wish.recipe.isEmpty()
        || !wish.out.isEmpty())
        return render(wish);
    SettingsPreferences preferences;
    Session session(open);
    session.setEncoder(encodeFast);
    MainWindow window(session, preferences, allViews());
    window.setWalks(WalkShelf::read((dataFolder() + QStringLiteral("/walks")).toStdString()));
    window.show();
    if (wish.document.isEmpty() && wish.model.isEmpty() && wish.text.isEmpty())
        openFirst(window, preferences, dataFolder(),
            QStandardPaths::writableLocation(QStandardPaths::AppDataLocation));
    begin(window, session, wish);
    keepRuns(window, session, preferences);
    return QApplication::exec();
}

/// Pictures and figures are drawn on machines without a display, too.
void doWithoutDisplay(int argc, char** argv)
{
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        if (!qEnvironmentVariableIsEmpty(name))
            return;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "figure" || word == "project" || word == "-h" || word == "--help"
            || word == "-v" || word == "--version" || word.starts_with("--tour")
            || word.starts_with("--screenshot"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
    }
}

} // namespace

int main(int argc, char** argv)
{
    doWithoutDisplay(argc, argv);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Microtome"));
    QApplication::setApplicationVersion(QStringLiteral(MICROTOME_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.microtome.Microtome"));
    try {
        return work(read(application));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
