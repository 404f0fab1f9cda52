#include "runtime/job.hpp"

#include "common/error.hpp"

#include <charconv>
#include <tuple>

namespace dk {

bool operator==(const endpoint& a, const endpoint& b) {
  return a.host == b.host && a.port == b.port;
}

bool operator==(const data_config& a, const data_config& b) {
  const auto all = [](const data_config& c) {
    return std::tie(c.train, c.test, c.transforms, c.shuffle, c.prefetch, c.validation);
  };
  return all(a) == all(b);
}

bool operator==(const model_config& a, const model_config& b) {
  const auto all = [](const model_config& c) { return std::tie(c.input, c.layers, c.keras); };
  return all(a) == all(b);
}

bool operator==(const trainer_config& a, const trainer_config& b) {
  const auto all = [](const trainer_config& c) {
    return std::tie(c.algorithm, c.workers, c.epochs, c.batch_size, c.communication_window, c.servers, c.assignment,
                    c.optimizer, c.loss, c.metrics, c.stop, c.record);
  };
  return all(a) == all(b);
}

bool operator==(const cluster_config& a, const cluster_config& b) {
  const auto all = [](const cluster_config& c) {
    return std::tie(c.nodes, c.request_timeout, c.heartbeat, c.connection_timeout);
  };
  return all(a) == all(b);
}

bool operator==(const job& a, const job& b) {
  const auto all = [](const job& c) { return std::tie(c.name, c.seed, c.data, c.model, c.trainer, c.cluster); };
  return all(a) == all(b);
}

void require_complete(const job& which, const std::string& origin) {
  const auto missing = [&](const std::string& what) { throw failure{errc::config, origin + ": " + what}; };
  if (!which.data.train)
    missing("has no training data; give `train` in [data], as in train = { format = \"csv\", path = \"train.csv\" }");
  if (!which.model.keras.empty())
    return;
  if (which.model.layers.empty())
    missing("has no model; give `input` and `layers` in [model], or `keras`");
  if (which.model.input.empty())
    missing("has a model without a shape of its input; give `input` in [model], as in input = [784]");
}

endpoint parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  const auto port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  unsigned number = 0;
  const auto [end, why] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_number = why == std::errc{} && end == port.data() + port.size() && number >= 1 && number <= 65'535;
  const bool is_host =
      !host.empty() && host.find_first_of(bracketed ? "[] \t\r\n" : "[]: \t\r\n") == std::string_view::npos;
  if (!is_number || !is_host)
    throw failure{errc::config, "node \"" + std::string{text} +
                                    "\": accepted is HOST:PORT with a port from 1 to 65535, as in host1:7077"};
  return {std::string{host}, static_cast<std::uint16_t>(number)};
}

std::string to_string(const endpoint& where) {
  const bool bracketed = where.host.find(':') != std::string::npos;
  return (bracketed ? '[' + where.host + ']' : where.host) + ':' + std::to_string(where.port);
}

} // namespace dk
