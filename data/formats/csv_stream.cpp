#include "common/error.hpp"
#include "data/formats/csv.hpp"
#include "data/formats/csv_columns.hpp"
#include "data/formats/file_stream.hpp"

#include <algorithm>
#include <map>

namespace dk::data::csv {

namespace {

using column_types = std::map<std::string, guessed_type>;

// Behind the last row that is whole; 0 when none is.
std::size_t end_of_rows(std::string_view all, char delimiter) {
  if (all.find('"') == std::string_view::npos)
    return all.rfind('\n') + 1;
  const auto text = file_content::of(all);
  const std::string nobody; // reads an error here
  scanner in{text, nobody, delimiter};
  auto end = in.place();
  try {
    while (in.next_line()) {
      auto ended = scanner::stop::delimiter;
      while (ended == scanner::stop::delimiter)
        in.skip_field(ended);
      if (ended == scanner::stop::text)
        break;
      end = in.place();
    }
  } catch (const failure&) {
    // A quote that is open here ends in what follows, or is found again when the row is read.
  }
  return end;
}

/// A part of a file: what its plan has found in it.
struct part {
  const plan& how;
  rows_read read;
  const std::string& origin;
};

/// The files of a source, some rows at a time.
class parts {
public:
  /// @param types of the columns that have to be guessed; empty: they are not known
  parts(const spec& source, std::size_t bytes, const column_types& types)
      : source_(source), bytes_(bytes), types_(types), files_(files_of(source.keys.at("path").get<std::string>())) {}

  std::optional<part> next() {
    while (file_ || begun_ < files_.size()) {
      if (!file_)
        file_.emplace(files_[begun_++]);
      const auto& origin = files_[begun_ - 1];
      const auto text = next_text();
      if (!how_)
        begin(text, origin);
      auto read = parse_rows(text, origin, *how_);
      how_->body = 0;
      if (at_end_)
        end_file();
      if (read.rows > 0)
        return part{how_ ? *how_ : last_, std::move(read), origin};
    }
    return std::nullopt;
  }

  double progress() const {
    const auto done = static_cast<double>(begun_) - (file_ ? 1 - file_->progress() : 0);
    return done / static_cast<double>(files_.size());
  }

private:
  // Whole rows, or all that is left of the file.
  file_content next_text() {
    const auto delimiter = source_.keys.value("delimiter", std::string{","}).front();
    for (auto wanted = bytes_;; wanted *= 2) {
      const bool is_all = left_.size() < wanted && !file_->append_to(left_, wanted - left_.size());
      at_end_ = is_all;
      const auto some = std::string_view{left_}.substr(0, wanted);
      const auto end = is_all ? left_.size() : end_of_rows(some, delimiter);
      const auto lines = std::count(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(end), '\n');
      if (lines < (how_ ? 1 : 2) && !is_all) // a plan is made of the header and a row
        continue;
      auto all = file_content::of(some.substr(0, end), lines_);
      lines_ += static_cast<std::size_t>(lines);
      left_.erase(0, end);
      return all;
    }
  }

  void begin(const file_content& text, const std::string& origin) {
    how_ = make_plan(text, origin, source_);
    if (types_.empty())
      return;
    std::vector<guessed_type> types;
    for (const auto field : how_->guesses) {
      const auto known = types_.find(how_->header[field]);
      types.push_back(known == types_.end() ? guessed_type{} : known->second);
    }
    how_ = settled(*how_, types);
  }

  void end_file() {
    last_ = *std::move(how_);
    how_.reset();
    file_.reset();
    lines_ = 0;
    at_end_ = false;
  }

  spec source_;
  std::size_t bytes_;
  column_types types_;
  std::vector<std::string> files_;
  std::size_t begun_ = 0;
  std::optional<file_stream> file_;
  std::optional<plan> how_; // of the file
  plan last_;               // of the file that ended last
  std::string left_;        // of the text, not yet read
  std::size_t lines_ = 0;   // of the file, before that
  bool at_end_ = false;
};

// Reads all once where columns have to be guessed: their types depend on every row.
column_types types_of(const spec& source, std::size_t bytes) {
  column_types types;
  if (!source.keys.contains("columns"))
    return types;
  parts all{source, bytes, {}};
  while (const auto some = all.next())
    for (std::size_t i = 0; i < some->how.guesses.size(); ++i)
      types[some->how.header[some->how.guesses[i]]].widen(some->read.types[i]);
  return types;
}

class stream final : public table_stream {
public:
  stream(const spec& source, std::size_t bytes) : parts_(source, bytes, types_of(source, bytes)) {}

  std::optional<table> next() override {
    auto some = parts_.next();
    if (!some)
      return std::nullopt;
    return columns_of(some->how, std::move(some->read), some->origin);
  }

  double progress() const override { return parts_.progress(); }

private:
  parts parts_;
};

} // namespace

table_stream_ptr open(const spec& source, std::size_t bytes) {
  return std::make_unique<stream>(source, bytes);
}

} // namespace dk::data::csv
