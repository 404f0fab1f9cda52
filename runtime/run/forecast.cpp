#include "runtime/run/forecast.hpp"

#include "algorithms/catalog.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/run/venue.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace dk {

namespace {

constexpr double answers_per_chunk = 2; // of the ledger and of the shards

// What the cores train. Nodes of one host have the same ones.
double rows_of_cores(const std::vector<host_facts>& nodes) {
  struct host {
    double workers = 0;
    double cores = 0;
    double rows = 0; // of all its workers, were there a core for each
  };
  std::map<std::string, host> hosts;
  for (const auto& node : nodes) {
    auto& of = hosts[node.where.substr(0, node.where.rfind(':'))];
    of.workers += node.workers;
    of.cores = std::max<double>(of.cores, node.cores);
    of.rows += node.workers * node.rows_per_second;
  }
  double all = 0;
  for (const auto& [name, of] : hosts)
    all += of.workers > 0 ? of.rows * std::min(1.0, of.cores / of.workers) : 0;
  return all;
}

double sum_of(const std::vector<host_facts>& hosts, std::uint32_t host_facts::*what) {
  double all = 0;
  for (const auto& host : hosts)
    all += host.*what;
  return all;
}

/// What passes over a network card when each worker exchanges once.
struct card_load {
  double out = 0;
  double in = 0;
};

// A worker reaches the shards of its own host without the network.
card_load load_of(const forecast& so_far, const host_facts& host, double workers, double shards) {
  if (shards == 0)
    return {host.workers * so_far.commit_bytes, host.workers * (so_far.center_bytes + so_far.batch_bytes)};
  const double here = host.shards / shards;
  const double others = (workers - host.workers) * here;
  return {host.workers * so_far.commit_bytes * (1 - here) + others * so_far.center_bytes,
          host.workers * (so_far.center_bytes * (1 - here) + so_far.batch_bytes) + others * so_far.commit_bytes};
}

// Exchanges per second of each worker, as the slowest network card lets them all have.
double exchanges_through(forecast& so_far, const std::vector<host_facts>& hosts, double workers, double shards) {
  double slowest = std::numeric_limits<double>::infinity();
  const auto bound = [&](const card_load& load, double bandwidth, const std::string& where) {
    const double bytes = std::max(load.out, load.in);
    if (bytes > 0 && bandwidth / bytes < slowest) {
      slowest = bandwidth / bytes;
      so_far.slowest = where;
    }
  };
  double fastest = 0; // the driver's card is at least as fast as the fastest link that it has
  for (const auto& host : hosts) {
    bound(load_of(so_far, host, workers, shards), host.bytes_per_second, host.where);
    fastest = std::max(fastest, host.bytes_per_second);
  }
  const double centers = shards == 0 ? workers : 0; // and commits, that pass through the driver
  bound({centers * so_far.center_bytes + workers * so_far.batch_bytes, centers * so_far.commit_bytes}, fastest, "");
  return slowest;
}

// No forecast is better than two digits.
std::string rows_text(double rows) {
  const double unit = rows < 1 ? 1 : std::pow(10, std::max(0.0, std::floor(std::log10(rows)) - 1));
  return with_commas(static_cast<unsigned long long>(std::round(rows / unit) * unit)) + " rows/s";
}

std::string bytes_text(double bytes) {
  return with_commas(static_cast<unsigned long long>(std::llround(bytes))) + " bytes";
}

std::string bandwidth_text(double bytes_per_second) {
  const double megabits = 8e-6 * bytes_per_second;
  return megabits < 10 ? fmt::format("{:.2g} Mbit/s", megabits)
                       : with_commas(static_cast<unsigned long long>(std::llround(megabits))) + " Mbit/s";
}

// The window that makes the network carry what the cores train.
std::size_t wider_window(const job& which, const forecast& now) {
  constexpr double most = 1000;
  const double factor = now.cores / now.network * (which.trainer.overlap ? 1 : 4);
  return which.trainer.communication_window * static_cast<std::size_t>(std::ceil(std::clamp(factor, 1.0, most)));
}

// Each change by itself, with what it would bring.
std::string ways_out(const job& which, std::size_t weights, std::size_t row_bytes, const std::vector<host_facts>& hosts,
                     const forecast& now) {
  std::vector<std::string> ways;
  const auto consider = [&](const std::string& setting, auto change) {
    auto other = which;
    change(other.trainer);
    const auto then = forecast_of(other, weights, row_bytes, hosts);
    if (then.expected > 1.1 * now.expected)
      ways.push_back(fmt::format("{} ({})", setting, rows_text(then.expected)));
  };
  const auto& trainer = which.trainer;
  const auto& rule = *trainer.algorithm;
  const bool waits = barrier_of(rule) != barrier::none || policy_of(which).kind == policy_kind::wait;
  if (!trainer.overlap && !waits)
    consider("trainer.overlap = true", [](trainer_config& t) { t.overlap = true; });
  if (const auto window = wider_window(which, now); window > trainer.communication_window)
    consider(fmt::format("trainer.communication_window = {}", window),
             [window](trainer_config& t) { t.communication_window = window; });
  if (trainer.compress.none())
    consider("trainer.compress = \"int8\"", [](trainer_config& t) { t.compress = {number_form::int8, 0}; });
  return join(ways);
}

std::string limit_text(const forecast& now) {
  if (now.network >= now.cores)
    return "exchanges take " + fmt::format("{:.0f} % of the time", 100 * (1 - now.expected / now.cores));
  return now.slowest.empty() ? "the driver's network is the limit" : "the network is the limit";
}

std::string hosts_text(const std::vector<host_facts>& hosts) {
  const auto slow = std::min_element(hosts.begin(), hosts.end(), [](const host_facts& a, const host_facts& b) {
    return a.bytes_per_second < b.bytes_per_second;
  });
  return fmt::format("{}: {} and {:.2g} ms from here{}", counted(hosts.size(), "node"),
                     bandwidth_text(slow->bytes_per_second), 1e3 * slow->round_trip,
                     hosts.size() > 1 ? " to the slowest, " + slow->where : "");
}

} // namespace

forecast forecast_of(const job& which, std::size_t weights, std::size_t row_bytes,
                     const std::vector<host_facts>& hosts) {
  const auto& trainer = which.trainer;
  const auto workers = sum_of(hosts, &host_facts::workers);
  const auto shards = sum_of(hosts, &host_facts::shards);
  forecast now;
  now.chunk_rows = static_cast<double>(trainer.batch_size * trainer.communication_window);
  if (has_center(which)) {
    now.commit_bytes = static_cast<double>(commit_bytes(trainer.compress, weights));
    now.center_bytes = static_cast<double>(center_bytes(trainer.compress, weights, trainer.workers));
  }
  if (which.data.where == "driver")
    now.batch_bytes = now.chunk_rows * static_cast<double>(row_bytes);
  now.cores = rows_of_cores(hosts);
  double round_trip = 0;
  for (const auto& host : hosts) {
    round_trip = std::max(round_trip, host.round_trip);
    now.away += workers == 0 ? 0 : host.workers / workers * (shards == 0 ? 1 : 1 - host.shards / shards);
  }
  now.network = exchanges_through(now, hosts, workers, shards) * workers * now.chunk_rows;
  now.answers = workers * now.chunk_rows / (answers_per_chunk * std::max(round_trip, 1e-9));
  now.expected = trainer.overlap ? std::min({now.network, now.cores, now.answers})
                                 : 1 / (1 / now.network + 1 / now.cores + 1 / now.answers);
  return now;
}

std::string forecast_text(const job& which, std::size_t weights, std::size_t row_bytes,
                          const std::vector<host_facts>& hosts) {
  if (hosts.empty())
    return "";
  const auto now = forecast_of(which, weights, row_bytes, hosts);
  auto text = hosts_text(hosts) + "\n";
  if (std::isinf(now.network))
    return text + fmt::format("no weights pass over the network; the cores train {}: expect about {}\n",
                              rows_text(now.cores), rows_text(now.expected));
  text +=
      fmt::format("an exchange, {:.0f} rows, takes {} to the shards and {} back, {:.0f} % of them over the network\n",
                  now.chunk_rows, bytes_text(now.commit_bytes), bytes_text(now.center_bytes), 100 * now.away);
  text += fmt::format("the network carries {}, the cores train {}: expect about {}\n", rows_text(now.network),
                      rows_text(now.cores), rows_text(now.expected));
  if (const auto ways = ways_out(which, weights, row_bytes, hosts, now); !ways.empty())
    text += fmt::format("{}; faster with {}\n", limit_text(now), ways);
  return text;
}

void check_nodes(const job& which) {
  if (which.cluster.nodes.empty())
    return;
  system_config config{venue{}.system(which)};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  make_cluster_on_nodes(self, which.cluster,
                        [](const std::string&) {}); // what it would tell is told when the run starts
}

std::string measured_forecast(const job& which, std::size_t weights, std::size_t row_bytes, std::size_t label_width) {
  system_config config{venue{}.system(which)};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const auto hosts = make_cluster_on_nodes(self, which.cluster, [](const std::string& text) {
                       log()->warn("{}", text);
                     })->measure(which, label_width);
  return forecast_text(which, weights, row_bytes, hosts);
}

} // namespace dk
