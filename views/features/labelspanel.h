#pragma once

#include "core/store/features/labels.h"

#include <QWidget>

class QLineEdit;
class QVBoxLayout;

namespace microtome {

/// What is said a feature is, newest first, with its scores; and a line to write what one thinks.
class LabelsPanel : public QWidget {
    Q_OBJECT
public:
    explicit LabelsPanel(QWidget* parent = nullptr);

    void setLabels(const std::vector<FeatureLabel>&, const std::vector<LabelScore>&, bool writable);
    QLineEdit& line() const { return *m_line; }

signals:
    void written(const QString& text);
    void removed(qint64 label); ///< its id

private:
    QWidget* rowOf(const FeatureLabel&, const std::vector<LabelScore>&, bool writable);

    QVBoxLayout* m_rows;
    QLineEdit* m_line;
};

/// "detection 0.98 (0.95 – 1.00, n 40)"
QString scoreText(const LabelScore&);

} // namespace microtome
