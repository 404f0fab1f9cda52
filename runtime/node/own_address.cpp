#include "runtime/node/own_address.hpp"

#include <array>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dk {

namespace {

std::optional<std::string> text_of(const sockaddr* address, socklen_t size) {
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return std::nullopt;
  return std::string{text.data()};
}

// A datagram socket is connected without a word to the other side.
std::optional<std::string> local_end(const addrinfo& to) {
  const int socket = ::socket(to.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0)
    return std::nullopt;
  std::optional<std::string> found;
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  if (connect(socket, to.ai_addr, to.ai_addrlen) == 0 && getsockname(socket, address, &size) == 0)
    found = text_of(address, size);
  close(socket);
  return found;
}

bool is_card(const ifaddrs& one, int family) {
  return one.ifa_addr != nullptr && one.ifa_addr->sa_family == family && (one.ifa_flags & IFF_UP) != 0 &&
         (one.ifa_flags & IFF_LOOPBACK) == 0;
}

} // namespace

std::optional<std::string> address_towards(const endpoint& other) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* all = nullptr;
  if (getaddrinfo(other.host.c_str(), std::to_string(other.port).c_str(), &hints, &all) != 0)
    return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{all, freeaddrinfo};
  for (const auto* one = all; one != nullptr; one = one->ai_next)
    if (auto found = local_end(*one))
      return found;
  return std::nullopt;
}

std::string address_of_a_card(bool ipv6) {
  const int family = ipv6 ? AF_INET6 : AF_INET;
  const socklen_t size = ipv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) == 0) {
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{all, freeifaddrs};
    for (const auto* one = all; one != nullptr; one = one->ifa_next)
      if (is_card(*one, family))
        if (auto found = text_of(one->ifa_addr, size); found && found->find('%') == std::string::npos)
          return *found; // not one that is of a single cable: fe80::1%eth0
  }
  return ipv6 ? "::1" : "127.0.0.1";
}

} // namespace dk
