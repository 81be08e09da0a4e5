#pragma once

#include "views/features/evidence.h"
#include "views/features/examplespicture.h"
#include "views/features/featuretable.h"
#include "views/panel/picturepanel.h"

#include <memory>

class QToolButton;

namespace microtome {

/// The pieces of text in which a feature fires most, or in groups of equally many, or of equally
/// wide ranges, and those in which it does not; as lines or in whole.
class ExamplesPanel : public PicturePanel {
    Q_OBJECT
public:
    explicit ExamplesPanel(const Session&, QWidget* parent = nullptr);

    enum class Group { Strongest, Quantiles, Intervals, Silent };
    Group group() const;
    ExamplesData::Form form() const;

    void setEvidence(std::shared_ptr<const FeatureEvidence>, std::function<QString(TokenId)> token);
    void draw();

    Words& groupWords() const { return *m_group; }
    QToolButton& wholeWord() const { return *m_whole; }

signals:
    void redrawn(); ///< another height may be needed

private:
    std::vector<ExampleBlock> blocks() const;
    ExampleBlock blockOf(const ExampleGroup&, const QString& head) const;

    std::shared_ptr<const FeatureEvidence> m_evidence;
    std::function<QString(TokenId)> m_token;
    Words* m_group;
    QToolButton* m_whole;
};

} // namespace microtome
