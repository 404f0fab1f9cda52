#include "service/store/database.hpp"

#include "common/error.hpp"

#include <fcntl.h>
#include <limits>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dk::service {

namespace {

[[noreturn]] void cannot(sqlite3* in, const std::string& what) {
  const auto* path = in == nullptr ? nullptr : sqlite3_db_filename(in, "main");
  throw failure{errc::resources, std::string{path == nullptr ? "the database" : path} + ": " + what + ": " +
                                     (in == nullptr ? "no memory" : sqlite3_errmsg(in))};
}

} // namespace

statement::statement(sqlite3* in, const std::string& sql) : in_(in) {
  if (sqlite3_prepare_v3(in, sql.c_str(), static_cast<int>(sql.size()) + 1, SQLITE_PREPARE_PERSISTENT, &held_,
                         nullptr) != SQLITE_OK)
    cannot(in, "cannot prepare \"" + sql + "\"");
}

statement::~statement() {
  sqlite3_finalize(held_);
}

bool statement::step() {
  switch (sqlite3_step(held_)) {
  case SQLITE_ROW:
    return true;
  case SQLITE_DONE:
    sqlite3_reset(held_); // an unfinished statement would keep its snapshot of the file
    return false;
  default:
    cannot(in_, "cannot read or write");
  }
}

void statement::run() {
  while (step())
    ;
}

std::int64_t statement::number(int column) const {
  return sqlite3_column_int64(held_, column);
}

std::string statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(held_, column));
  return bytes == nullptr ? "" : std::string{bytes, static_cast<std::size_t>(sqlite3_column_bytes(held_, column))};
}

bool statement::is_null(int column) const {
  return sqlite3_column_type(held_, column) == SQLITE_NULL;
}

void statement::reset() {
  sqlite3_reset(held_);
  sqlite3_clear_bindings(held_);
}

void statement::bind(int index, std::int64_t value) {
  if (sqlite3_bind_int64(held_, index, value) != SQLITE_OK)
    cannot(in_, "cannot bind a number");
}

void statement::bind(int index, std::string_view value) {
  const auto* bytes = value.empty() ? "" : value.data(); // a null pointer would be NULL
  if (sqlite3_bind_text64(held_, index, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
    cannot(in_, "cannot bind a text");
}

void statement::bind(int index, std::nullopt_t) {
  if (sqlite3_bind_null(held_, index) != SQLITE_OK)
    cannot(in_, "cannot bind nothing");
}

database::database(const std::string& path) : held_(nullptr, sqlite3_close) {
  // SQLite would make it readable for all; its log files take over the mode of the file.
  if (const auto made = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR); made >= 0)
    close(made);
  sqlite3* opened = nullptr;
  const auto got = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  held_.reset(opened);
  if (got != SQLITE_OK)
    throw failure{errc::resources, path + ": cannot be opened: " + sqlite3_errstr(got)};
  sqlite3_busy_timeout(opened, 10'000); // milliseconds: a command may be writing
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run("PRAGMA foreign_keys = ON");
}

void database::run(const std::string& sql) const {
  if (sqlite3_exec(held_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    cannot(held_.get(), "cannot run \"" + sql.substr(0, 60) + "\"");
}

std::int64_t database::changes() const {
  return sqlite3_changes64(held_.get());
}

std::int64_t database::last_id() const {
  return sqlite3_last_insert_rowid(held_.get());
}

std::int64_t database::version_of_others() const {
  auto asked = prepare("PRAGMA data_version");
  return asked.step() ? asked.number(0) : 0;
}

} // namespace dk::service
