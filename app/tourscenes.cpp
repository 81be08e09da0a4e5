#include "app/tourscenes.h"

#include "app/pictures.h"
#include "views/attention/attentionview.h"
#include "views/features/featuresview.h"
#include "views/patching/patchingview.h"
#include "views/patching/patchlens.h"
#include "views/patching/sweepform.h"
#include "views/patching/sweeppanel.h"
#include "views/session/words.h"
#include "views/statistics/statisticsview.h"
#include "views/training/trainingview.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QStringList>
#include <QThread>

namespace microtome {

using namespace nlohmann::literals;

namespace {

/// So many cells of a sweep by position are patched in seconds; beyond it heads are.
constexpr std::size_t mostCells = 1024;

void nothing() { }

/// A scene that a change of the view's state makes.
TourScene mode(View& view, const QString& name, const nlohmann::json::json_pointer& key)
{
    const nlohmann::json before = view.viewState();
    nlohmann::json changed = before;
    changed[key] = 1;
    return {name, [&view, changed] { view.restore(changed); },
        [&view, before] { view.restore(before); }};
}

void runSweep(PatchingView& view, Session& session)
{
    SweepForm& form = view.sweep().form();
    const std::size_t cells
        = session.prompt().size() * static_cast<std::size_t>(session.architecture().layers);
    const Sweep kind = cells <= mostCells ? Sweep::ResidPre : Sweep::HeadOut;
    form.setCorruptedText(corruptedPrompt(session));
    form.kindWords().setActive(
        static_cast<int>(sweepWords().indexOf(QString::fromLatin1(sweepName(kind)))));
    view.sweep().run();
}

/// The source's last position in the middle of the network, put onto the same cell.
void dragCell(PatchingView& view, Session& session)
{
    view.modeWords().setActive(static_cast<int>(PatchingView::Mode::Lens));
    waitUntilDone(session);
    const Cell cell{
        session.architecture().layers / 2, static_cast<int>(session.prompt().size()) - 1};
    view.lens().patch(cell, cell);
}

/// Until everything that was asked of the project is on screen.
void waitForFeatures(const FeaturesView& view)
{
    for (int quiet = 0; quiet < 3;) {
        QCoreApplication::processEvents();
        quiet = view.desk().idle() ? quiet + 1 : 0;
        QThread::msleep(1);
    }
}

} // namespace

QString corruptedPrompt(const Session& session)
{
    const auto tokenizer = session.tokenizer();
    const std::vector<TokenId>& ids = session.prompt().ids;
    for (std::size_t i = ids.size(); i-- > 0;) {
        const TokenId other = ids[i];
        if (other == ids.back() || (tokenizer && tokenizer->isSpecial(other)))
            continue;
        std::vector<TokenId> corrupted = ids;
        corrupted.back() = other;
        if (!tokenizer) {
            QStringList words;
            for (const TokenId id : corrupted)
                words << QString::number(id);
            return words.join(u',');
        }
        const std::string text = tokenizer->decode(corrupted);
        if (encodePrompt(*tokenizer, session.architecture().bos, text, session.settings().bos).ids
            == corrupted)
            return QString::fromStdString(text);
    }
    return {};
}

std::vector<TourScene> scenesOf(View* view, Session& session)
{
    std::vector<TourScene> scenes{{{}, nothing, nothing}};
    if (auto* attention = dynamic_cast<AttentionView*>(view)) {
        scenes.push_back(mode(*attention, QStringLiteral("-atlas"), "/heads/mode"_json_pointer));
    } else if (auto* training = dynamic_cast<TrainingView*>(view);
               training && !session.history().states.empty()) {
        scenes.push_back(mode(*training, QStringLiteral("-linear"), "/axis"_json_pointer));
        scenes.push_back({QStringLiteral("-earlier"),
            [&session] {
                session.openCheckpoint(session.history().states.size() / 2);
                session.selection().focusHead(Layer(0), Head(session.architecture().heads / 2));
            },
            [&session] { session.openCheckpoint(session.history().states.size() - 1); }});
    } else if (auto* statistics = dynamic_cast<StatisticsView*>(view)) {
        scenes.push_back(mode(*statistics, QStringLiteral("-norms"), "/mode"_json_pointer));
    } else if (auto* features = dynamic_cast<FeaturesView*>(view)) {
        scenes.front().enter = [features] { waitForFeatures(*features); };
        scenes.push_back({QStringLiteral("-quantiles"),
            [features] {
                features->restore({{"examples", 1}});
            },
            [features] {
                features->restore({{"examples", 0}});
            }});
    } else if (auto* patching = dynamic_cast<PatchingView*>(view)) {
        scenes.front().enter = [patching, &session] { runSweep(*patching, session); };
        scenes.push_back(
            {QStringLiteral("-lens"), [patching, &session] { dragCell(*patching, session); },
                [patching, &session] {
                    session.editList().clear();
                    patching->modeWords().setActive(static_cast<int>(PatchingView::Mode::Sweep));
                }});
    }
    return scenes;
}

} // namespace microtome
