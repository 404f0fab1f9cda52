#include "runtime/enlist/silence.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <set>
#include <string>
#include <sys/socket.h>

namespace dk {

namespace {

std::string text_of(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "";
  const std::string mapped = "::ffff:"; // an address of IPv4 on a socket of IPv6
  const std::string text = host;
  return (text.rfind(mapped, 0) == 0 ? text.substr(mapped.size()) : text) + ' ' + port;
}

std::set<std::string> addresses_of(const endpoint& peer) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::set<std::string> all;
  if (getaddrinfo(peer.host.c_str(), std::to_string(peer.port).c_str(), &hints, &found) != 0)
    return all;
  for (const auto* one = found; one != nullptr; one = one->ai_next)
    all.insert(text_of(one->ai_addr, one->ai_addrlen));
  freeaddrinfo(found);
  return all;
}

} // namespace

void break_when_unheard(const endpoint& peer, std::chrono::milliseconds limit) {
  const auto wanted = addresses_of(peer);
  const auto milliseconds = static_cast<unsigned>(limit.count());
  std::error_code why;
  for (std::filesystem::directory_iterator handles{"/proc/self/fd", why}; !why && handles != decltype(handles){};
       handles.increment(why)) {
    const auto fd = std::atoi(handles->path().filename().c_str());
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    if (getpeername(fd, at, &size) == 0 && wanted.count(text_of(at, size)) != 0)
      setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  }
}

} // namespace dk
