#include "data/formats/write.hpp"

#include "common/error.hpp"

#include <cerrno>
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
  throw failure{errc::usage, path + ": the extension names the format; expected one of .csv, .jsonl, .npy"};
}

} // namespace

bool is_array(const std::string& path) {
  return std::filesystem::path{path}.extension() == ".npy";
}

bool is_json_lines(const std::string& path) {
  return std::filesystem::path{path}.extension() == ".jsonl";
}

void check_writable(const std::string& path) {
  format_of(path);
}

table_writer::table_writer(std::string path) : draft_(std::move(path)) {
  check_writable(draft_.path());
  if (format_of(draft_.path()) == written_as::npy) {
    npy_.emplace(draft_.name(), draft_.path());
    return;
  }
  to_.open(draft_.name(), std::ios::binary);
  if (!to_)
    fail();
}

void table_writer::add(const table& rows) {
  switch (format_of(draft_.path())) {
  case written_as::csv:
    write_csv(rows, to_, !has_rows_);
    break;
  case written_as::json_lines:
    write_json_lines(rows, to_);
    break;
  case written_as::npy:
    npy_->add(rows);
    return;
  }
  has_rows_ = true;
  if (!to_)
    fail();
}

void table_writer::done() {
  if (npy_)
    npy_->done();
  else
    to_.close();
  if (!to_)
    fail();
  draft_.keep();
}

void table_writer::fail() const {
  throw failure{errc::resources, "cannot write " + draft_.path() + ": " + std::strerror(errno)};
}

void write(const table& from, const std::string& path) {
  table_writer to{path};
  to.add(from);
  to.done();
}

} // namespace dk::data
