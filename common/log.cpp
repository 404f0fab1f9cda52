#include "common/log.hpp"

#include "common/error.hpp"

#include <mutex>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace dk {

namespace {

struct shared_log {
  std::mutex lock;
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("dk");
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

void set_up_log(verbosity level, const std::string& file) {
  auto screen = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  screen->set_level(level == verbosity::verbose ? spdlog::level::debug
                    : level == verbosity::quiet ? spdlog::level::err
                                                : spdlog::level::warn);
  screen->set_pattern("dk: %^%l%$: %v");
  auto logger = std::make_shared<spdlog::logger>("dk", screen);
  if (!file.empty()) {
    try {
      auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
      sink->set_level(level == verbosity::verbose ? spdlog::level::debug : spdlog::level::info);
      logger->sinks().push_back(sink);
    } catch (const spdlog::spdlog_ex& why) {
      throw failure{errc::resources, "cannot write the log " + file + ": " + why.what()};
    }
  }
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::debug); // a run that is killed leaves all that was said until then
  auto& shared = instance();
  const std::lock_guard<std::mutex> guard{shared.lock};
  shared.logger = std::move(logger);
}

} // namespace dk
