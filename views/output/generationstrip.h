#pragma once

#include "views/session/session.h"

#include <QAbstractScrollArea>

#include <memory>

namespace microtome {

class TokenStripPicture;

/// Generated tokens as running text, each coloured by its log-probability; hover shows what else
/// the model would have said there.
class GenerationStrip : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit GenerationStrip(Session&, QWidget* parent = nullptr);
    ~GenerationStrip() override;

    void setGeneration(const Generation&);
    void setSentence(const QString&); ///< instead of tokens
    void clear();
    const Generation& generation() const { return m_generation; }
    bool empty() const { return m_generation.steps.empty(); }
    double meanLogProbability() const;
    QString text() const;

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    QRectF area() const;
    void fit();

    Session& m_session;
    Generation m_generation;
    QString m_sentence;
    std::unique_ptr<TokenStripPicture> m_picture;
};

} // namespace microtome
