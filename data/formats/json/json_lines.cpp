#include "data/formats/json/json_lines.hpp"

#include "common/error.hpp"
#include "data/formats/bytes/encoding.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/formats/bytes/file_stream.hpp"
#include "data/formats/json/json_reader.hpp"
#include "data/formats/json/json_written.hpp"
#include "data/formats/pick.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace dk::data::json_lines {

namespace {

/// Opens the stream that has this place among those of a source.
using opening = std::function<std::unique_ptr<byte_stream>(std::size_t)>;

/// The objects of one stream after another, whole lines of them, as they come.
class object_stream final : public table_stream {
public:
  /// @param names of the streams, for errors. @param known what is known of their keys already
  /// @param keeps_written whether `written` is wanted, too
  object_stream(std::vector<std::string> names, opening open, std::size_t bytes, reader known,
                bool keeps_written = false)
      : names_(std::move(names)), open_(std::move(open)), bytes_(bytes), reader_(std::move(known)),
        keeps_written_(keeps_written) {
    reader_.start_again();
  }

  std::optional<table> next() override {
    while (now_ || begun_ < names_.size()) {
      if (!now_)
        begin();
      const auto& origin = names_[begun_ - 1];
      take_lines(origin);
      if (const auto count = reader_.rows(); count > 0) {
        const auto first = row_;
        row_ += count;
        given_of_ = &origin;
        return counted_from(reader_.give(origin), first);
      }
    }
    return std::nullopt;
  }

  double progress() const override {
    const auto left = now_ ? 1 - now_->progress() * share_of(taken_, taken_ + left_.size()) : 0;
    return (static_cast<double>(begun_) - left) / static_cast<double>(names_.size());
  }

  table written() override { return written_.give(*given_of_); }

  /// What is known when all has been read, or as far as it has.
  const reader& known() const { return reader_; }

private:
  void begin() {
    now_ = open_(begun_++);
    left_.clear();
    taken_ = 0;
    lines_ = 0;
    row_ = 0;
  }

  // Those that are there, some at least.
  void take_lines(const std::string& origin) {
    std::size_t end = 0;
    bool at_end = false;
    for (auto wanted = bytes_; end == 0 && !at_end; wanted *= 2) {
      at_end = left_.size() < wanted && !now_->append_to(left_, wanted - left_.size());
      end = at_end ? left_.size() : left_.rfind('\n', wanted - 1) + 1;
    }
    const auto some = std::string_view{left_}.substr(0, end);
    reader_.take(some, origin, lines_);
    if (keeps_written_)
      written_.take(some, origin);
    lines_ += static_cast<std::size_t>(std::count(some.begin(), some.end(), '\n'));
    left_.erase(0, end);
    taken_ += end;
    if (at_end)
      now_.reset();
  }

  std::vector<std::string> names_;
  opening open_;
  std::size_t bytes_;
  reader reader_;
  written_values written_;
  bool keeps_written_;
  const std::string* given_of_ = nullptr; // the stream that rows were given of last
  std::size_t begun_ = 0;                 // of the streams
  std::unique_ptr<byte_stream> now_;
  std::string left_;      // of its text, not yet read
  std::size_t taken_ = 0; // bytes of it before that
  std::size_t lines_ = 0;
  std::size_t row_ = 0; // of it, the next
};

object_stream objects_in(const spec& source, std::size_t bytes, reader known, bool keeps_written = false) {
  auto files = files_of(source.keys.at("path").get<std::string>());
  auto open = [files, encoding = encoding_of(source)](std::size_t i) {
    return as_utf8(std::make_unique<file_stream>(files[i]), encoding, files[i]);
  };
  return {std::move(files), std::move(open), bytes, std::move(known), keeps_written};
}

// Whether all columns that the source asks for have been seen, so that no later line says anything new of them but that
// their numbers need a wider type.
bool is_settled(const reader& known, const spec& source) {
  auto wanted = listed_names(source);
  if (wanted.empty() && source.keys.contains("columns"))
    return false;
  if (wanted.empty())
    wanted = {"features"};
  for (auto& name : label_names(source))
    wanted.push_back(std::move(name));
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& name) { return known.knows(name); });
}

// What is to be known of the keys, for which all lines are read where the first do not say it.
reader keys_in(const spec& source, std::size_t bytes) {
  auto all = objects_in(source, bytes, {});
  while (all.next() && !is_settled(all.known(), source))
    ;
  return all.known();
}

class picked_stream final : public table_stream {
public:
  picked_stream(object_stream all, const spec& source) : all_(std::move(all)), source_(source) {}

  std::optional<table> next() override {
    auto some = all_.next();
    return some ? std::optional{picked_columns(std::move(*some), source_)} : std::nullopt;
  }

  double progress() const override { return all_.progress(); }
  table written() override { return all_.written(); }

private:
  object_stream all_;
  spec source_;
};

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}, encoding_key()};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  return all;
}

bool recognise(std::string_view start_of_file) {
  const auto start = as_ascii(start_of_file);
  const auto first = start.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && start[first] == '{';
}

table parse(std::string_view text, const std::string& origin) {
  reader all;
  all.take(text, origin, 0);
  if (all.rows() == 0)
    throw failure{errc::data, origin + ": has no lines; give data to work on"};
  return all.give(origin);
}

table read(const spec& source) {
  reader all;
  const auto files = files_of(source.keys.at("path").get<std::string>());
  for (const auto& path : files)
    all.take(load_text(path, encoding_of(source)).text(), path, 0);
  if (all.rows() == 0)
    throw failure{errc::data, files.front() + ": has no lines; give data to work on"};
  return picked_columns(all.give(files.front()), source);
}

table_source rows_of(const spec& source, std::size_t bytes) {
  const auto known = std::make_shared<std::optional<reader>>();
  return [=]() -> table_stream_ptr {
    if (!*known)
      *known = keys_in(source, bytes);
    return std::make_unique<picked_stream>(objects_in(source, bytes, **known), source);
  };
}

table_stream_ptr glance(const spec& source, std::size_t bytes) {
  return std::make_unique<object_stream>(objects_in(source, bytes, {}));
}

table_stream_ptr to_answer(const spec& source, std::size_t bytes) {
  return std::make_unique<picked_stream>(objects_in(source, bytes, reader{named_columns(source)}, true), source);
}

table_stream_ptr to_answer(std::unique_ptr<byte_stream> text, const std::string& origin, const spec& source,
                           std::size_t bytes) {
  const auto only = std::make_shared<std::unique_ptr<byte_stream>>(std::move(text));
  const auto take = [only](std::size_t) { return std::move(*only); };
  return std::make_unique<picked_stream>(object_stream{{origin}, take, bytes, reader{named_columns(source)}, true},
                                         source);
}

} // namespace dk::data::json_lines
