#include "data/formats/write.hpp"

#include "common/error.hpp"
#include "data/rows.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace dk::data {

namespace {

enum class written_as { csv, json_lines, npy };

written_as format_of(const std::string& path) {
  const auto ending = std::filesystem::path{path}.extension().string();
  if (ending == ".csv")
    return written_as::csv;
  if (ending == ".jsonl")
    return written_as::json_lines;
  if (ending == ".npy")
    return written_as::npy;
  throw failure{errc::usage, path + ": its format is told by its name, which ends in one of: .csv, .jsonl, .npy"};
}

} // namespace

void check_writable(const std::string& path) {
  format_of(path);
}

table_writer::table_writer(std::string path) : path_(std::move(path)), draft_(path_ + ".tmp") {
  check_writable(path_);
  to_.open(draft_, std::ios::binary);
  if (!to_)
    fail();
}

table_writer::~table_writer() {
  if (to_.is_open()) {
    to_.close();
    std::remove(draft_.c_str());
  }
}

void table_writer::add(const table& rows) {
  switch (format_of(path_)) {
  case written_as::csv:
    write_csv(rows, to_, !has_rows_);
    break;
  case written_as::json_lines:
    write_json_lines(rows, to_);
    break;
  case written_as::npy:
    held_.push_back(rows);
  }
  has_rows_ = true;
  if (!to_)
    fail();
}

void table_writer::done() {
  if (!held_.empty())
    write_npy(joined(held_), to_);
  to_.flush();
  if (!to_ || std::rename(draft_.c_str(), path_.c_str()) != 0)
    fail();
  to_.close();
}

void table_writer::fail() const {
  throw failure{errc::resources, "cannot write " + path_ + ": " + std::strerror(errno)};
}

void write(const table& from, const std::string& path) {
  table_writer to{path};
  to.add(from);
  to.done();
}

} // namespace dk::data
