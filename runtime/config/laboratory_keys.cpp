#include "runtime/config/config_sections.hpp"
#include "runtime/config/job_rules.hpp"

#include <algorithm>

namespace dk {

namespace {

using events = std::vector<laboratory_config::event>;

constexpr double longest = 1e9; // seconds: far from where the clock's 64 bits of nanoseconds end
constexpr number_range a_time = from_to(0, 1e6, "seconds");
constexpr number_range a_rate{1e-9, 1e12, true, true, "", true};
constexpr number_range a_factor = from_to(1e-6, 1e6);

// [ { worker = 3, at = 1.5 }, ... ]
events events_at(const key_reading& at) {
  const std::string both = "a worker and a time, as in { worker = 3, at = 1.5 }";
  const auto most = static_cast<double>(at.to.trainer.workers - 1);
  events all;
  for (const auto& path : at.list()) {
    const section one{at.in.tree(), path};
    one.check({whole_rule("worker", from_to(0, most)), number_rule("at", from_to(0, longest, "seconds"))});
    for (const auto* needed : {"worker", "at"})
      if (one.find(needed) == nullptr)
        one.refuse(needed, both);
    all.push_back({one.find("worker")->get<std::size_t>(), one.find("at")->get<double>()});
  }
  return all;
}

nlohmann::json events_value(const events& all) {
  auto values = nlohmann::json::array();
  for (const auto& event : all)
    values.push_back({{"worker", event.worker}, {"at", event.at}});
  return values;
}

config_key events_key(events laboratory_config::*member, const char* name, const char* text) {
  return shown_by_line(made_key(&job::laboratory, member,
                                rule_of(name, key_kind::list, "a list of tables, as { worker = 3, at = 1.5 }"), text,
                                events_at, events_value));
}

bool has_hosts(const job& of) {
  return of.laboratory.hosts > 0;
}

config_key row_bytes_key() {
  const auto made = made_key<laboratory_config, std::optional<double>>(
      &job::laboratory, &laboratory_config::row_bytes, number_rule("row_bytes", from_to(0, 1e9)),
      "that a row takes on its way from the driver to each host, before the training",
      [](const key_reading& at) { return std::optional{at.value().get<double>()}; },
      [](const std::optional<double>& bytes) { return bytes ? nlohmann::json(*bytes) : nlohmann::json{}; });
  return shown_where(made, [](const job& of) { return has_hosts(of) && of.laboratory.row_bytes; });
}

// What only hosts have; and a shard for each host, unless the config says how many.
void finish_hosts(const section& in, job& to) {
  const auto& laboratory = to.laboratory;
  for (const auto* name : {"servers", "row_bytes"})
    if (!has_hosts(to) && in.find(name) != nullptr)
      in.refuse_without(name, "`hosts`");
  const bool free = value_at(in.tree(), "trainer/servers") == nullptr && to.cluster.nodes.empty() && has_center(to);
  if (free && has_hosts(to) && laboratory.servers == "hosts")
    to.trainer.servers = std::min<std::size_t>(laboratory.hosts, 64);
}

void finish_laboratory(const section& in, job& to) {
  auto& laboratory = to.laboratory;
  if (in.find("seed") == nullptr)
    laboratory.seed = to.seed;
  if (in.find("batch_seconds") != nullptr && laboratory.rows_per_second > 0)
    in.refuse_both("batch_seconds", "`batch_seconds` or `rows_per_second`");
  if (const auto workers = to.trainer.workers; laboratory.factors.size() > workers)
    in.refuse("factors", "at most " + std::to_string(workers) + " numbers, one for each of trainer.workers");
  if (laboratory.rows > 0 && !laboratory.dry)
    in.refuse_without("rows", "dry = true");
  finish_hosts(in, to);
}

} // namespace

config_section laboratory_section() {
  using all = laboratory_config;
  const auto key = [](auto member, key_rule rule, const char* text) {
    return plain_key(&job::laboratory, member, std::move(rule), text);
  };
  return {
      "laboratory",
      {key(&all::seed, seed_rule(), "of everything random in the laboratory"),
       key(&all::computing, word_rule("computing", {"constant", "normal", "log_normal"}),
           "how the times of batches are distributed around their mean"),
       shown_where(key(&all::batch_seconds, number_rule("batch_seconds", above_to(0, 1e6, "seconds")),
                       "mean time of a full batch"),
                   [](const job& of) { return of.laboratory.rows_per_second == 0; }), // one of the two
       key(&all::rows_per_second, number_rule("rows_per_second", a_rate),
           "in place of `batch_seconds`, for batches of any size"),
       key(&all::deviation, number_rule("deviation", from_to(0, 10)),
           "standard deviation of `normal` and `log_normal`, as a part of the mean"),
       key(&all::stragglers, number_rule("stragglers", from_to(0, 1)), "the part of the workers that are slow"),
       key(&all::straggler_factor, number_rule("straggler_factor", a_factor), "how many times longer they take"),
       key(&all::factors, {"factors", key_kind::number_list, false, a_factor},
           "per worker, how many times longer it takes"),
       key(&all::hosts, whole_rule("hosts", from_to(0, 65536)), "hosts with one network card each"),
       shown_where(key(&all::servers, word_rule("servers", {"hosts", "driver"}), "where the shards of the center are"),
                   has_hosts),
       row_bytes_key(),
       key(&all::latency, number_rule("latency", a_time), "from a worker to a shard, and again on the way back"),
       key(&all::bandwidth, number_rule("bandwidth", a_rate),
           "of a host's network card, each way; without `hosts`: between a worker and a shard"),
       key(&all::service_time, number_rule("service_time", a_time), "how long a shard is busy with a commit"),
       formerly("loss", key(&all::drop_rate, number_rule("drop_rate", {0, 1}),
                            "the part of the requests and answers between workers and shards that is lost")),
       key(&all::doubling, number_rule("doubling", from_to(0, 1)), "the part of the requests that arrives twice"),
       key(&all::resend, number_rule("resend", a_time), "after this time a lost message is sent again"),
       events_key(&all::kills, "kills", "workers that are killed, and when"),
       events_key(&all::joins, "joins", "workers that start, for the first time or again, and when"),
       key(&all::kill_rate, number_rule("kill_rate", a_rate), "random kills"),
       key(&all::join_rate, number_rule("join_rate", a_rate), "random starts of workers that are gone"),
       key(&all::dry, flag_rule("dry"), "the schedule only: no gradients"),
       key(&all::rows, whole_rule("rows", from_to(0, 1e12)), "only for a dry run: how many rows")},
      finish_laboratory};
}

} // namespace dk
