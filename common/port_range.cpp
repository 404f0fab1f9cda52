#include "common/port_range.hpp"

#include "common/error.hpp"

#include <charconv>
#include <optional>

namespace dk {

namespace {

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), port);
  return why == std::errc{} && end == text.data() + text.size() && port > 0 ? std::optional{port} : std::nullopt;
}

} // namespace

port_range parse_ports(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = port_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port_of(text.substr(dash + 1));
  if (!first || !last || *first > *last)
    throw failure{errc::config, "\"" + std::string{text} +
                                    "\" is no range of ports; expected FIRST-LAST, from 1 to 65535, as in 7100-7199"};
  return {*first, *last};
}

std::string to_string(const port_range& ports) {
  return ports.first == ports.last ? std::to_string(ports.first)
                                   : std::to_string(ports.first) + '-' + std::to_string(ports.last);
}

} // namespace dk
