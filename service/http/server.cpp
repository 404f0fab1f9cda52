#include "service/http/server.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "service/http/connection.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <thread>

namespace dk::service {

namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using tls_stream = net::ssl::stream<boost::beast::tcp_stream>;

constexpr std::chrono::milliseconds without_handles{100};

std::unique_ptr<net::ssl::context> tls_of(const http_options& options) {
  if (options.certificate.empty())
    return nullptr;
  auto context = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
  context->set_options(net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1 | net::ssl::context::single_dh_use);
  boost::system::error_code ec;
  context->use_certificate_chain_file(options.certificate, ec);
  if (ec)
    throw failure{errc::usage, options.certificate + ": is no certificate in PEM: " + ec.message()};
  context->use_private_key_file(options.key, net::ssl::context::pem, ec);
  if (ec)
    throw failure{errc::usage, options.key + ": is not the key of " + options.certificate + ": " + ec.message()};
  return context;
}

tcp::acceptor listening(net::io_context& io, const endpoint& where) {
  boost::system::error_code ec;
  const auto found = tcp::resolver{io}.resolve(where.host, std::to_string(where.port),
                                               tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  tcp::acceptor acceptor{io};
  if (!ec)
    acceptor.open(found.begin()->endpoint().protocol(), ec);
  if (!ec)
    acceptor.set_option(net::socket_base::reuse_address{true}, ec);
  if (!ec)
    acceptor.bind(found.begin()->endpoint(), ec);
  if (!ec)
    acceptor.listen(1024, ec);
  if (ec)
    throw failure{errc::bind, "cannot listen on " + to_string(where) + ": " + ec.message() +
                                  "; choose another address or port, or port 0 for any free one"};
  return acceptor;
}

} // namespace

class http_server::machinery {
public:
  machinery(const http_options& options, handler handle)
      : limits_(options.limits), tls_(tls_of(options)), acceptor_(listening(*io_, options.listen)), pause_(*io_) {
    terms_ = std::make_shared<connection_terms>(
        connection_terms{io_, options.limits, std::move(handle), [this](const std::string& address, void* which) {
                           open_.erase(which);
                           if (--of_address_[address] == 0)
                             of_address_.erase(address);
                         }});
    accept();
    thread_ = std::thread{[this] { io_->run(); }};
  }
  ~machinery() {
    io_->stop();
    thread_.join();
  }
  machinery(const machinery&) = delete;
  machinery& operator=(const machinery&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code ec, tcp::socket socket) {
      if (!ec) {
        welcome(std::move(socket));
        return accept();
      }
      pause_.expires_after(without_handles); // no handles are left: some come back
      pause_.async_wait([this](boost::system::error_code) { accept(); });
    });
  }

  void welcome(tcp::socket socket) {
    boost::system::error_code ec;
    const auto from = socket.remote_endpoint(ec).address().to_string();
    if (ec || open_.size() >= limits_.connections)
      return;
    if (const auto found = of_address_.find(from);
        found != of_address_.end() && found->second >= limits_.connections_of_address)
      return;
    ++of_address_[from];
    if (tls_)
      keep(std::make_shared<connection<tls_stream>>(terms_, from, std::move(socket), *tls_));
    else
      keep(std::make_shared<connection<boost::beast::tcp_stream>>(terms_, from, std::move(socket)));
  }

  template <class Connection>
  void keep(const std::shared_ptr<Connection>& one) {
    open_[one.get()] = one;
    one->start();
  }

  std::shared_ptr<net::io_context> io_ = std::make_shared<net::io_context>(1);
  http_limits limits_;
  std::unique_ptr<net::ssl::context> tls_;
  tcp::acceptor acceptor_;
  net::steady_timer pause_;
  connection_terms_ptr terms_;
  std::map<void*, std::shared_ptr<void>> open_;
  std::map<std::string, std::size_t> of_address_;
  std::thread thread_;
};

http_server::http_server(const http_options& options, handler handle)
    : it_(std::make_unique<machinery>(options, std::move(handle))) {}

http_server::~http_server() = default;

std::uint16_t http_server::port() const {
  return it_->port();
}

} // namespace dk::service
