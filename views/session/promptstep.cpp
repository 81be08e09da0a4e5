#include "views/session/promptstep.h"

#include "views/session/session.h"

namespace microtome {

PromptStep::PromptStep(Session& session, QString text, std::vector<TokenId> ids, bool typing)
    : QUndoCommand(Session::tr("change the prompt"))
    , m_session(session)
    , m_before(session.m_text)
    , m_idsBefore(session.m_ids)
    , m_after(std::move(text))
    , m_idsAfter(std::move(ids))
    , m_typing(typing)
{
}

void PromptStep::undo()
{
    m_session.usePrompt(m_before, m_idsBefore);
}

void PromptStep::redo()
{
    m_session.usePrompt(m_after, m_idsAfter);
}

bool PromptStep::mergeWith(const QUndoCommand* next)
{
    m_after = static_cast<const PromptStep*>(next)->m_after;
    m_idsAfter = static_cast<const PromptStep*>(next)->m_idsAfter;
    return true;
}

} // namespace microtome
