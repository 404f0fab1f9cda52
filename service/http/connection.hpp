#pragma once

#include "service/http/server.hpp"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <string>

namespace dk::service {

/// What all connections of a server share. Used in the server's thread only.
struct connection_terms {
  std::weak_ptr<boost::asio::io_context> io; ///< an answer may come when the server is gone
  http_limits limits;
  http_server::handler handle;
  std::function<void(const std::string& address, void* connection)> ended; ///< once for each connection
};
using connection_terms_ptr = std::shared_ptr<const connection_terms>;

/// An answer that nobody gives would leave a client waiting for ever: then it gets status 500.
class answer_once {
public:
  explicit answer_once(http_answer to) : to_(std::move(to)) {}
  ~answer_once() {
    if (to_)
      to_(http_error(500, "internal", "the server lost this request; send it again"));
  }
  answer_once(const answer_once&) = delete;
  answer_once& operator=(const answer_once&) = delete;

  void give(http_response response) {
    if (const auto to = std::exchange(to_, nullptr))
      to(std::move(response));
  }

private:
  http_answer to_;
};

/// One client, from its first byte to its last. The server keeps it until it says that it has ended. `Stream` is a
/// beast::tcp_stream, or TLS on one. Everything happens in the server's thread.
template <class Stream>
class connection : public std::enable_shared_from_this<connection<Stream>> {
public:
  template <class... Args>
  connection(connection_terms_ptr terms, std::string address, boost::asio::ip::tcp::socket socket, Args&... context)
      : terms_(std::move(terms)), address_(std::move(address)), stream_(std::move(socket), context...),
        timer_(stream_.get_executor()) {}
  ~connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void start();

private:
  using error_code = boost::beast::error_code;
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using member = void (connection::*)(error_code);
  template <class Body>
  using message = boost::beast::http::response<Body>;

  static constexpr bool has_tls = !std::is_same_v<Stream, boost::beast::tcp_stream>;

  auto then(member next) {
    return [self = this->shared_from_this(), next](error_code ec, auto&&...) { (*self.*next)(ec); };
  }
  auto& socket() { return boost::beast::get_lowest_layer(stream_).socket(); }

  // What follows what.
  void await_request();
  void read_header(error_code ec);
  void see_header(error_code ec);
  void read_body(error_code ec);
  void see_body(error_code ec);
  void answer(http_response response);
  template <class Body>
  void write(std::shared_ptr<message<Body>> response);
  template <class Body>
  void write_some(std::shared_ptr<boost::beast::http::response_serializer<Body>> rest,
                  std::shared_ptr<message<Body>> response);
  void after_response();
  void drain();
  void end();

  void limit(std::chrono::milliseconds time);
  void refuse(error_code why);
  void refuse(http_response response);
  http_request read_request() const;
  template <class Head>
  void fill_head(Head& head, const http_response& from);

  connection_terms_ptr terms_;
  std::string address_;
  Stream stream_;
  boost::asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<parser> parser_;
  std::array<char, 4096> dregs_{}; ///< bytes that nobody reads
  bool is_late_ = false;           ///< a time limit ran out
  bool closes_ = false;            ///< after this response
  bool is_refused_ = false;        ///< the rest of the request is not read
  bool is_head_ = false;           ///< the request wants no body
  bool has_ended_ = false;         ///< said so to the server
};

} // namespace dk::service
