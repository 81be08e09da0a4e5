#pragma once

#include "views/features/featuretable.h"
#include "views/features/reading.h"

#include <QWidget>

class QLabel;
class QScrollArea;
class QToolButton;

namespace microtome {

class ExamplesPanel;
class FactGrid;
class LabelsPanel;
class MarkMenu;
class NeighboursPanel;
class PicturePanel;
class TitleLine;
class ToneLabel;

/// All that is known of one feature, from above: what it is called, where its numbers come from,
/// how strongly it fires and where, what it says, and what is like it.
class FeaturePage : public QWidget {
    Q_OBJECT
public:
    explicit FeaturePage(const Session&, QWidget* parent = nullptr);

    void setNames(FeatureName, TokenName);
    void setWritable(bool);

    void setSight(
        FeatureSight, const std::vector<FeatureList>& lists, const std::vector<std::string>& tags);
    void setEvidence(FeatureEvidence);
    void setSentence(const QString&); ///< instead of a feature
    void applyTheme();

    /// The feature shown; null: none.
    const FeatureSight* sight() const { return m_sight.get(); }
    const FeatureEvidence* evidence() const { return m_evidence.get(); }
    QString title() const; ///< label, else the commonest token

    PicturePanel& values() const { return *m_values; }
    ExamplesPanel& examples() const { return *m_examples; }
    PicturePanel& logits() const { return *m_logits; }
    PicturePanel& allLogits() const { return *m_allLogits; }
    NeighboursPanel& neighbours() const { return *m_neighbours; }
    LabelsPanel& labels() const { return *m_labels; }
    MarkMenu& lists() const { return *m_lists; }
    MarkMenu& tags() const { return *m_tags; }
    QToolButton& bookmark() const { return *m_bookmark; }
    QToolButton& copyId() const { return *m_copy; }
    QScrollArea& scroll() const { return *m_scroll; }
    std::vector<PicturePanel*> panels() const;

signals:
    void opened(microtome::FeatureKey);
    void bookmarked(bool on);
    void used(microtome::PicturePanel*);

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    void build();
    void drawValues();
    void drawLogits();
    void fit();
    QString tokenOf(TokenId) const;

    const Session& m_session;
    FeatureName m_name;
    TokenName m_token;
    std::shared_ptr<const FeatureSight> m_sight;
    std::shared_ptr<const FeatureEvidence> m_evidence;
    bool m_writable = false;

    TitleLine* m_title;
    QToolButton* m_bookmark;
    QToolButton* m_listsWord;
    QToolButton* m_tagsWord;
    QToolButton* m_copy;
    MarkMenu* m_lists;
    MarkMenu* m_tags;
    QScrollArea* m_scroll;
    QWidget* m_body;
    QLabel* m_sentence;
    QLabel* m_about;
    ToneLabel* m_marks;
    LabelsPanel* m_labels;
    FactGrid* m_facts;
    PicturePanel* m_values;
    ExamplesPanel* m_examples;
    PicturePanel* m_logits;
    PicturePanel* m_allLogits;
    NeighboursPanel* m_neighbours;
};

} // namespace microtome
