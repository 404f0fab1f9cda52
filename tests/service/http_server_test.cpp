// The HTTP server by raw sockets: what clients send that mean well, and what others do.

#include "service/http/server.hpp"
#include "tests/support.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <vector>

using namespace dk::service;
using namespace dk::test;
using dk::errc;

namespace {

// Answers with what it was asked: "GET /a x=1 body".
void echo(const http_request& request, const http_answer& answer) {
  http_response response;
  response.type = "text/plain";
  response.body = request.method + " " + request.path;
  for (const auto& [name, value] : request.query)
    response.body += " " + name + "=" + value;
  if (!request.body.empty())
    response.body += " " + request.body;
  answer(std::move(response));
}

class raw_client {
public:
  explicit raw_client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{20, 0}; // a test that waits so long has failed
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
  }
  ~raw_client() { close(fd_); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  void send(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto some = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (some <= 0)
        return; // the server has closed: what it said can be read
      sent += static_cast<std::size_t>(some);
    }
  }
  void send_end() const { shutdown(fd_, SHUT_WR); }
  bool read_more() {
    std::vector<char> some(65536);
    const auto size = recv(fd_, some.data(), some.size(), 0);
    if (size > 0)
      got_.append(some.data(), static_cast<std::size_t>(size));
    return size > 0;
  }
  std::string until_closed() {
    while (read_more())
      ;
    return got_;
  }
  std::string until(const std::string& end) {
    while (got_.find(end) == std::string::npos && read_more())
      ;
    return got_;
  }

private:
  int fd_;
  std::string got_;
};

http_options with_limits(const http_limits& limits) {
  http_options options;
  options.limits = limits;
  return options;
}

std::string status_of(const std::string& response) {
  return response.substr(0, response.find("\r\n"));
}

// What the server says to these bytes before it closes.
std::string answer_to(const http_server& server, const std::string& bytes) {
  raw_client client{server.port()};
  client.send(bytes);
  client.send_end();
  return client.until_closed();
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

} // namespace

TEST_CASE("a request is answered, and the next one on the same connection", "[service][http]") {
  const http_server server{{}, echo};
  raw_client client{server.port()};
  client.send("GET /a%20b?x=1&y=%26+z HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto got = client.until("GET /a b x=1 y=& z");
  CHECK(status_of(got) == "HTTP/1.1 200 OK");
  CHECK(got.find("Content-Type: text/plain\r\n") != std::string::npos);
  client.send("POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(count_of(client.until("POST /c hello"), "HTTP/1.1 200 OK") == 2);
  client.send("HEAD /d HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto all = client.until_closed();
  CHECK(count_of(all, "HTTP/1.1 200 OK") == 3);
  CHECK(all.find("HEAD /d") == std::string::npos);
}

TEST_CASE("requests that come at once are answered in their order", "[service][http]") {
  const http_server server{{}, echo};
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto got = answer_to(server, all);
  std::size_t at = 0;
  for (int i = 0; i < 100; ++i) {
    at = got.find("\r\n\r\nGET /" + std::to_string(i), at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(count_of(got, "HTTP/1.1 200 OK") == 100);
}

TEST_CASE("an answer may come from another thread, later", "[service][http]") {
  std::promise<http_answer> asked;
  const http_server server{{}, [&](const http_request&, http_answer answer) { asked.set_value(std::move(answer)); }};
  raw_client client{server.port()};
  client.send("GET / HTTP/1.0\r\n\r\n");
  auto answer = asked.get_future().get();
  answer({201, "late", "text/plain", {{"Location", "/1"}}, ""});
  const auto got = client.until_closed();
  CHECK(status_of(got) == "HTTP/1.1 201 Created");
  CHECK(got.find("Location: /1\r\n") != std::string::npos);
  answer({200, "twice", "text/plain", {}, ""});
}

TEST_CASE("an answer that nobody gives, or too late, harms nobody", "[service][http]") {
  http_answer kept;
  {
    const http_server server{{}, [](const http_request&, const http_answer&) {}};
    CHECK(status_of(answer_to(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")) == "HTTP/1.1 500 Internal Server Error");
    std::promise<http_answer> asked;
    const http_server other{{}, [&](const http_request&, http_answer answer) { asked.set_value(std::move(answer)); }};
    const raw_client client{other.port()};
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    kept = asked.get_future().get();
  }
  kept({});
}

TEST_CASE("a file is sent as it is", "[service][http]") {
  const temporary_folder folder;
  std::string bytes(3'000'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 7)
    bytes[i] = static_cast<char>(i);
  const auto path = folder.write("model.h5", bytes);
  const http_server server{{}, [&](const http_request& request, const http_answer& answer) {
                             answer({200, "", "application/octet-stream", {}, folder.path(request.path.substr(1))});
                           }};
  const auto got = answer_to(server, "GET /model.h5 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(got.find("Content-Length: 3000000\r\n") != std::string::npos);
  CHECK(got.substr(got.find("\r\n\r\n") + 4) == bytes);
  CHECK(status_of(answer_to(server, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n")) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("what is no request is refused, and the connection closed", "[service][http]") {
  const http_server server{{}, echo};
  const auto head = [](const std::string& fields) { return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"; };
  const std::vector<std::pair<std::string, std::string>> cases{
      {"\r\n\r\nnonsense\r\n\r\n", "400"},
      {"GET / HTTP/9.9\r\n\r\n", "400"},
      {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
      {"GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
      {"GET other HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
      {head("Content-Length: 2\r\nContent-Length: 3\r\n"), "400"},
      {head("Content-Length: 2\r\nContent-Length: 2\r\n") + "{}", "400"},
      {head("Content-Length: -1\r\n"), "400"},
      {head("Content-Length: 1e3\r\n"), "400"},
      {head("Content-Length: 99999999999999999999999\r\n"), "400"},
      {head("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "{}", "4"},
      {head("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", "411"},
      {head("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n", "4"},
      {head("Host: other\r\n"), "400"},
      {head("X : y\r\n"), "400"},
      {head("Content-Length: 1048577\r\n"), "413"},
      {head("X: " + std::string(9000, 'x') + "\r\n"), "431"},
      {"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n", "431"},
  };
  for (const auto& [bytes, status] : cases) {
    INFO(bytes.substr(0, 100));
    const auto got = answer_to(server, bytes + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(got.find("HTTP/1.1 " + status) == 0);
    CHECK(got.find("smuggled") == std::string::npos);
    CHECK(got.find("{\"error\":{\"code\":\"") != std::string::npos);
  }
  for (const auto* bytes : {"", "G", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab"})
    CHECK(answer_to(server, bytes).empty()); // whoever hangs up hears nothing
  CHECK(status_of(answer_to(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")) == "HTTP/1.1 200 OK");
}

TEST_CASE("a client that is slow is told, and goes", "[service][http]") {
  http_limits limits;
  limits.idle = limits.header = limits.body = std::chrono::milliseconds{50};
  const http_server server{with_limits(limits), echo};
  raw_client silent{server.port()};
  CHECK(silent.until_closed().empty());
  raw_client half_head{server.port()};
  half_head.send("GET / HT");
  CHECK(status_of(half_head.until_closed()) == "HTTP/1.1 408 Request Timeout");
  raw_client half_body{server.port()};
  half_body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  CHECK(status_of(half_body.until_closed()) == "HTTP/1.1 408 Request Timeout");
}

TEST_CASE("a body that is announced is asked for", "[service][http]") {
  const http_server server{{}, echo};
  raw_client client{server.port()};
  client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  client.until("HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  CHECK(client.until("PUT / ab").find("HTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("an address has only so many connections, and gets new ones for those that end", "[service][http]") {
  http_limits limits;
  limits.connections_of_address = 2;
  const http_server server{with_limits(limits), echo};
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  raw_client first{server.port()};
  first.send(request);
  first.until("GET /");
  {
    raw_client second{server.port()};
    second.send(request);
    second.until("GET /");
    raw_client third{server.port()};
    CHECK(third.until_closed().empty());
    second.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    second.until_closed();
  }
  CHECK(status_of(answer_to(server, request)) == "HTTP/1.1 200 OK");
}

TEST_CASE("an address that is taken is refused by name", "[service][http]") {
  const http_server server{{}, echo};
  http_options same;
  same.listen.port = server.port();
  CHECK(failure_of(errc::bind,
                   [&] {
                     http_server{same, echo};
                   }) == "cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
                             ": Address already in use; choose another address or port, or port 0 for any free one");
  http_options elsewhere;
  elsewhere.listen.host = "192.0.2.1";
  failure_of(errc::bind, [&] { http_server{elsewhere, echo}; });
  http_options tls;
  tls.certificate = "/none.pem";
  failure_of(errc::usage, [&] { http_server{tls, echo}; });
}
