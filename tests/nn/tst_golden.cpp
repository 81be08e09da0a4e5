#include "core/model/editfile.h"
#include "core/model/safetensors.h"
#include "core/nn/open.h"

#include <QDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

const fs::path home = fs::path(MICROTOME_SOURCE) / "tests/nn/golden";

/// max |difference|; infinite where one is infinite and the other is not, or shapes differ.
double distance(const Matrix& a, const Matrix& b)
{
    if (a.size() != b.size())
        return INFINITY;
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a.values()[i];
        const double y = b.values()[i];
        if (x == y)
            continue;
        const double d = std::abs(x - y);
        most = std::isnan(d) ? INFINITY : std::max(most, d);
    }
    return most;
}

std::vector<TokenId> idsOf(const SafeTensors& golden, const std::string& name)
{
    std::vector<TokenId> ids;
    const Matrix stored = golden.matrix(name);
    for (const float id : stored.values())
        ids.push_back(static_cast<TokenId>(id));
    return ids;
}

} // namespace

/// The engine against the reference implementations: tiny random models of every family, logits and
/// every point, edits and gradients (see golden/README.md).
class TestGolden : public QObject {
    Q_OBJECT

private:
    static void folders()
    {
        QTest::addColumn<QString>("folder");
        for (const auto& entry : fs::directory_iterator(home))
            if (fs::exists(entry.path() / "golden.safetensors")) {
                const auto name = entry.path().filename().string();
                QTest::newRow(name.c_str()) << QString::fromStdString(name);
            }
    }

    static double tolerance(double largest) { return 5e-5 * std::max(1.0, largest); }

private slots:
    void points_data() { folders(); }
    void points();
    void edits_data() { folders(); }
    void edits();
    void gradients_data() { folders(); }
    void gradients();
    void everySwitchIsOnSomewhere();
};

void TestGolden::points()
{
    QFETCH(QString, folder);
    const auto path = home / folder.toStdString();
    const auto model = openModel(path);
    const auto golden = SafeTensors::open(path / "golden.safetensors");
    QVERIFY2(model->info().unused.empty(), model->info().unused.empty() ? "" : model->info().unused[0].c_str());
    int checked = 0;
    for (const std::string prompt : {"a", "b"}) {
        RunRequest request;
        request.ids = idsOf(*golden, prompt + "/tokens");
        request.want = {Site {Point::Logits, {}, {}}};
        for (const auto& [name, entry] : golden->entries())
            if (name.starts_with(prompt + "/") && (name.find("hook_") != std::string::npos)
                && !name.starts_with(prompt + "/edit") && !name.starts_with(prompt + "/grad")) {
                const auto site = Site::parse(name.substr(2));
                QVERIFY2(site.has_value(), name.c_str());
                QVERIFY2(model->architecture().has(site->point), name.c_str());
                request.want.push_back(*site);
                QCOMPARE(model->architecture().shape(*site, std::ssize(request.ids)), entry.shape);
            }
        const Trace trace = model->run(request);
        for (const Site& site : request.want) {
            const auto name = prompt + "/" + (site.point == Point::Logits ? "logits" : site.name());
            const double d = distance(trace.at(site), golden->matrix(name));
            QVERIFY2(d < 5e-5, (name + " differs by " + std::to_string(d)).c_str());
            ++checked;
        }
        if (prompt == "a") // every point that the model has was compared
            for (const Site& site : model->architecture().sites()) {
                const bool full = golden->entries().contains("a/blocks.0.attn.hook_result");
                const bool copies = site.point == Point::Result || site.point == Point::AttnIn
                    || site.point == Point::QInput || site.point == Point::KInput
                    || site.point == Point::VInput || site.point == Point::Tokens
                    || site.point == Point::Logits;
                if (!copies || (full && site.point != Point::Tokens && site.point != Point::Logits))
                    QVERIFY2(trace.has(site), site.name().c_str());
            }
    }
    QVERIFY(checked > 20);
}

void TestGolden::edits()
{
    QFETCH(QString, folder);
    const auto path = home / folder.toStdString();
    if (!fs::exists(path / "edits.json"))
        return; // stored in another type: its points are compared above
    const auto model = openModel(path);
    const auto golden = SafeTensors::open(path / "golden.safetensors");
    std::ifstream in(path / "edits.json");
    const auto form = nlohmann::json::parse(in);
    const auto ids = idsOf(*golden, "a/tokens");
    const auto base = model->run(RunRequest {ids, {}, {}, {}, true, {}}).base;
    for (const auto& item : form["cases"]) {
        const auto name = item["name"].get<std::string>();
        const Edits list = readEdits(nlohmann::json {{"edits", item["edits"]}}.dump(),
            [&](const std::string& place) { return golden->matrix(place.substr(place.find('#') + 1)); });
        const Site logits {Point::Logits, {}, {}};
        const auto expected = golden->matrix("a/edit/" + name);
        const Trace whole = model->run(RunRequest {ids, {logits}, list, {}, false, {}});
        const Trace continued = model->run(RunRequest {ids, {logits}, list, base, false, {}});
        const double a = distance(whole.at(logits), expected);
        const double b = distance(continued.at(logits), expected);
        QVERIFY2(a < 5e-5, (name + " differs by " + std::to_string(a)).c_str());
        QVERIFY2(b < 5e-5, (name + ", continued, differs by " + std::to_string(b)).c_str());
    }
}

void TestGolden::gradients()
{
    QFETCH(QString, folder);
    const auto path = home / folder.toStdString();
    const auto golden = SafeTensors::open(path / "golden.safetensors");
    if (!golden->entries().contains("a/grad/metric"))
        return; // only some folders carry gradients
    const auto model = openModel(path);
    const auto answers = idsOf(*golden, "a/grad/ids");
    for (const std::string kind : {"a/grad/", "a/edit_grad/scale_q_head/"}) {
        GradientRequest request;
        request.ids = idsOf(*golden, "a/tokens");
        request.metric.answers = {answers[0]};
        request.metric.wrongs = {answers[1]};
        if (kind != "a/grad/") {
            std::ifstream in(path / "edits.json");
            const auto form = nlohmann::json::parse(in);
            for (const auto& item : form["cases"])
                if (item["name"] == "scale_q_head")
                    request.edits = readEdits(nlohmann::json {{"edits", item["edits"]}}.dump(), {});
            QCOMPARE(request.edits.size(), std::size_t(1));
        }
        for (const auto& [name, entry] : golden->entries())
            if (name.starts_with(kind) && name.find("hook_") != std::string::npos)
                request.at.push_back(*Site::parse(name.substr(kind.size())));
        QVERIFY(request.at.size() > (kind == "a/grad/" ? 20u : 3u));
        const Gradient gradient = model->gradient(request);
        if (kind == "a/grad/")
            QVERIFY(std::abs(gradient.value - golden->matrix("a/grad/metric")(0, 0)) < 5e-5);
        for (const Site& site : request.at) {
            const Matrix expected = golden->matrix(kind + site.name());
            double largest = 0;
            for (const float x : expected.values())
                largest = std::max(largest, std::abs(static_cast<double>(x)));
            const double d = distance(gradient.gradients.at(site), expected);
            QVERIFY2(d < tolerance(largest),
                (kind + site.name() + " differs by " + std::to_string(d)).c_str());
        }
    }
}

void TestGolden::everySwitchIsOnSomewhere()
{
    std::ifstream in(home / "switches.json");
    const auto form = nlohmann::json::parse(in);
    const auto& switches = form.contains("switches") ? form["switches"] : form;
    int count = 0;
    for (const auto& [name, where] : switches.items()) {
        const auto& list = where.is_array() ? where : where["folders"];
        QVERIFY2(!list.empty(), name.c_str());
        for (const auto& folder : list)
            QVERIFY2(fs::exists(home / folder.get<std::string>() / "golden.safetensors"), name.c_str());
        ++count;
    }
    QVERIFY(count > 50);
}

QTEST_GUILESS_MAIN(TestGolden)
#include "tst_golden.moc"
