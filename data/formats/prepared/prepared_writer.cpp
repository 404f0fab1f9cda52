#include "data/formats/prepared/prepared_writer.hpp"

#include "common/error.hpp"
#include "common/parallel.hpp"
#include "common/request_failure.hpp"
#include "data/formats/prepared/growing_column.hpp"
#include "data/formats/prepared/prepared_schema.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace dk::data::prepared {

namespace {

namespace fs = std::filesystem;

// The columns without their rows.
table without_rows(const table& from) {
  return picked(from, {});
}

bool is_alike(const table& a, const table& b) {
  const auto& one = a.columns();
  const auto& other = b.columns();
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](const column& x, const column& y) {
    return x.name == y.name && x.shape == y.shape && x.values.index() == y.values.index();
  });
}

} // namespace

struct writer::state {
  void begin(const table& first) {
    like = without_rows(first);
    for (std::size_t i = 0; i < like.columns().size(); ++i)
      columns.emplace_back(folder, i, packed);
  }

  // The rows as columns of the types that those before have, or, where they need wider ones, of these.
  table fitted(const table& more) {
    auto all = joined({like, more});
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (const auto& to = all.columns()[i]; to.values.index() != like.columns()[i].values.index())
        columns[i].widen(like.columns()[i], without_rows(all).columns()[i]);
    like = without_rows(all);
    return all;
  }

  void append(const table& more) {
    in_parallel(columns.size(), [&](std::size_t i) { columns[i].append(more.columns()[i]); });
    rows += more.rows();
  }

  void remove_all() const {
    std::error_code ignored; // it is on the way out already
    for (const auto& entry : fs::directory_iterator{folder, ignored})
      fs::remove(entry.path(), ignored);
    fs::remove(folder, ignored);
  }

  std::string folder;
  bool packed = false;
  std::size_t rows = 0;
  table like; // the columns, without rows
  std::vector<growing_column> columns;
  bool is_done = false;
};

writer::writer(std::string folder, bool packed) : state_(std::make_unique<state>()) {
  std::error_code why;
  if (fs::exists(folder, why) && !(fs::is_directory(folder, why) && fs::is_empty(folder, why)))
    throw request_failure{errc::usage, folder + ": holds something already; choose another " + request_member("out")};
  fs::create_directories(folder, why);
  if (why)
    throw failure{errc::resources, "cannot make the folder " + folder + ": " + why.message()};
  state_->folder = std::move(folder);
  state_->packed = packed;
}

writer::~writer() {
  if (!state_->is_done)
    state_->remove_all();
}

void writer::add(const table& rows) {
  auto& my = *state_;
  if (my.columns.empty())
    my.begin(rows);
  if (is_alike(my.like, rows))
    my.append(rows);
  else
    my.append(my.fitted(rows));
}

std::size_t writer::rows() const {
  return state_->rows;
}

std::vector<std::string> writer::names() const {
  return state_->like.names();
}

void writer::done(const pipeline& prepared) {
  auto& my = *state_;
  if (my.columns.empty())
    throw failure{errc::data, "there are no rows for " + my.folder + "; give data to work on"};
  schema about;
  about.rows = my.rows;
  about.pipeline = to_text(prepared);
  for (std::size_t i = 0; i < my.columns.size(); ++i) {
    const auto& c = my.like.columns()[i];
    about.columns.push_back(
        {c.name, std::string{type_name(c)}, c.shape, c.fields, my.columns[i].file(), my.columns[i].done()});
  }
  const auto path = my.folder + "/schema.json";
  std::ofstream to{path, std::ios::binary};
  to << to_text(about);
  to.flush();
  if (!to)
    throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)};
  my.is_done = true;
}

} // namespace dk::data::prepared
