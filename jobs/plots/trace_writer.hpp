#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dk {

/// A row of a trace: a thread of a process, as the format calls them.
struct trace_lane {
  std::uint32_t process = 1;
  std::uint32_t thread = 0;
};

/// Writes a trace in the Trace Event Format, which chrome://tracing and Perfetto open: one JSON object, an event a
/// line, each given on at once. Times are whole microseconds since the run began.
class trace_writer {
public:
  /// @param other what is said of the whole trace. @param out takes the text in pieces
  trace_writer(const nlohmann::json& other, std::function<void(std::string_view)> out);

  void name_process(std::uint32_t process, const std::string& name);
  void name_lane(trace_lane lane, const std::string& name);

  /// Something that took time.
  void add_span(trace_lane lane, const std::string& name, std::int64_t begin, std::int64_t end,
                const nlohmann::json& arguments);
  /// Something that happened. @param everywhere a line through all lanes
  void add_instant(trace_lane lane, const std::string& name, std::int64_t at, const nlohmann::json& arguments,
                   bool everywhere = false);

  /// The end of the object; nothing may follow.
  void end();

private:
  void add(const nlohmann::json& event);
  void name_row(const char* what, trace_lane lane, const std::string& name);
  void give(std::string_view text);

  std::function<void(std::string_view)> out_;
  std::string pending_;
  bool is_first_ = true;
};

} // namespace dk
