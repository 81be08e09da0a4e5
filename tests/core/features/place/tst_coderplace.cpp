#include "core/features/place/place.h"
#include "core/work/error.h"
#include "tests/fakemodel.h"

#include <QTest>

using namespace microtome;

namespace {

SparseCoder coderAt(const std::string& reads, const std::string& writes, std::size_t width)
{
    SparseCoder coder;
    CoderInput input;
    input.point = reads;
    input.encoder = Matrix::filled(4, width, 1);
    coder.inputs.push_back(input);
    coder.outputs.push_back({writes, Matrix::filled(4, width, 1), {}, {}, false});
    return coder;
}

} // namespace

/// Where a dictionary reads and writes, from the words of its file.
class TestCoderPlace : public QObject {
    Q_OBJECT

private slots:
    void readsNames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("place");
        const auto row = [](const char* name, const char* place) {
            QTest::newRow(name) << QString(name) << QString(place);
        };
        row("blocks.3.hook_resid_pre", "blocks.3.hook_resid_pre");
        row("blocks.3.attn.hook_z", "blocks.3.attn.hook_z");
        row("blocks.3.ln2.hook_normalized", "blocks.3.ln2.hook_normalized");
        row("hook_embed", "hook_embed");
        row("blocks.3.mlp.hook_in", "blocks.3.ln2.hook_normalized, after its gain");
        row("blocks.3.mlp.hook_out", "blocks.3.hook_mlp_out");
        row("blocks.11.hook_in", "blocks.11.hook_resid_pre");
        row("blocks.11.hook_out", "blocks.11.hook_resid_post");
        row("blocks.0.ln1.hook_out", "blocks.0.ln1.hook_normalized, after its gain");
        row("model.layers.9", "blocks.9.hook_resid_post");
        row("model.layers.9.output", "blocks.9.hook_resid_post");
        row("layers.9", "blocks.9.hook_resid_post");
        row("transformer.h.3.mlp", "blocks.3.hook_mlp_out");
        row("transformer.h.3.mlp.input", "blocks.3.ln2.hook_normalized, after its gain");
        row("gpt_neox.layers.4.attention", "blocks.4.hook_attn_out");
        row("model.layers.7.self_attn.o_proj.input", "blocks.7.attn.hook_z");
        row("model.layers.7.mlp.down_proj.input", "blocks.7.mlp.hook_post");
        row("model.layers.7.pre_feedforward_layernorm.output",
            "blocks.7.ln2.hook_normalized, after its gain");
        row("model.layers.7.post_feedforward_layernorm.output", "blocks.7.hook_mlp_out");
        row("transformer.wte", "hook_embed");
        for (const char* none :
            {"", "layers", "layers.", "layers.x", "layers.-1", "model.layers.3x",
                "resid_post_layer_3", "model.layers.3.somewhere", "model.layers.99999999999"})
            QTest::newRow(none) << QString(none) << QString();
    }

    void readsNames()
    {
        QFETCH(QString, name);
        QFETCH(QString, place);
        const auto found = coderSiteNamed(name.toStdString());
        QCOMPARE(found ? QString::fromStdString(found->text()) : QString(), place);
    }

    void looksWhetherItFits()
    {
        const auto model = FakeModel::small(); // 3 layers, width 16
        const Architecture& a = model->architecture();
        const CoderPlace place
            = placeOf(coderAt("blocks.1.hook_resid_pre", "blocks.1.hook_resid_pre", 16), a);
        QCOMPARE(place.reads.front().site, (Site{Point::ResidPre, Layer(1), {}}));
        QCOMPARE(place.writes.front(), place.reads.front());

        const auto fails = [&](const SparseCoder& coder, const char* words) {
            try {
                placeOf(coder, a);
            } catch (const Error& error) {
                QVERIFY2(QString(error.what()).contains(words), error.what());
                return;
            }
            QFAIL(words);
        };
        fails(coderAt("", "", 16), "--reads");
        fails(coderAt("nowhere", "nowhere", 16), "nowhere");
        fails(coderAt("blocks.5.hook_resid_pre", "blocks.5.hook_resid_pre", 16), "layers 0 to 2");
        fails(coderAt("blocks.1.hook_resid_pre", "blocks.1.hook_resid_pre", 12), "12 numbers");
    }

    void takesAPersonsWord()
    {
        const auto model = FakeModel::small();
        const SparseCoder coder = coderAt("nowhere", "nowhere", 16);
        const CoderPlace place = placeOf(coder, model->architecture(), {{"resid_post2"}, {}});
        QCOMPARE(place.reads.front().text(), std::string("blocks.2.hook_resid_post"));
        QCOMPARE(place.writes.front().text(), std::string("blocks.2.hook_resid_post"));
        QVERIFY_EXCEPTION_THROWN(
            placeOf(coder, model->architecture(), {{"resid_post1", "resid_post2"}, {}}), Error);
    }

    void appliesTheGain()
    {
        const auto model = FakeModel::small();
        const SparseCoder coder = coderAt("blocks.1.mlp.hook_in", "blocks.1.hook_mlp_out", 16);
        const CoderReader reader(*model, placeOf(coder, model->architecture()));
        const Trace trace = model->run(RunRequest{{1, 2, 3}, reader.wants(), {}, {}, false, {}});
        const Matrix in = reader.inputs(trace).front();
        const Matrix w = model->weight("blocks.1.mlp.W_in");
        const Matrix b = model->weight("blocks.1.mlp.b_in");
        // what the norm gives after its gain is what the MLP multiplies
        const Trace pre
            = model->run(RunRequest{{1, 2, 3}, {{Point::MlpPre, Layer(1), {}}}, {}, {}, false, {}});
        const Matrix expected = pre.at({Point::MlpPre, Layer(1), {}});
        for (std::size_t t = 0; t < 3; ++t)
            for (std::size_t j = 0; j < expected.columns(); ++j) {
                double sum = b(0, j);
                for (std::size_t i = 0; i < 16; ++i)
                    sum += static_cast<double>(in(t, i)) * static_cast<double>(w(i, j));
                QVERIFY(std::abs(sum - static_cast<double>(expected(t, j))) < 1e-5);
            }
    }

    void centresWhereItsModelWasCentred()
    {
        const auto model = FakeModel::small();
        SparseCoder coder = coderAt("blocks.1.hook_resid_pre", "blocks.1.hook_resid_pre", 16);
        coder.declared.other["model_from_pretrained_kwargs"] = R"({"center_writing_weights":true})";
        const CoderReader reader(*model, placeOf(coder, model->architecture()));
        QVERIFY(reader.place().reads.front().centred);
        const Trace trace = model->run(RunRequest{{1, 2, 3}, reader.wants(), {}, {}, false, {}});
        const Matrix in = reader.inputs(trace).front();
        for (std::size_t t = 0; t < 3; ++t) {
            double sum = 0;
            for (const float x : in.row(t))
                sum += x;
            QVERIFY(std::abs(sum) < 1e-5);
        }
    }
};

QTEST_GUILESS_MAIN(TestCoderPlace)
#include "tst_coderplace.moc"
