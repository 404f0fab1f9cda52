#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// The messages of TensorBoard that a run writes, in the wire format of protocol buffers. The numbers of their fields
// are those of TensorFlow's event.proto, summary.proto and tensor.proto.

namespace dk {

/// What every file begins with. @param wall_time seconds since 1970, as in all events
std::string file_version_event(double wall_time);

/// A later session of a run begins: points of earlier ones that are at `step` or beyond no longer count.
std::string session_event(double wall_time, std::uint64_t step);

/// Values at one step of a run.
class summary_event {
public:
  summary_event(double wall_time, std::uint64_t step) : wall_time_(wall_time), step_(step) {}

  /// Kept in 32 bits; may be one that is not finite.
  void add_scalar(std::string_view tag, double value);

  /// @param counts how often each whole number came; not empty. More than 128 different ones are put together, in
  /// buckets of equal width.
  void add_histogram(std::string_view tag, const std::map<std::uint64_t, std::uint64_t>& counts);

  /// A text in Markdown.
  void add_text(std::string_view tag, std::string_view text);

  bool empty() const { return values_.empty(); }

  /// The message.
  std::string bytes() const;

private:
  double wall_time_;
  std::uint64_t step_;
  std::string values_; // as the summary has them
};

} // namespace dk
