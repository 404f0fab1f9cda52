#include "common/error.hpp"
#include "data/formats/bytes/encoding.hpp"
#include "data/formats/bytes/file_stream.hpp"
#include "data/formats/csv/csv.hpp"
#include "data/formats/csv/csv_columns.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// Some rows of a file.
struct part {
  file_content text;
  plan how;
  const std::string& origin;
};

/// Opens the stream that has this place among those of a source.
using opening = std::function<std::unique_ptr<byte_stream>(std::size_t)>;

/// The rows of one stream after another, some at a time.
class parts {
public:
  /// @param names of the streams, for errors
  /// @param types of the columns that have to be guessed; empty: they are not known
  parts(const spec& source, std::size_t bytes, std::vector<std::string> names, opening open, const column_types& types,
        purpose why = purpose::learning)
      : source_(source), bytes_(bytes), names_(std::move(names)), open_(std::move(open)), types_(types), why_(why) {}

  std::optional<part> next() {
    while (now_ || begun_ < names_.size()) {
      if (!now_)
        now_ = open_(begun_++);
      const auto& origin = names_[begun_ - 1];
      auto text = next_text();
      if (!how_)
        begin(text, origin);
      const auto how = *how_;
      how_->body = 0;
      if (at_end_)
        end_stream();
      if (text.size() > how.body)
        return part{std::move(text), how, origin};
    }
    return std::nullopt;
  }

  /// For errors: the name of the only stream, or the path that names them all.
  std::string origin() const {
    return names_.size() == 1 ? names_.front() : source_.keys.at("path").get<std::string>();
  }

  double progress() const {
    const auto done =
        static_cast<double>(begun_) - (now_ ? 1 - now_->progress() * share_of(taken_, taken_ + left_.size()) : 0);
    return done / static_cast<double>(names_.size());
  }

private:
  // Whole rows, or all that is left of the file.
  file_content next_text() {
    const auto delimiter = source_.keys.value("delimiter", std::string{","}).front();
    for (auto wanted = bytes_;; wanted *= 2) {
      const bool is_all = left_.size() < wanted && !now_->append_to(left_, wanted - left_.size());
      at_end_ = is_all;
      const auto some = std::string_view{left_}.substr(0, wanted);
      const auto end = is_all ? left_.size() : end_of_rows(some, delimiter);
      const auto lines = std::count(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(end), '\n');
      if (lines < (how_ ? 1 : 2) && !is_all) // a plan is made of the header and a row
        continue;
      auto all = file_content::of(some.substr(0, end), lines_);
      lines_ += static_cast<std::size_t>(lines);
      left_.erase(0, end);
      taken_ += end;
      return all;
    }
  }

  void begin(const file_content& text, const std::string& origin) {
    how_ = make_plan(text, origin, source_, why_);
    if (types_.empty())
      return;
    std::vector<guessed_type> types;
    for (const auto field : how_->guesses) {
      const auto known = types_.find(how_->header[field]);
      types.push_back(known == types_.end() ? guessed_type{} : known->second);
    }
    how_ = settled(*how_, types);
  }

  void end_stream() {
    how_.reset();
    now_.reset();
    taken_ = 0;
    lines_ = 0;
    at_end_ = false;
  }

  spec source_;
  std::size_t bytes_;
  std::vector<std::string> names_;
  opening open_;
  column_types types_;
  purpose why_;
  std::size_t begun_ = 0;
  std::unique_ptr<byte_stream> now_;
  std::optional<plan> how_; // of this stream
  std::string left_;        // of its text, not yet read
  std::size_t taken_ = 0;   // bytes of it before that
  std::size_t lines_ = 0;
  bool at_end_ = false;
};

parts parts_of(const spec& source, std::size_t bytes, const column_types& types, purpose why = purpose::learning) {
  const auto files = files_of(source.keys.at("path").get<std::string>());
  const auto open = [files, encoding = encoding_of(source)](std::size_t i) {
    return as_utf8(std::make_unique<file_stream>(files[i]), encoding, files[i]);
  };
  return {source, bytes, files, open, types, why};
}

// Reads all once where columns have to be guessed: their types depend on every row.
column_types types_of(const spec& source, std::size_t bytes, purpose why = purpose::learning) {
  column_types types;
  if (!source.keys.contains("columns"))
    return types;
  auto all = parts_of(source, bytes, {}, why);
  while (const auto some = all.next()) {
    const auto read = parse_rows(some->text, some->origin, some->how);
    for (std::size_t i = 0; i < some->how.guesses.size(); ++i)
      types[some->how.header[some->how.guesses[i]]].widen(read.types[i]);
  }
  return types;
}

class stream final : public table_stream {
public:
  explicit stream(parts from) : parts_(std::move(from)) {}

  std::optional<table> next() override {
    while (const auto some = parts_.next()) {
      if (file_ != &some->origin)
        row_ = 0;
      file_ = &some->origin;
      if (auto rows = table_of(some->text, some->origin, some->how, &written_); rows.rows() > 0) {
        const auto first = row_;
        row_ += rows.rows();
        any_ = true;
        return counted_from(std::move(rows), first);
      }
    }
    if (!any_)
      fail_without_rows(parts_.origin());
    return std::nullopt;
  }

  double progress() const override { return parts_.progress(); }
  table written() override { return std::move(written_); }

private:
  parts parts_;
  table written_;
  const std::string* file_ = nullptr; // that was read last
  std::size_t row_ = 0;               // of it, the next
  bool any_ = false;                  // whether there have been rows
};

} // namespace

table_source rows_of(const spec& source, std::size_t bytes) {
  const auto types = std::make_shared<std::optional<column_types>>();
  return [=]() -> table_stream_ptr {
    if (!*types)
      *types = types_of(source, bytes);
    return std::make_unique<stream>(parts_of(source, bytes, **types));
  };
}

table_stream_ptr glance(const spec& source, std::size_t bytes) {
  return std::make_unique<stream>(parts_of(source, bytes, {}));
}

table_stream_ptr to_answer(const spec& source, std::size_t bytes) {
  const auto types = types_of(source, bytes, purpose::answering);
  return std::make_unique<stream>(parts_of(source, bytes, types, purpose::answering));
}

table_stream_ptr to_answer(std::unique_ptr<byte_stream> text, const std::string& origin, const spec& source,
                           std::size_t bytes) {
  const auto only = std::make_shared<std::unique_ptr<byte_stream>>(std::move(text));
  const auto take = [only](std::size_t) { return std::move(*only); };
  return std::make_unique<stream>(parts{source, bytes, {origin}, take, {}, purpose::answering});
}

} // namespace dk::data::csv
