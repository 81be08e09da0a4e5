#pragma once

#include "core/analysis/lens.h"
#include "core/circuits/patch.h"
#include "views/canvas/picture.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

namespace microtome {

class PicturePanel;
class ToneLabel;

/// The lens of a source prompt beside the lens of the session's own; a cell that is dragged from
/// one to the other becomes an edit, and below stands what the edited run reads out, with the
/// border of what the patches can reach.
class PatchLens : public QWidget {
    Q_OBJECT
public:
    explicit PatchLens(Session&, QWidget* parent = nullptr);

    /// Lenses of these from now on; an empty source says what to do. Cheap when nothing changed.
    void follow(const Prompt& source, const QString& problem);
    void forget();
    void mark(const Focus&, const std::vector<Pin>&);
    void applyTheme();

    /// Puts the value of a source cell onto a target cell, as a drag does.
    void patch(const Cell& from, const Cell& to);

    /// What the patches in the list of edits can reach, of the target's lens.
    bool reached(const Site&, Position) const;

    PicturePanel& source() const { return *m_source; }
    PicturePanel& target() const { return *m_target; }
    PicturePanel& result() const { return *m_result; }
    const std::shared_ptr<const Lens>& resultLens() const { return m_resultLens; }
    Table table() const;

signals:
    void focused(const microtome::Focus&);

private:
    void computeSource();
    void computeTarget();
    void computeResult();
    void drawResult();
    void wire(PicturePanel*, const std::shared_ptr<const Lens>&);
    std::vector<CausalCone> cones() const;

    Session& m_session;
    PicturePanel* m_source;
    PicturePanel* m_target;
    PicturePanel* m_result;
    Prompt m_sourcePrompt;
    std::uint64_t m_targetSerial = 0;
    std::uint64_t m_resultSerial = 0;
    std::shared_ptr<const Lens> m_sourceLens;
    std::shared_ptr<const Lens> m_targetLens;
    std::shared_ptr<const Lens> m_resultLens;
    std::optional<Cell> m_picked; ///< of the source, to be put down with Enter
};

} // namespace microtome
