#include "app/pictures.h"

#include "app/mainwindow.h"
#include "app/tourscenes.h"
#include "app/traindialog.h"
#include "app/walkguide.h"
#include "views/session/view.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QPixmap>
#include <QSaveFile>
#include <QThread>

#include <algorithm>

namespace microtome {

namespace {

/// Turns of the event loop without anything to compute after which a window is at rest.
constexpr int restfulTurns = 8;

/// Seconds after which a picture of the tour is taken whether its numbers are there or not.
constexpr double longestScene = 600;

void writeIndex(const PictureTour& tour, const QStringList& names)
{
    QString text = QStringLiteral("# Every view\n\n");
    for (const QString& name : names)
        text += QStringLiteral("## %1\n\n![%1](%1.png)\n\n").arg(name);
    QSaveFile file(tour.folder + QStringLiteral("/index.md"));
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0 || !file.commit())
        throw Error("The index could not be written to " + file.fileName().toStdString() + ".");
}

/// Both themes of what the window shows; adds their names.
void saveBoth(MainWindow& window, QWidget& shown, const QString& folder, const QString& name,
    QStringList& names)
{
    for (const bool dark : {false, true}) {
        window.setDark(dark);
        waitUntilDone(window.session());
        names << name + (dark ? QStringLiteral("-dark") : QStringLiteral("-light"));
        savePicture(shown, folder + u'/' + names.back() + QStringLiteral(".png"));
    }
}

/// The walks' cards at their second steps, and the page that trains, before and while it does.
void saveBesides(MainWindow& window, const PictureTour& tour, QStringList& names)
{
    for (const Walk& walk : tour.walks.walks) {
        window.startWalk(QString::fromStdString(walk.name));
        waitUntilDone(window.session());
        window.guide()->show(std::min<int>(1, static_cast<int>(walk.steps.size()) - 1));
        waitUntilDone(window.session());
        saveBoth(window, window, tour.folder,
            QStringLiteral("walk-") + QString::fromStdString(walk.name), names);
        window.guide()->leave();
    }
    TrainDialog& page = *window.trainDialog();
    page.show();
    saveBoth(window, page, tour.folder, QStringLiteral("train"), names);
    for (int step = 1; step <= 300; ++step) {
        const double loss = 1.5 + 5 / (1 + step / 40.0);
        nlohmann::json line{{"step", step}, {"steps", 1000}, {"loss", loss},
            {"tokens_per_second", 21400}, {"seconds_left", (1000 - step) * 0.19}};
        if (step % 25 == 0)
            line["heldout"] = loss + 0.06;
        page.process().take(QByteArray::fromStdString(line.dump()));
    }
    saveBoth(window, page, tour.folder, QStringLiteral("train-under-way"), names);
    page.hide();
}

} // namespace

bool waitUntilDone(Session& session, double seconds)
{
    QElapsedTimer timer;
    timer.start();
    int quiet = 0;
    while (quiet < restfulTurns && static_cast<double>(timer.elapsed()) < seconds * 1000) {
        QCoreApplication::processEvents();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        const bool busy = session.opening() || !session.engine().idle();
        quiet = busy ? 0 : quiet + 1;
        if (busy)
            QThread::msleep(2);
    }
    return quiet >= restfulTurns;
}

void setPromptOfLength(Session& session, const QString& text, int tokens)
{
    const Architecture& a = session.architecture();
    const int wanted = std::min(tokens, a.context);
    const auto tok = session.tokenizer();
    std::vector<TokenId> ids;
    if (tok) {
        std::string repeated = text.toStdString();
        for (std::size_t before = 0; ids.size() < static_cast<std::size_t>(wanted);) {
            ids = encodePrompt(*tok, a.bos, repeated, session.settings().bos).ids;
            if (ids.size() <= before)
                break;
            before = ids.size();
            repeated += " " + text.toStdString();
        }
    } else {
        for (int i = 0; i < wanted; ++i)
            ids.push_back(i % a.vocabulary);
    }
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(wanted)));
    session.setPromptIds(ids);
}

void savePicture(QWidget& widget, const QString& file)
{
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly) || !widget.grab().save(&out, "PNG") || !out.commit())
        throw Error("The picture could not be written to " + file.toStdString()
            + ". Choose a folder that can be written to.");
}

QStringList renderTour(const PictureTour& tour)
{
    if (!QDir().mkpath(tour.folder))
        throw Error("The folder " + tour.folder.toStdString()
            + " could not be made. Choose another place.");
    QStringList names;
    MemoryPreferences preferences;
    Session session(tour.open);
    RunSettings settings;
    settings.autoSeconds = 3600; // pictures wait for whatever a prompt takes
    session.setSettings(settings);
    MainWindow window(session, preferences, tour.views);
    window.setWalks(tour.walks);
    window.resize(tour.size);
    window.show();
    for (const QString& model : tour.models) {
        session.openModel(model);
        if (!waitUntilDone(session) || !session.modelError().isEmpty())
            throw Error(session.modelError().toStdString());
        for (const int tokens : {tour.shortTokens, tour.longTokens}) {
            setPromptOfLength(session, tour.prompt, tokens);
            QStringList views = window.workspace()->names();
            if (views.empty())
                views << QStringLiteral("window");
            for (const QString& view : views) {
                window.workspace()->showView(view);
                waitUntilDone(session);
                const QString of = QStringLiteral("-%1-%2")
                                       .arg(QFileInfo(model).fileName())
                                       .arg(session.prompt().size());
                for (const TourScene& scene : scenesOf(window.workspace()->current(), session)) {
                    scene.enter();
                    waitUntilDone(session, longestScene);
                    const View* shown = window.workspace()->current();
                    if (shown && shown->state() == View::State::Failed)
                        throw Error("The picture of “" + view.toStdString() + "” with "
                            + std::to_string(session.prompt().size())
                            + " tokens failed: " + shown->sentence().toStdString());
                    saveBoth(window, window, tour.folder, view + scene.name + of, names);
                    scene.leave();
                    waitUntilDone(session);
                }
            }
        }
    }
    saveBesides(window, tour, names);
    writeIndex(tour, names);
    return names;
}

} // namespace microtome
