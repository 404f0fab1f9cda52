#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dk {

/// Which run is traced, and where to.
struct trace_request {
  std::string run; ///< its folder
  std::string out; ///< a .json; empty: trace.json in the run's folder; "-": whoever calls prints it
};

/// Does all that `dk_driver trace` does: makes a trace of a run, which may still train, for chrome://tracing and
/// Perfetto. Memory does not grow with the run.
/// @param print takes the trace in pieces where `out` is "-". @param note hears what is left out, one line each; may be
/// empty
/// @return the path of the trace; empty where it was printed. @throws failure (usage, config, checkpoint, resources)
std::string trace_run(const trace_request& request, const std::function<void(std::string_view)>& print,
                      const std::function<void(const std::string&)>& note = {});

} // namespace dk
