#include "runtime/config/laboratory_keys.hpp"

#include <limits>

namespace dk {

namespace {

constexpr double longest = 1e9; // seconds: far from where the clock's 64 bits of nanoseconds end
constexpr std::uint64_t most_rows = 1'000'000'000'000;

bool is_part_or_all(double x) {
  return x >= 0 && x <= 1;
}
bool is_time(double x) {
  return x >= 0 && x <= 1e6;
}
bool is_time_above_0(double x) {
  return x > 0 && x <= 1e6;
}
bool is_moment(double x) {
  return x >= 0 && x <= longest;
}
bool is_rate(double x) {
  return x == 0 || (x >= 1e-9 && x <= 1e12);
}
bool is_factor(double x) {
  return x >= 1e-6 && x <= 1e6;
}
bool is_deviation(double x) {
  return x >= 0 && x <= 10;
}

const std::string a_time = "a number of seconds from 0 to 1,000,000";
const std::string a_rate = "0, or a number from 1e-9 to 1e12";
const std::string a_factor = "a number from 0.000001 to 1,000,000";
const std::string a_part = "a number of at least 0 and below 1";

// [ { worker = 3, at = 1.5 }, ... ]
void read_events(const section& in, const std::string& key, std::size_t workers,
                 std::vector<laboratory_config::event>& events) {
  for (const auto& path : in.list(key)) {
    const section one{in.tree(), path};
    one.only({"worker", "at"});
    laboratory_config::event event;
    for (const auto* needed : {"worker", "at"})
      if (one.find(needed) == nullptr)
        one.refuse(needed, "a worker and a time, as in { worker = 3, at = 1.5 }");
    one.whole("worker", event.worker, 0, workers - 1);
    one.number("at", event.at, is_moment, "a number of seconds from 0 to 1e9");
    events.push_back(event);
  }
}

void read_computing(const section& in, std::size_t workers, laboratory_config& laboratory) {
  in.word("computing", laboratory.computing, {"constant", "normal", "log_normal"});
  in.number("batch_seconds", laboratory.batch_seconds, is_time_above_0,
            "a number of seconds above 0 and at most 1,000,000");
  in.number("rows_per_second", laboratory.rows_per_second, is_rate, a_rate);
  if (in.find("batch_seconds") != nullptr && laboratory.rows_per_second > 0)
    in.refuse_both("batch_seconds", "`batch_seconds` or `rows_per_second`");
  in.number("deviation", laboratory.deviation, is_deviation, "a number from 0 to 10");
  in.number("stragglers", laboratory.stragglers, is_part_or_all, "a number from 0 to 1");
  in.number("straggler_factor", laboratory.straggler_factor, is_factor, a_factor);
  in.numbers("factors", laboratory.factors, is_factor, a_factor);
  if (laboratory.factors.size() > workers)
    in.refuse("factors", "at most " + std::to_string(workers) + " numbers, one for each of trainer.workers");
}

} // namespace

std::vector<std::string> laboratory_keys() {
  return {"seed",    "computing", "batch_seconds", "rows_per_second", "deviation", "stragglers", "straggler_factor",
          "factors", "latency",   "bandwidth",     "service_time",    "loss",      "doubling",   "resend",
          "kills",   "joins",     "kill_rate",     "join_rate",       "dry",       "rows"};
}

void read_laboratory(const section& in, std::size_t workers, laboratory_config& laboratory) {
  std::size_t seed = laboratory.seed;
  in.whole("seed", seed, 0, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  laboratory.seed = seed;
  read_computing(in, workers, laboratory);
  in.number("latency", laboratory.latency, is_time, a_time);
  in.number("bandwidth", laboratory.bandwidth, is_rate, a_rate);
  in.number("service_time", laboratory.service_time, is_time, a_time);
  in.number("loss", laboratory.loss, is_part, a_part);
  in.number("doubling", laboratory.doubling, is_part_or_all, "a number from 0 to 1");
  in.number("resend", laboratory.resend, is_time, a_time);
  read_events(in, "kills", workers, laboratory.kills);
  read_events(in, "joins", workers, laboratory.joins);
  in.number("kill_rate", laboratory.kill_rate, is_rate, a_rate);
  in.number("join_rate", laboratory.join_rate, is_rate, a_rate);
  in.flag("dry", laboratory.dry);
  in.whole("rows", laboratory.rows, 0, most_rows);
  if (laboratory.rows > 0 && !laboratory.dry)
    in.refuse_without("rows", "dry = true");
}

} // namespace dk
