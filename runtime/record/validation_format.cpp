#include "runtime/record/validation_format.hpp"

#include "common/error.hpp"

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace dk {

namespace {

using nlohmann::json;

// All others are names of metrics.
const std::set<std::string>& own_keys() {
  static const std::set<std::string> keys{"t",       "epoch", "trained",   "versions", "rows", "loss",   "accuracy",
                                          "seconds", "best",  "decisions", "last",     "rate", "session"};
  return keys;
}

validation_report parse_line(const json& line) {
  validation_report read;
  read.trained = line.at("trained").get<std::uint64_t>();
  read.epoch = line.at("epoch").get<double>();
  read.versions = line.at("versions").get<std::vector<std::uint64_t>>();
  read.rows = line.at("rows").get<std::uint64_t>();
  const auto rows = static_cast<double>(read.rows);
  const auto& loss = line.at("loss"); // null: it was not finite
  read.loss_sum = loss.is_null() ? std::numeric_limits<double>::quiet_NaN() : loss.get<double>() * rows;
  if (const auto& accuracy = line.at("accuracy"); !accuracy.is_null()) { // null: outputs are numbers
    read.decisions = line.value("decisions", read.rows);
    read.correct =
        static_cast<std::uint64_t>(std::llround(accuracy.get<double>() * static_cast<double>(read.decisions)));
  }
  read.seconds = line.at("seconds").get<double>();
  read.best = line.at("best").get<bool>();
  read.last = line.value("last", false);
  read.rate = line.value("rate", 1.0);
  for (const auto& [key, value] : line.items())
    if (value.is_number() && own_keys().count(key) == 0)
      read.others[key] = value.get<double>();
  return read;
}

} // namespace

std::string validation_line(const validation_report& measured, double seconds, std::uint32_t session) {
  const auto rows = static_cast<double>(measured.rows);
  const auto loss = measured.loss_sum / rows;
  const auto accuracy = metrics_of(measured).accuracy();
  auto line = fmt::format(R"({{"t":{:.6f},"epoch":{},"trained":{},"versions":{},"rows":{},"loss":{},"accuracy":{},)"
                          R"("seconds":{:.6f},"best":{})",
                          seconds, double{measured.epoch}, measured.trained, json(measured.versions).dump(),
                          measured.rows, std::isfinite(loss) ? fmt::format("{}", loss) : "null",
                          accuracy ? fmt::format("{}", *accuracy) : "null", double{measured.seconds}, measured.best);
  if (accuracy && measured.decisions != measured.rows)
    line += fmt::format(R"(,"decisions":{})", measured.decisions);
  if (measured.last)
    line += R"(,"last":true)";
  if (measured.rate != 1)
    line += fmt::format(R"(,"rate":{})", double{measured.rate});
  if (session > 0)
    line += fmt::format(R"(,"session":{})", session);
  for (const auto& [name, value] : measured.others)
    line += fmt::format(R"(,{}:{})", json(name).dump(), json(double{value}).dump());
  return line + "}\n";
}

std::optional<std::size_t> measurement_of(const std::string& line, const std::vector<validation_report>& all) {
  try {
    const auto wanted = parse_line(json::parse(line));
    for (auto i = all.size(); i-- > 0;)
      if (all[i].trained == wanted.trained && all[i].versions == wanted.versions &&
          all[i].loss_sum == wanted.loss_sum && all[i].correct == wanted.correct)
        return i;
  } catch (const json::exception&) { // of no measurement
  }
  return std::nullopt;
}

std::vector<validation_report> read_validation(const std::string& path) {
  std::vector<validation_report> all;
  std::ifstream in{path};
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    try {
      const auto line = json::parse(text);
      const bool is_older = line.is_object() && !line.contains("trained"); // or a replay's, measured at its end
      if (!is_older)
        all.push_back(parse_line(line));
    } catch (const json::exception& why) {
      if (in.eof())
        break; // its run was killed while it wrote
      throw failure{errc::checkpoint, path + ":" + std::to_string(number) + ": is no measurement (" + why.what() +
                                          "); the file is damaged: remove the line, or start a new run"};
    }
  }
  return all;
}

} // namespace dk
