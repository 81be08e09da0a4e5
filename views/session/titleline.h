#pragma once

#include <QWidget>

class QHBoxLayout;

namespace microtome {

class ToneLabel;

/// The 28 pixels over a panel's content: what it is in bold, what is shown in secondary text, how
/// far it is, and controls at the right; a line below.
class TitleLine : public QWidget {
    Q_OBJECT
public:
    explicit TitleLine(const QString& title, QWidget* parent = nullptr);

    QString title() const;
    void setTitle(const QString&);
    QString subtitle() const;
    void setSubtitle(const QString&);
    void setProgress(const QString&);
    QString progress() const;
    void addControl(QWidget*);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    ToneLabel* m_title;
    ToneLabel* m_subtitle;
    ToneLabel* m_progress;
    QHBoxLayout* m_row;
};

} // namespace microtome
