#pragma once

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QGridLayout;
class QLineEdit;
class QSpinBox;

namespace microtome {

class Words;

/// What a training is made from: the open model and a few numbers, or a configuration file that
/// says all of it.
class TrainForm : public QWidget {
    Q_OBJECT
public:
    explicit TrainForm(QWidget* parent = nullptr);

    /// The model that fine-tuning starts from; empty: there is none to start from.
    /// `ends`: it has a token that ends a text, by which documents can be joined in a row.
    void setModel(const QString& folder, int context, bool ends);

    enum class Start { FineTune, Configuration };
    Start start() const;
    QString out() const; ///< the folder to make
    QString configFile() const; ///< of a training by configuration

    /// The configuration of a fine-tuning. Throws Error with a sentence for what is missing.
    nlohmann::json config() const;

    /// Throws Error with a sentence where something needed is missing.
    void check() const;

    Words& startWords() const { return *m_start; }
    QLineEdit* field(const char* name) const; ///< by object name: train, heldout, rate, out, config
    QSpinBox* number(const char* name) const; ///< steps, sequence, batch

signals:
    void changed();

private:
    void show();
    QLineEdit* addFile(const char* name, const QString& label, const QString& hint, bool folder);

    QGridLayout* m_grid;
    Words* m_start;
    QString m_model;
    bool m_ends = false;
    std::vector<QWidget*> m_own; ///< of fine-tuning
    std::vector<QWidget*> m_given; ///< of a configuration
};

} // namespace microtome
