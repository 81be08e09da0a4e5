#pragma once

#include "views/figure/scene.h"

#include <QDialog>
#include <QStringList>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace microtome {

/// Asks how a figure is to be written (Ctrl+E on any view) and writes it.
class ExportDialog final : public QDialog {
    Q_OBJECT

public:
    /// `folder` is where the file name starts from; `name` is a name without an ending.
    ExportDialog(
        FigureScene scene, const QString& folder, const QString& name, QWidget* parent = nullptr);

    FigureFormat format() const;

    /// The files that would be written now: the figure, its numbers, its record.
    QStringList files() const;

    /// Writes them; false, with the reason shown in the dialog, when one could not be written.
    bool write();

signals:
    /// The figure was written to these files.
    void written(const QStringList& files);

private:
    void choosePreset(int index);
    void chooseFile();
    void followFormat();
    QString stem() const;

    FigureScene m_scene;
    QComboBox* m_kind = nullptr;
    QComboBox* m_preset = nullptr;
    QDoubleSpinBox* m_width = nullptr;
    QDoubleSpinBox* m_height = nullptr;
    QSpinBox* m_dpi = nullptr;
    QComboBox* m_theme = nullptr;
    QDoubleSpinBox* m_font = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_caption = nullptr;
    QCheckBox* m_figure = nullptr;
    QCheckBox* m_numbers = nullptr;
    QCheckBox* m_record = nullptr;
    QLineEdit* m_path = nullptr;
    QLabel* m_problem = nullptr;
};

} // namespace microtome
