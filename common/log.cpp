#include "common/log.hpp"

#include "common/error.hpp"

#include <mutex>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <vector>

namespace dk {

namespace {

struct shared_log {
  std::mutex lock;
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("dk");
  spdlog::sink_ptr screen; // null: the log is not shown
  verbosity level = verbosity::normal;
};

shared_log& instance() {
  static shared_log the_log;
  return the_log;
}

} // namespace

std::shared_ptr<spdlog::logger> log() {
  auto& shared = instance();
  const std::lock_guard<std::mutex> guard{shared.lock};
  return shared.logger;
}

namespace {

// A logger is never changed while others may use it: a new one takes its place. A run that is killed leaves all that
// was said until then.
std::shared_ptr<spdlog::logger> logger_to(const std::vector<spdlog::sink_ptr>& sinks) {
  auto logger = std::make_shared<spdlog::logger>("dk", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::debug);
  return logger;
}

} // namespace

void set_up_log(verbosity level) {
  auto screen = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  screen->set_level(level == verbosity::verbose ? spdlog::level::debug
                    : level == verbosity::quiet ? spdlog::level::err
                                                : spdlog::level::warn);
  screen->set_pattern("dk: %^%l%$: %v");
  auto& shared = instance();
  const std::lock_guard<std::mutex> guard{shared.lock};
  shared.level = level;
  shared.screen = screen;
  shared.logger = logger_to({screen});
}

log_to_file::log_to_file(const std::string& file) {
  auto& shared = instance();
  const std::lock_guard<std::mutex> guard{shared.lock};
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    sink->set_level(shared.level == verbosity::verbose ? spdlog::level::debug : spdlog::level::info);
    auto sinks = std::vector<spdlog::sink_ptr>{sink};
    if (shared.screen)
      sinks.push_back(shared.screen);
    shared.logger = logger_to(sinks);
  } catch (const spdlog::spdlog_ex& why) {
    throw failure{errc::resources, "cannot write the log " + file + ": " + why.what()};
  }
}

log_to_file::~log_to_file() {
  auto& shared = instance();
  const std::lock_guard<std::mutex> guard{shared.lock};
  shared.logger =
      logger_to(shared.screen ? std::vector<spdlog::sink_ptr>{shared.screen} : std::vector<spdlog::sink_ptr>{});
}

} // namespace dk
