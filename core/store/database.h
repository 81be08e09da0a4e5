#pragma once

#include "core/work/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace microtome {

/// An Error of the database, with SQLite's extended result code for those who can act on it.
class DatabaseError : public Error {
public:
    DatabaseError(const std::string& sentence, std::string details, int code)
        : Error(sentence, std::move(details))
        , m_code(code)
    {
    }
    int code() const { return m_code; }

private:
    int m_code;
};

/// Whether the disk took no more: what no way around a damaged place helps against.
bool isFull(const DatabaseError& error);

/// Whether the connection can only read.
bool isReadOnly(const DatabaseError& error);

class Database;

/// A prepared statement, borrowed from its connection for one scope and reset at its end. Text is
/// copied when bound; a bound blob must live until the last step.
class Statement {
public:
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement(Statement&& other) noexcept;
    ~Statement();

    /// Binds the values to ?1, ?2, ...: integers, enums, bools, floating point, text, bytes
    /// (span<const std::byte>), nullptr, or an optional of one of these.
    template <class... Values> Statement& bind(const Values&... values) &
    {
        int index = 0;
        (bindOne(++index, values), ...);
        return *this;
    }

    template <class... Values> Statement&& bind(const Values&... values) &&
    {
        return std::move(bind(values...));
    }

    /// Binds the first `count` columns of another statement's row to ?1, ?2, ...
    void bindRow(const Statement& row, int count);

    /// Goes to the next row; false after the last.
    bool step();

    /// Runs a statement that gives no rows.
    void run();

    bool isNull(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;

    /// Valid until the next step.
    std::span<const std::byte> blob(int column) const;

    template <class Id> Id id(int column) const { return static_cast<Id>(integer(column)); }
    template <class Id> std::optional<Id> optionalId(int column) const
    {
        return isNull(column) ? std::nullopt : std::optional(id<Id>(column));
    }
    std::optional<double> optionalReal(int column) const
    {
        return isNull(column) ? std::nullopt : std::optional(real(column));
    }

private:
    friend class Database;
    Statement(Database& database, sqlite3_stmt* statement, std::vector<sqlite3_stmt*>& home);

    void bindNull(int index);
    void bindInteger(int index, std::int64_t value);
    void bindReal(int index, double value);
    void bindText(int index, std::string_view value);
    void bindBlob(int index, std::span<const std::byte> value);

    template <class T> void bindOne(int index, const T& value)
    {
        if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>)
            bindNull(index);
        else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>)
            bindInteger(index, static_cast<std::int64_t>(value));
        else if constexpr (std::is_floating_point_v<T>)
            bindReal(index, static_cast<double>(value));
        else if constexpr (std::is_convertible_v<const T&, std::span<const std::byte>>)
            bindBlob(index, value);
        else if constexpr (std::is_convertible_v<const T&, std::string_view>)
            bindText(index, value);
        else if (value)
            bindOne(index, *value);
        else
            bindNull(index);
    }

    Database* m_database;
    sqlite3_stmt* m_statement;
    std::vector<sqlite3_stmt*>* m_home; ///< the idle statements of the same text
};

/// One connection to a SQLite file, for one thread. Faults become sentences that name the file.
/// Triggers and views that a stranger's file may carry never run.
class Database {
public:
    enum class Mode {
        ReadWrite, ///< the file must exist
        Create, ///< made when absent
        ReadOnly,
        Memory, ///< no file at all
        Immutable ///< read only, on a medium that nobody changes: no locks, no side files
    };

    Database(const std::filesystem::path& path, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs one or several statements that give no rows and take no values.
    void execute(const std::string& sql);

    /// The statement for `sql`, prepared once per connection.
    Statement prepare(const std::string& sql);

    /// The integer in the first row and column of a query.
    std::int64_t integer(const std::string& sql);

    std::int64_t lastId() const;

    /// Rows changed by the last statement.
    std::int64_t changes() const;
    bool inTransaction() const;
    const std::filesystem::path& path() const { return m_path; }

    /// Holds the file against every other writing connection, of this process or another, until
    /// this one closes; readers stay welcome. Throws when somebody holds it. For a file in WAL
    /// mode.
    void holdForWriting();

private:
    friend class Statement;
    [[noreturn]] void fail(int code) const;
    void check(int code) const;
    void harden();

    std::filesystem::path m_path;
    sqlite3* m_handle = nullptr;
    std::unordered_map<std::string, std::vector<sqlite3_stmt*>> m_idle; ///< by SQL text
};

/// Rolls back at the end of the scope unless committed. Inside another transaction it is a
/// savepoint of that one.
class Transaction {
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& m_database;
    bool m_outermost;
    bool m_open = true;
};

} // namespace microtome
