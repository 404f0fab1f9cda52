#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace dk::service {

/// One prepared statement of SQLite. Its parameters are given and its columns are read in their order.
class statement {
public:
  statement(sqlite3* in, const std::string& sql);
  ~statement();
  statement(statement&& other) noexcept : in_(other.in_), held_(std::exchange(other.held_, nullptr)) {}
  statement& operator=(statement&&) = delete;
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  /// Begins anew with these parameters: integers, texts, or std::nullopt for NULL.
  template <class... Values>
  statement& with(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  /// Goes to the next row. @return whether there is one. @throws failure (resources)
  bool step();
  /// Runs a statement that gives no rows. @throws failure (resources)
  void run();

  // Of the row that step() found; columns count from 0.
  std::int64_t number(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

private:
  void reset();
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view{value}); }
  void bind(int index, std::nullopt_t);
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    value ? bind(index, *value) : bind(index, std::nullopt);
  }

  sqlite3* in_;
  sqlite3_stmt* held_ = nullptr;
};

/// A SQLite file. What was committed is on the disk when commit() returns (write-ahead log, synchronous = FULL).
class database {
public:
  /// Opens it, or makes it, readable by its owner only. @throws failure (resources) that names the file
  explicit database(const std::string& path);

  statement prepare(const std::string& sql) const { return {held_.get(), sql}; }
  /// Runs statements that take no parameters and give no rows. @throws failure (resources)
  void run(const std::string& sql) const;
  void begin() const { run("BEGIN IMMEDIATE"); }
  void commit() const { run("COMMIT"); }
  void roll_back() const { run("ROLLBACK"); }
  /// How many rows the last statement changed.
  std::int64_t changes() const;
  /// The id of the last row that was added.
  std::int64_t last_id() const;
  /// Another number than before when another connection, as that of a command, has changed the file.
  std::int64_t version_of_others() const;

private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> held_;
};

} // namespace dk::service
