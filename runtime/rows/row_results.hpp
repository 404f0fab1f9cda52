#pragma once

#include "actors/rows/row_worker.hpp"
#include "data/table_stream.hpp"
#include "runtime/rows/row_crew.hpp"

#include <caf/duration.hpp>
#include <caf/scoped_actor.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace dk {

/// Some rows, and what a crew made of them.
struct worked_rows {
  std::uint64_t first = 0; ///< in the whole table
  data::table given;
  row_result result;
};

/// How the rows of a stream are cut into parts.
enum class row_flow {
  whole_parts, ///< all parts of the same rows, however the stream came; several are read ahead
  as_it_comes, ///< what has come is answered before more is asked for
};

/// The rows of a stream, worked on by a crew in parts, in their order. Parts that a worker had when it died are given
/// to others: each row comes out once.
class row_results {
public:
  static constexpr std::size_t part_rows = 1024;

  /// Borrows crew and stream. @throws failure as row_crew::set_to
  row_results(row_crew& crew, const row_worker_setup& task, data::table_stream& rows,
              row_flow flow = row_flow::whole_parts);
  ~row_results();
  row_results(const row_results&) = delete;
  row_results& operator=(const row_results&) = delete;

  /// The next rows; nothing at the end. @throws failure: what is wrong with them; (nodes) when no worker is left
  std::optional<worked_rows> next();

private:
  struct worker {
    row_crew::crew_worker crew;
    std::size_t parts = 0; // that it has
  };
  struct part {
    caf::message sent;      // a row_part, to be sent again
    std::size_t worker = 0; // that has it, in workers_
    std::optional<row_result> result;
  };

  void send_more();
  bool may_read() const;
  std::optional<data::table> cut();
  void send(part& which);
  void wait();
  void hear(row_result& result);
  void hear(const caf::down_msg& what);
  void lose(std::size_t number);
  caf::duration patience() const;

  row_crew& crew_;
  data::table_stream& rows_;
  row_flow flow_;
  bool answers_each_; // of the rows that are given
  caf::scoped_actor self_;
  std::vector<std::optional<worker>> workers_;
  std::map<std::uint64_t, part> under_way_; // by number
  std::deque<data::table> left_;            // that was read and not cut yet
  std::size_t left_rows_ = 0;
  std::size_t cut_of_front_ = 0; // rows of its first table
  bool at_end_ = false;
  std::chrono::steady_clock::time_point heard_ =
      std::chrono::steady_clock::now();           // the newest result, or from the start
  std::chrono::steady_clock::duration longest_{}; // between two results
  std::uint64_t next_number_ = 0;
  std::uint64_t next_first_ = 0;
};

} // namespace dk
