#pragma once

#include "common/endpoint.hpp"
#include "service/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace dk::service {

/// What a client may cost.
struct http_limits {
  std::size_t header_bytes = 8 * 1024;
  std::uint64_t body_bytes = 1024 * 1024;
  std::size_t connections = 1024; ///< in all; more are closed at once
  std::size_t connections_of_address = 64;
  std::chrono::milliseconds idle{60'000};   ///< between two requests
  std::chrono::milliseconds header{10'000}; ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds body{30'000};   ///< for a body, and for a client to take a response of 64 KiB
};

struct http_options {
  endpoint listen{"127.0.0.1", 0}; ///< port 0: any free one
  std::string certificate;         ///< a PEM file with the chain; "" for no TLS
  std::string key;                 ///< a PEM file
  http_limits limits;
};

/// HTTP/1.1 with keep-alive and pipelining, on a thread of its own. It reads and writes; whoever made it answers.
class http_server {
public:
  using handler = std::function<void(http_request, http_answer)>;

  /// Listens from now on. @param handle is called in the server's thread for each request, and should not wait
  /// @throws failure (bind) when the address is taken or not of this host, (usage) for a certificate that is none
  http_server(const http_options& options, handler handle);
  /// Closes all connections.
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  std::uint16_t port() const;

private:
  class machinery;
  std::unique_ptr<machinery> it_;
};

} // namespace dk::service
