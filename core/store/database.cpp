#include "core/store/database.h"

#include "core/store/fault.h"

#include <sqlite3.h>

#include <climits>
#include <utility>

namespace microtome {

namespace {

constexpr int busyMilliseconds = 1000; // a checkpoint or a recovery by another connection

/// A path as an SQLite URI, so that parameters can follow.
std::string uri(const std::filesystem::path& path)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string text = "file://";
    for (const char c : std::filesystem::absolute(path).string()) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
            || (byte >= '0' && byte <= '9') || byte == '/' || byte == '.' || byte == '-'
            || byte == '_';
        if (plain)
            text += c;
        else
            text.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return text;
}

} // namespace

bool isFull(const DatabaseError& error)
{
    return (error.code() & 0xff) == SQLITE_FULL;
}

bool isReadOnly(const DatabaseError& error)
{
    return (error.code() & 0xff) == SQLITE_READONLY;
}

Database::Database(const std::filesystem::path& path, Mode mode)
    : m_path(path)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
    std::string name = uri(path);
    switch (mode) {
    case Mode::ReadWrite:
        flags |= SQLITE_OPEN_READWRITE;
        break;
    case Mode::Create:
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        break;
    case Mode::Memory:
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY;
        break;
    case Mode::ReadOnly:
        flags |= SQLITE_OPEN_READONLY;
        break;
    case Mode::Immutable:
        flags |= SQLITE_OPEN_READONLY;
        name += "?immutable=1";
        break;
    }
    try {
        check(sqlite3_open_v2(name.c_str(), &m_handle, flags, nullptr));
        harden();
    } catch (...) {
        sqlite3_close(m_handle);
        throw;
    }
}

Database::~Database()
{
    // Only its own: an index of words has statements of itself.
    for (const auto& [sql, statements] : m_idle)
        for (sqlite3_stmt* statement : statements)
            sqlite3_finalize(statement);
    sqlite3_close(m_handle);
}

void Database::harden()
{
    sqlite3_busy_timeout(m_handle, busyMilliseconds);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(m_handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;");
}

void Database::execute(const std::string& sql)
{
    check(sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr));
}

Statement Database::prepare(const std::string& sql)
{
    std::vector<sqlite3_stmt*>& idle = m_idle[sql];
    sqlite3_stmt* statement = nullptr;
    if (idle.empty()) {
        check(sqlite3_prepare_v3(m_handle, sql.c_str(), static_cast<int>(sql.size()) + 1,
            SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        idle.reserve(idle.capacity() + 1); // so that giving it back cannot fail
    } else {
        statement = idle.back();
        idle.pop_back();
    }
    return {*this, statement, idle};
}

std::int64_t Database::integer(const std::string& sql)
{
    Statement statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::lastId() const
{
    return sqlite3_last_insert_rowid(m_handle);
}

std::int64_t Database::changes() const
{
    return sqlite3_changes64(m_handle);
}

bool Database::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

void Database::holdForWriting()
{
    // In WAL mode writers lock the WAL's index, and the file itself is only ever locked SHARED
    // while it is open. Its RESERVED lock is therefore free to say that a writer has the project
    // open; as a lock of the operating system it goes with the process, however that ends.
    execute("SELECT count(*) FROM sqlite_schema"); // takes SHARED
    sqlite3_file* file = nullptr;
    check(sqlite3_file_control(m_handle, "main", SQLITE_FCNTL_FILE_POINTER, &file));
    check(file->pMethods->xLock(file, SQLITE_LOCK_RESERVED));
}

void Database::fail(int code) const
{
    if ((code & 0xff) == SQLITE_INTERRUPT)
        throw Cancelled();
    std::string details = sqlite3_errstr(code);
    if (m_handle)
        details += std::string(": ") + sqlite3_errmsg(m_handle);
    throw DatabaseError(faultSentence(code, m_path), details, code);
}

void Database::check(int code) const
{
    if (code != SQLITE_OK)
        fail(code);
}

Statement::Statement(Database& database, sqlite3_stmt* statement, std::vector<sqlite3_stmt*>& home)
    : m_database(&database)
    , m_statement(statement)
    , m_home(&home)
{
}

Statement::Statement(Statement&& other) noexcept
    : m_database(other.m_database)
    , m_statement(std::exchange(other.m_statement, nullptr))
    , m_home(other.m_home)
{
}

Statement::~Statement()
{
    if (!m_statement)
        return;
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
    m_home->push_back(m_statement);
}

bool Statement::step()
{
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        m_database->fail(code);
    return false;
}

void Statement::run()
{
    while (step()) { }
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

std::string Statement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    const int size = sqlite3_column_bytes(m_statement, column);
    return bytes ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::span<const std::byte> Statement::blob(int column) const
{
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_statement, column));
    const int size = sqlite3_column_bytes(m_statement, column);
    return {bytes, bytes ? static_cast<std::size_t>(size) : 0};
}

void Statement::bindNull(int index)
{
    m_database->check(sqlite3_bind_null(m_statement, index));
}

void Statement::bindInteger(int index, std::int64_t value)
{
    m_database->check(sqlite3_bind_int64(m_statement, index, value));
}

void Statement::bindReal(int index, double value)
{
    m_database->check(sqlite3_bind_double(m_statement, index, value));
}

void Statement::bindText(int index, std::string_view value)
{
    m_database->check(sqlite3_bind_text64(m_statement, index, value.data() ? value.data() : "",
        value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bindBlob(int index, std::span<const std::byte> value)
{
    if (value.empty())
        m_database->check(sqlite3_bind_zeroblob(m_statement, index, 0));
    else
        m_database->check(
            sqlite3_bind_blob64(m_statement, index, value.data(), value.size(), SQLITE_STATIC));
}

void Statement::bindRow(const Statement& row, int count)
{
    for (int i = 0; i < count; ++i)
        m_database->check(
            sqlite3_bind_value(m_statement, i + 1, sqlite3_column_value(row.m_statement, i)));
}

Transaction::Transaction(Database& database)
    : m_database(database)
    , m_outermost(!database.inTransaction())
{
    database.execute(m_outermost ? "BEGIN IMMEDIATE" : "SAVEPOINT inner_step");
}

Transaction::~Transaction()
{
    // After a full disk SQLite may have rolled back by itself.
    if (!m_open || !m_database.inTransaction())
        return;
    try {
        m_database.execute(m_outermost ? "ROLLBACK" : "ROLLBACK TO inner_step; RELEASE inner_step");
    } catch (const Error&) { // the connection drops what is left of it when it closes
        m_open = false;
    }
}

void Transaction::commit()
{
    m_database.execute(m_outermost ? "COMMIT" : "RELEASE inner_step");
    m_open = false;
}

} // namespace microtome
