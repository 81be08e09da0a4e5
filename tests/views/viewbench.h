#pragma once

#include "tests/views/session/fakesession.h"
#include "views/panel/picturepanel.h"
#include "views/session/view.h"
#include "views/style/apply.h"

#include <QApplication>
#include <QMouseEvent>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <memory>

namespace microtome {

/// A session on a fake model with one view on screen, and the gestures of a person.
struct ViewBench {
    Session session{openFake()};
    std::unique_ptr<View> view;

    template <class V> V& show(int width = 1000, int height = 640)
    {
        view = std::make_unique<V>(session);
        view->resize(width, height);
        view->show();
        QTest::qWait(5);
        settled();
        return static_cast<V&>(*view);
    }

    /// Waits until nothing is computed, for as long as the long prompts of a fake model take.
    bool settled()
    {
        for (int i = 0; i < 30; ++i)
            if (settle(session))
                return true;
        return false;
    }

    /// `count` words of the fake vocabulary, one token each.
    static QString words(int count)
    {
        static const QStringList some = {"When", "Mary", "and", "John", "went", "to", "the",
            "store", "John", "gave", "a", "drink", "to", "the", "dog", "of", "Paris", "one", "red"};
        QStringList words;
        for (int i = 0; i < count; ++i)
            words << (i == 0 ? some[0] : some[1 + (i * 7 + i / 18) % 18]);
        return words.join(u' ');
    }

    static QPoint centreOf(const PicturePanel& panel, const Cell& cell)
    {
        return panel.canvas().rectOf(cell).center().toPoint();
    }

    /// Scrolls there as a person would, then clicks.
    static bool click(PicturePanel& panel, const Cell& cell)
    {
        panel.canvas().reveal(cell);
        const QRectF rect = panel.canvas().rectOf(cell);
        if (rect.isEmpty())
            return false;
        QTest::mouseClick(
            panel.canvas().viewport(), Qt::LeftButton, Qt::NoModifier, rect.center().toPoint());
        return true;
    }

    static void drag(PicturePanel& from, const Cell& a, PicturePanel& to, const Cell& b)
    {
        QWidget* start = from.canvas().viewport();
        const QPoint end
            = start->mapFromGlobal(to.canvas().viewport()->mapToGlobal(centreOf(to, b)));
        QTest::mousePress(start, Qt::LeftButton, Qt::NoModifier, centreOf(from, a));
        QTest::mouseMove(start, end / 2 + centreOf(from, a) / 2);
        QTest::mouseMove(start, end);
        QTest::mouseRelease(start, Qt::LeftButton, Qt::NoModifier, end);
    }

    static void shiftMove(PicturePanel& panel, const Cell& cell)
    {
        const QPointF point = panel.canvas().rectOf(cell).center();
        QMouseEvent move(QEvent::MouseMove, point, panel.canvas().viewport()->mapToGlobal(point),
            Qt::NoButton, Qt::NoButton, Qt::ShiftModifier);
        QApplication::sendEvent(panel.canvas().viewport(), &move);
    }

    /// No two texts of a picture lie upon each other.
    static QString overlap(const PicturePanel& panel)
    {
        const QSizeF size = panel.picture()
                                ->preferredSize(panel.canvas().look())
                                .expandedTo(panel.canvas().viewport()->size());
        const auto labels = panel.picture()->labels({{0, 0}, size}, panel.canvas().look());
        for (std::size_t i = 0; i < labels.size(); ++i)
            for (std::size_t j = i + 1; j < labels.size(); ++j)
                if (labels[i].rect.adjusted(0.5, 0.5, -0.5, -0.5).intersects(labels[j].rect))
                    return labels[i].text + u'|' + labels[j].text;
        return {};
    }
};

} // namespace microtome
