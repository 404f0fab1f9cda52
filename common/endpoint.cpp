#include "common/endpoint.hpp"

#include "common/error.hpp"

#include <charconv>

namespace dk {

bool operator==(const endpoint& a, const endpoint& b) {
  return a.host == b.host && a.port == b.port;
}

endpoint parse_endpoint(std::string_view text, std::uint16_t lowest_port) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  const auto port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  unsigned number = 0;
  const auto [end, why] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_number =
      why == std::errc{} && end == port.data() + port.size() && number >= lowest_port && number <= 65'535;
  const bool is_host =
      !host.empty() && host.find_first_of(bracketed ? "[] \t\r\n" : "[]: \t\r\n") == std::string_view::npos;
  if (!is_number || !is_host)
    throw failure{errc::config, "\"" + std::string{text} +
                                    "\" is not an address; expected HOST:PORT with a port from " +
                                    std::to_string(lowest_port) + " to 65535, as in host1:7077"};
  return {std::string{host}, static_cast<std::uint16_t>(number)};
}

std::string to_string(const endpoint& where) {
  const bool bracketed = where.host.find(':') != std::string::npos;
  return (bracketed ? '[' + where.host + ']' : where.host) + ':' + std::to_string(where.port);
}

bool is_loopback(const endpoint& where) {
  return where.host == "localhost" || where.host == "::1" || where.host.rfind("127.", 0) == 0;
}

} // namespace dk
