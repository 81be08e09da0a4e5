#pragma once

#include "core/text/tokenizer.h"

#include <nlohmann/json.hpp>

#include <QByteArray>
#include <QFile>
#include <QTemporaryDir>

#include <stdexcept>

/// A folder with tokenizer files that are written for one test.
class TemporaryTokenizer {
public:
    void write(const char* name, const std::string& bytes) const
    {
        QFile file(m_folder.filePath(QString::fromLatin1(name)));
        if (!file.open(QIODevice::WriteOnly)
            || file.write(bytes.data(), qint64(bytes.size())) != qint64(bytes.size()))
            throw std::runtime_error("the temporary file cannot be written");
    }

    std::unique_ptr<const microtome::Tokenizer> open() const
    {
        return microtome::Tokenizer::open(m_folder.path().toStdString());
    }

    std::unique_ptr<const microtome::Tokenizer> open(const nlohmann::json& tokenizerJson) const
    {
        write("tokenizer.json", tokenizerJson.dump());
        return open();
    }

private:
    QTemporaryDir m_folder;
};

/// Ids as text, for messages that show both sides.
inline QByteArray shown(const std::vector<std::int32_t>& ids)
{
    return QByteArray::fromStdString(nlohmann::json(ids).dump());
}
