#include "jobs/plots/trace_writer.hpp"

#include <utility>

namespace dk {

namespace {

constexpr std::size_t most_pending_trace = 64U << 10U; // bytes

nlohmann::json event_on(trace_lane lane, const char* kind, const std::string& name, const nlohmann::json& arguments) {
  return {{"ph", kind}, {"pid", lane.process}, {"tid", lane.thread}, {"name", name}, {"args", arguments}};
}

} // namespace

trace_writer::trace_writer(const nlohmann::json& other, std::function<void(std::string_view)> out)
    : out_(std::move(out)) {
  const auto text = other.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  give(R"({"displayTimeUnit":"ms","otherData":)" + text + R"(,"traceEvents":[)");
}

void trace_writer::give(std::string_view text) {
  pending_ += text;
  if (pending_.size() < most_pending_trace)
    return;
  out_(pending_);
  pending_.clear();
}

void trace_writer::add(const nlohmann::json& event) {
  give((is_first_ ? "\n" : ",\n") + event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  is_first_ = false;
}

// Lanes stand in the order of their numbers.
void trace_writer::name_row(const char* what, trace_lane lane, const std::string& name) {
  const std::string scope = what;
  add(event_on(lane, "M", scope + "_name", {{"name", name}}));
  add(event_on(lane, "M", scope + "_sort_index", {{"sort_index", scope == "process" ? lane.process : lane.thread}}));
}

void trace_writer::name_process(std::uint32_t process, const std::string& name) {
  name_row("process", {process, 0}, name);
}

void trace_writer::name_lane(trace_lane lane, const std::string& name) {
  name_row("thread", lane, name);
}

void trace_writer::add_span(trace_lane lane, const std::string& name, std::int64_t begin, std::int64_t end,
                            const nlohmann::json& arguments) {
  auto event = event_on(lane, "X", name, arguments);
  event["ts"] = begin;
  event["dur"] = end - begin;
  add(event);
}

void trace_writer::add_instant(trace_lane lane, const std::string& name, std::int64_t at,
                               const nlohmann::json& arguments, bool everywhere) {
  auto event = event_on(lane, "i", name, arguments);
  event["ts"] = at;
  event["s"] = everywhere ? "g" : "t";
  add(event);
}

void trace_writer::end() {
  pending_ += "\n]}\n";
  out_(pending_);
  pending_.clear();
}

} // namespace dk
