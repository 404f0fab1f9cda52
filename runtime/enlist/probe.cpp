#include "runtime/enlist/probe.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace dk {

namespace {

// @return 0, or why there is no connection
int try_to_connect(const addrinfo& to, int milliseconds) {
  const int socket = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0)
    return errno;
  int why = connect(socket, to.ai_addr, to.ai_addrlen) == 0 ? 0 : errno;
  if (why == EINPROGRESS) {
    pollfd wait{socket, POLLOUT, 0};
    socklen_t size = sizeof why;
    if (poll(&wait, 1, milliseconds) <= 0)
      why = ETIMEDOUT;
    else
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &why, &size);
  }
  close(socket);
  return why;
}

std::string text_of(int why, std::chrono::milliseconds deadline) {
  if (why == ECONNREFUSED)
    return "nobody listens there";
  if (why == ETIMEDOUT)
    return "no answer within " + std::to_string(deadline.count()) +
           " ms: the host is down, or a firewall drops what goes to this port";
  return std::strerror(why);
}

} // namespace

closed_port probe(const endpoint& where, std::chrono::milliseconds deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* all = nullptr;
  if (getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &all) != 0)
    return {"the host is unknown", false};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{all, freeaddrinfo};
  const auto end = std::chrono::steady_clock::now() + deadline;
  int last = ETIMEDOUT;
  for (const auto* one = all; one != nullptr; one = one->ai_next) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    last = try_to_connect(*one, static_cast<int>(std::max<long>(0, left.count())));
    if (last == 0)
      return {};
  }
  return {text_of(last, deadline), last == ETIMEDOUT};
}

std::vector<closed_port> probe_all(const std::vector<endpoint>& all, std::chrono::milliseconds deadline) {
  constexpr std::size_t at_once = 16;
  std::vector<closed_port> found(all.size());
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < std::min(at_once, all.size()); ++first)
    threads.emplace_back([&, first] {
      for (auto i = first; i < all.size(); i += at_once)
        found[i] = probe(all[i], deadline);
    });
  for (auto& one : threads)
    one.join();
  return found;
}

} // namespace dk
