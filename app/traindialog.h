#pragma once

#include "app/trainprocess.h"

#include <QDialog>

class QLabel;
class QPushButton;

namespace microtome {

class PictureWidget;
class Session;
class TrainForm;

/// Trains a model: what from, how far it is, its loss, Stop and Resume. The work is a program of
/// its own; the window stays free, and the dialog may be closed meanwhile.
class TrainDialog : public QDialog {
    Q_OBJECT
public:
    explicit TrainDialog(Session&, QWidget* parent = nullptr);

    TrainForm& form() const { return *m_form; }
    TrainProcess& process() { return m_process; }
    QString sentence() const; ///< what the line under the form says

    void begin(bool resume);

signals:
    void openAsked(const QString& folder);

private:
    void follow();
    void showProgress();
    void showEnd(bool done, bool stopped, const QString& sentence);
    void say(const QString&, bool warning);
    void applyTheme();
    QString configBeside() const;

    Session& m_session;
    TrainProcess m_process;
    TrainForm* m_form;
    QLabel* m_line;
    PictureWidget* m_chart;
    QPushButton* m_start;
    QPushButton* m_stop;
    QPushButton* m_resume;
    QPushButton* m_open;
    QString m_out; ///< of the training that runs or ran
};

} // namespace microtome
