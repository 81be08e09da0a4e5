#include "views/inspector/actions.h"

#include "core/analysis/subject.h"
#include "views/session/session.h"

namespace microtome {

std::optional<Edit> editOf(const Session& session, const Focus& focus, Operation operation)
{
    Edit edit;
    edit.operation = operation;
    edit.number = operation == Operation::Scale ? 0.5 : 0;
    edit.label = session.label(focus).toStdString();
    switch (focus.kind) {
    case Focus::Kind::Nothing:
        return {};
    case Focus::Kind::Token:
        edit.site = {Point::Embed, {}, {}};
        edit.positions = EditPositions::at(focus.position);
        break;
    case Focus::Kind::AttentionHead:
        edit.site = {Point::Z, focus.layer, focus.head};
        break;
    case Focus::Kind::Cell:
        edit.site = {focus.point, focus.layer, focus.head};
        edit.positions = EditPositions::at(focus.position);
        break;
    case Focus::Kind::Neuron:
        edit.site = {Point::MlpPost, focus.layer, {}};
        edit.unit = focus.unit;
        break;
    }
    return edit;
}

void patchFromReference(Session& session, const Focus& focus)
{
    const auto wished = editOf(session, focus, Operation::Patch);
    const RunPointer reference = session.reference();
    if (!wished || !reference)
        return;
    const RunRequest request = session.request(Shown::Reference, {wished->site});
    const std::string source = "patch from: " + reference->prompt.text.substr(0, 200);
    session.engine().post<Matrix>(
        &session, QStringLiteral("patch"), Session::tr("taking the patch"),
        [request](Model& model, const Progress& progress) {
            return model.run(request, progress).at(request.want.front());
        },
        [&session, wished, source](const Matrix& values) {
            Edit edit = *wished;
            edit.source = source;
            if (!edit.unit) {
                edit.values = values;
            } else {
                const auto unit = static_cast<std::size_t>(edit.unit->value());
                std::vector<float> column;
                for (std::size_t row = 0; row < values.rows(); ++row)
                    column.push_back(values(row, unit));
                edit.values = Matrix(column.size(), 1, column);
            }
            session.editList().add(edit);
        });
}

} // namespace microtome
