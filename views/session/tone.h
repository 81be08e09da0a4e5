#pragma once

#include <QLabel>

namespace microtome {

struct Style;

/// What a label is for; its colour and weight follow from that alone.
enum class Tone { Text, Title, Secondary, Faint, Warning, Token };

/// The rules that give tones their look; appended to the style sheet of the standard controls.
QString toneSheetOf(const Style&);

void setTone(QWidget*, Tone);

/// A label of plain text that says with dots what does not fit, and all of it as a tool tip.
class ToneLabel : public QLabel {
    Q_OBJECT
public:
    explicit ToneLabel(Tone, const QString& text = {}, QWidget* parent = nullptr);

    void setFullText(const QString&);
    const QString& fullText() const { return m_full; }
    void setElide(Qt::TextElideMode mode);

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent*) override;

private:
    QString m_full;
    Qt::TextElideMode m_elide = Qt::ElideRight;
};

} // namespace microtome
