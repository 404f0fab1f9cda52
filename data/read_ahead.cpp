#include "data/read_ahead.hpp"

#include <future>
#include <system_error>
#include <utility>

namespace dk::data {

namespace {

class ahead_stream final : public table_stream {
public:
  explicit ahead_stream(table_stream_ptr rows) : rows_(std::move(rows)) { begin(); }

  std::optional<table> next() override {
    if (!next_.valid()) // the end, or a failure, has been told
      return std::nullopt;
    auto [some, progress] = next_.get();
    progress_ = progress;
    if (some)
      begin();
    return std::move(some);
  }

  double progress() const override { return progress_; }

private:
  using part = std::pair<std::optional<table>, double>; // and what part of all has been read with it

  void begin() {
    const auto read = [this]() -> part {
      auto some = rows_->next();
      return {std::move(some), rows_->progress()};
    };
    try {
      next_ = std::async(std::launch::async, read);
    } catch (const std::system_error&) { // no more threads are to be had: it is read when it is asked for
      next_ = std::async(std::launch::deferred, read);
    }
  }

  table_stream_ptr rows_;
  double progress_ = 0;
  std::future<part> next_; // waits for its thread before the rows go
};

} // namespace

table_stream_ptr read_ahead(table_stream_ptr rows) {
  return std::make_unique<ahead_stream>(std::move(rows));
}

} // namespace dk::data
