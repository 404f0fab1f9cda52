#include "jobs/plots/run_log.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace dk {

namespace {

constexpr double most_seconds = 1e9;

[[noreturn]] void damaged_log(const std::string& place, const std::string& what) {
  throw failure{errc::checkpoint, place + ": " + what + "; the file is damaged: remove the line, or trace another run"};
}

std::string shown_value(const nlohmann::json& line, const char* key) {
  const auto found = line.find(key);
  return '`' + std::string{key} + "` is " + (found == line.end() ? "missing" : found->dump().substr(0, 40));
}

} // namespace

double log_entry::seconds(const char* key) const {
  const auto found = line.find(key);
  if (found != line.end() && found->is_number())
    if (const auto value = found->get<double>(); std::isfinite(value) && value >= 0 && value <= most_seconds)
      return value;
  damaged_log(place, shown_value(line, key) + ", not a number of seconds from 0 to 1e9");
}

std::uint32_t log_entry::whole(const char* key) const {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  const auto found = line.find(key);
  if (found != line.end() && found->is_number_unsigned() && found->get<std::uint64_t>() <= most)
    return found->get<std::uint32_t>();
  damaged_log(place, shown_value(line, key) + ", not a whole number of at most " + std::to_string(most));
}

bool run_log::exists() const {
  std::error_code unreachable;
  return std::filesystem::exists(path_, unreachable);
}

void run_log::check_header(const nlohmann::json& line) const {
  if (line.value("log", nlohmann::json{}) != "dk-commits")
    throw failure{errc::checkpoint, place_of(1) + ": is no header of a dk-commits log; trace another run"};
  if (const auto version = line.value("version", nlohmann::json{}); version != 1)
    throw failure{errc::checkpoint, place_of(1) + ": is of format " + version.dump() +
                                        ", this dk reads format 1; use the dk that wrote it"};
}

// Also finds the line's session. Those of an older dk do not tell it: there its clock begins anew.
bool run_log::is_event(const nlohmann::json& line, position& at) {
  const log_entry entry{line, place_of(at.number)};
  if (kind_ == kind::commits && at.number == 1) {
    check_header(line);
    return false;
  }
  if (kind_ == kind::commits && line.contains("restart")) {
    at.session = entry.whole("restart");
    newest_session_ = std::max(newest_session_, at.session);
    return false;
  }
  if (kind_ == kind::commits)
    return true;
  const bool has_time = line.contains("t"); // a replay's measurement has none
  const auto seconds = has_time ? entry.seconds("t") : at.seconds;
  if (line.contains("session"))
    at.session = std::max(at.session, entry.whole("session"));
  else if (seconds < at.seconds)
    ++at.session;
  at.seconds = seconds;
  newest_session_ = std::max(newest_session_, at.session);
  return true;
}

void run_log::each(const std::function<void(const log_entry&)>& visit,
                   const std::function<void(const std::string&)>& note) {
  std::ifstream in{path_};
  position at;
  std::string torn; // the first place
  std::uint64_t more_torn = 0;
  bool ends_torn = false;
  for (std::string text; at.number < limit_ && std::getline(in, text);) {
    ends_torn = in.eof();
    ++at.number;
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (line.is_object()) {
      if (is_event(line, at))
        visit({line, place_of(at.number), at.session});
      ends_torn = false;
      continue;
    }
    if (!ends_torn && kind_ != kind::history)
      damaged_log(place_of(at.number), "is not an object of JSON");
    if (torn.empty())
      torn = place_of(at.number);
    else
      ++more_torn;
  }
  const bool is_first_time = limit_ == std::numeric_limits<std::uint64_t>::max();
  limit_ = ends_torn ? at.number - 1 : at.number; // the rest of it may come before the next time
  if (is_first_time && !torn.empty())
    note(torn + ": incomplete line; left out" +
         (more_torn == 0 ? "" : ", and " + std::to_string(more_torn) + " more like it"));
}

} // namespace dk
