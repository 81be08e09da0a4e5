#pragma once

#include "core/model/tokens.h"

#include <QString>
#include <QUndoCommand>

#include <vector>

namespace microtome {

class Session;

/// One step of undo of the prompt; typing merges into one.
class PromptStep : public QUndoCommand {
public:
    PromptStep(Session&, QString text, std::vector<TokenId> ids, bool typing);

    int id() const override { return m_typing ? 1 : -1; }
    void undo() override;
    void redo() override;
    bool mergeWith(const QUndoCommand*) override;

private:
    Session& m_session;
    QString m_before;
    std::vector<TokenId> m_idsBefore;
    QString m_after;
    std::vector<TokenId> m_idsAfter;
    bool m_typing;
};

} // namespace microtome
