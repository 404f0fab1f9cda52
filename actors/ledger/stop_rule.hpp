#pragma once

#include "actors/protocol/protocol.hpp"

#include <cstdint>
#include <deque>
#include <limits>

namespace dk {

/// When a session ends before its last chunk. Loss and accuracy are means over the rows of the newest chunks (an
/// epoch's worth, a hundred at most), and count only once that many have come in.
struct stop_rule {
  std::uint64_t rows = std::numeric_limits<std::uint64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
  double loss = -std::numeric_limits<double>::infinity();
  double accuracy = std::numeric_limits<double>::infinity();
};

/// Holds the reports of finished chunks against a stop rule.
class stop_watch {
public:
  stop_watch() = default;
  stop_watch(const stop_rule& rule, const chunk_grid& grid);

  void add(const chunk_report& report);

  /// Whether it is time to stop. @param rows trained so far, by earlier sessions, too
  /// @param seconds since the session began
  bool is_reached(std::uint64_t rows, double seconds) const;

  /// The rule on the time alone, for when no reports come in.
  bool is_late(double seconds) const { return seconds >= rule_.seconds; }

private:
  stop_rule rule_;
  std::size_t enough_ = 1; // reports that the means are taken over
  std::deque<chunk_report> newest_;
};

} // namespace dk
