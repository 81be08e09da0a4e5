#pragma once

#include "tests/fakemodel.h"
#include "views/session/session.h"

#include <QTest>

namespace microtome {

/// Opens reference decoders by name instead of folders: "small", "deep"; anything else is refused.
inline OpenModel openFake()
{
    return [](const std::filesystem::path& path, const EngineOptions&) -> std::unique_ptr<Model> {
        if (path.filename() == "small")
            return FakeModel::small();
        if (path.filename() == "deep")
            return FakeModel::deep();
        throw Error("There is no model in " + path.string() + ". Choose another folder.");
    };
}

/// Waits until nothing is computed and everything was told.
inline bool settle(Session& session)
{
    for (int quiet = 0, i = 0; i < 2000 && quiet < 3; ++i) {
        QTest::qWait(2);
        quiet = session.engine().idle() && !session.opening() ? quiet + 1 : 0;
    }
    return session.engine().idle();
}

/// A session with a small model and a prompt of six words, run.
inline void start(Session& session, const QString& model = QStringLiteral("small"))
{
    session.openModel(model);
    session.setPromptText(QStringLiteral("When Mary and John went to"));
    settle(session);
}

} // namespace microtome
