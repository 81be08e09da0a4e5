#pragma once

#include "core/model/tokens.h"

#include <nlohmann/json.hpp>

#include <QByteArray>
#include <QFloat16>
#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace microtome::test {

/// What a process left behind.
struct Finished {
    int code = -1; ///< -1: it crashed or did not end
    QByteArray out;
    QByteArray err;

    /// The one JSON document of standard output; null, which no test accepts, for anything else.
    nlohmann::json json() const;

    /// Exit code 1, nothing on standard output, one sentence on standard error.
    bool refused() const;

    /// For messages of failing tests.
    const char* says() const;
};

/// Runs microtome-cli to its end.
Finished cli(const QStringList& arguments, const QByteArray& input = {});

/// Runs a line of bash in which $CLI is the program.
Finished shell(const QString& line);

/// The program's path.
QString cliPath();

/// `1,2,3`
QString idList(const std::vector<TokenId>& ids);

} // namespace microtome::test
