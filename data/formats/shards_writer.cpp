#include "data/formats/shards_writer.hpp"

#include "common/error.hpp"
#include "data/formats/column_writer.hpp"
#include "data/formats/shards_cells.hpp"
#include "data/formats/shards_schema.hpp"
#include "data/parallel.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace dk::data::shards {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path) {
  throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)};
}

/// A column's file, or files, while its rows come.
class growing_column {
public:
  growing_column(const std::string& folder, std::size_t number, bool packed)
      : folder_(folder), stem_("column-" + std::to_string(number)), packed_(packed),
        to_(folder + '/' + file(), packed) {}

  void append(const column& rows) {
    if (const auto* words = texts_in(rows))
      return append_texts(*words);
    visit_values(rows, [&](const auto* x, std::size_t count) { to_.append(x, count * sizeof *x); });
  }

  /// Writes the rows so far anew, as numbers of another type. Requires columns without rows: what they have been, and
  /// what they become.
  void widen(const column& from, const column& to) {
    to_.done();
    const auto narrow = path() + ".narrow";
    std::error_code why;
    fs::rename(path(), narrow, why);
    if (why)
      throw failure{errc::resources, "cannot rename " + path() + ": " + why.message()};
    to_ = column_writer{path(), packed_};
    column_file old{narrow};
    const auto row_bytes = width(from) * size_of_type(type_name(from));
    const auto rows = old.size() / row_bytes;
    const auto together = std::max<std::size_t>((std::size_t{4} << 20U) / row_bytes, 1);
    table wide;
    wide.put(to);
    for (std::size_t first = 0; first < rows; first += together) {
      const auto count = std::min(together, rows - first);
      table some;
      const auto size = count * row_bytes;
      some.put(
          {from.name, from.shape, numbers_in(type_name(from), old.bytes(first * row_bytes, size), size), narrow, {}});
      append(joined({wide, some}).columns().front());
    }
    fs::remove(narrow, why);
  }

  /// @returns the seal
  std::uint64_t done() {
    if (texts_ > 0)
      append_scratch();
    return to_.done();
  }

  std::string file() const { return stem_ + ".col"; }

private:
  std::string path() const { return folder_ + '/' + file(); }
  std::string scratch() const { return folder_ + '/' + stem_ + ".texts"; }

  // In the file the texts come after where each of them ends, so that they wait beside it until that is known.
  void append_texts(const texts& words) {
    auto ends = words.ends();
    for (auto& end : ends)
      end += text_bytes_;
    to_.append(ends.data(), ends.size() * sizeof(std::uint64_t));
    std::ofstream all{scratch(), std::ios::binary | (texts_ == 0 ? std::ios::trunc : std::ios::app)};
    all.write(words.bytes().data(), static_cast<std::streamsize>(words.bytes().size()));
    all.flush();
    if (!all)
      cannot_write(scratch());
    text_bytes_ += words.bytes().size();
    texts_ += words.size();
  }

  void append_scratch() {
    std::ifstream all{scratch(), std::ios::binary};
    std::vector<char> some(std::size_t{1} << 20U);
    for (auto left = text_bytes_; left > 0;) {
      const auto now = std::min<std::uint64_t>(left, some.size());
      if (!all.read(some.data(), static_cast<std::streamsize>(now)))
        throw failure{errc::resources, scratch() + ": cannot be read again; prepare the data again"};
      to_.append(some.data(), now);
      left -= now;
    }
    std::error_code ignored; // an empty file beside the columns does no harm
    fs::remove(scratch(), ignored);
  }

  std::string folder_;
  std::string stem_;
  bool packed_;
  column_writer to_;
  std::uint64_t text_bytes_ = 0;
  std::size_t texts_ = 0;
};

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
    throw failure{errc::usage, folder + ": holds something already; choose another --out"};
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
    cannot_write(path);
  my.is_done = true;
}

} // namespace dk::data::shards
