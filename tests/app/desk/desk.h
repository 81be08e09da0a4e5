#pragma once

#include "app/mainwindow.h"
#include "app/pictures.h"
#include "app/walk.h"
#include "core/nn/open.h"
#include "core/store/project.h"
#include "views/session/view.h"

#include <QTest>

namespace microtome {

inline OpenModel openReal()
{
    return [](const std::filesystem::path& path, const EngineOptions&) {
        OpenOptions options;
        options.threads = 1;
        return openModel(path, options);
    };
}

inline const QString dataOfSource = QStringLiteral(MICROTOME_SOURCE "/data");

/// The window with every view, as a person has it.
struct Desk {
    Desk()
        : session(openReal())
        , window(session, preferences, allViews())
    {
        window.setWalks(WalkShelf::read((dataOfSource + "/walks").toStdString()));
        window.resize(1280, 800);
        window.show();
    }

    MemoryPreferences preferences;
    Session session;
    MainWindow window;
};

} // namespace microtome
