#include "service/http/connection.hpp"

#include <algorithm>
#include <boost/asio/write.hpp>

namespace dk::service {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t read_piece = 16 * 1024;
constexpr std::chrono::seconds time_to_drain{2};

std::string small_letters(beast::string_view text) {
  std::string small{text};
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  return small;
}

http_response refusal_of(beast::error_code why, const http_limits& limits) {
  if (why == http::error::header_limit || why == http::error::buffer_overflow)
    return http_error(431, "header_too_large",
                      "the header of a request may have " + std::to_string(limits.header_bytes) + " bytes");
  if (why == http::error::body_limit)
    return http_error(413, "too_large",
                      "the body of this request may have " + std::to_string(limits.body_bytes) + " bytes");
  return http_error(400, "bad_request", "this is not HTTP/1.1: " + why.message());
}

} // namespace

template <class Stream>
void connection<Stream>::start() {
  socket().set_option(asio::ip::tcp::no_delay{true});
  if constexpr (has_tls) {
    limit(terms_->limits.header);
    stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code ec) {
      ec ? self->end() : self->await_request();
    });
  } else {
    await_request();
  }
}

template <class Stream>
void connection<Stream>::limit(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([weak = this->weak_from_this()](error_code ec) {
    const auto self = weak.lock();
    if (ec || !self || self->timer_.expiry() > std::chrono::steady_clock::now())
      return;
    self->is_late_ = true;
    error_code ignored;
    self->socket().cancel(ignored);
  });
}

template <class Stream>
void connection<Stream>::await_request() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(terms_->limits.header_bytes));
  parser_->body_limit(terms_->limits.body_bytes);
  if (buffer_.size() > 0) // of the next request, which was sent before this answer
    return read_header({});
  limit(terms_->limits.idle);
  stream_.async_read_some(buffer_.prepare(read_piece),
                          [self = this->shared_from_this()](error_code ec, std::size_t size) {
                            self->buffer_.commit(size);
                            self->read_header(ec);
                          });
}

template <class Stream>
void connection<Stream>::read_header(error_code ec) {
  if (ec || is_late_)
    return end();
  limit(terms_->limits.header);
  http::async_read_header(stream_, buffer_, *parser_, then(&connection::see_header));
}

template <class Stream>
void connection<Stream>::see_header(error_code ec) {
  if (ec || is_late_)
    return refuse(ec);
  const auto& head = parser_->get();
  if (head.count(http::field::transfer_encoding) != 0)
    return refuse(http_error(411, "length_required", "send the body with a Content-Length, not in chunks"));
  if (head.count(http::field::content_length) > 1 || head.count(http::field::host) > 1)
    return refuse(http_error(400, "bad_request", "Content-Length and Host may each come once"));
  limit(terms_->limits.body);
  if (!beast::iequals(head[http::field::expect], "100-continue"))
    return read_body({});
  static constexpr char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(go_on, sizeof go_on - 1), then(&connection::read_body));
}

template <class Stream>
void connection<Stream>::read_body(error_code ec) {
  if (ec || is_late_)
    return end();
  http::async_read(stream_, buffer_, *parser_, then(&connection::see_body));
}

template <class Stream>
void connection<Stream>::see_body(error_code ec) {
  if (ec || is_late_)
    return refuse(ec);
  timer_.cancel();
  closes_ = !parser_->keep_alive();
  is_head_ = parser_->get().method() == http::verb::head;
  auto request = read_request();
  if (!read_target(std::string{parser_->get().target()}, request))
    return refuse(http_error(400, "bad_request", "the target of the request is not well formed"));
  // Whoever answers may do so in any thread, and later than the server lives.
  auto once = std::make_shared<answer_once>([io = terms_->io, weak = this->weak_from_this()](http_response response) {
    if (const auto running = io.lock())
      asio::post(*running, [weak, response = std::move(response)]() mutable {
        if (const auto self = weak.lock())
          self->answer(std::move(response));
      });
  });
  terms_->handle(std::move(request), [once](http_response response) { once->give(std::move(response)); });
}

template <class Stream>
http_request connection<Stream>::read_request() const {
  const auto& from = parser_->get();
  http_request request;
  request.method = std::string{from.method_string()};
  for (const auto& field : from)
    request.headers[small_letters(field.name_string())] = std::string{field.value()};
  request.body = from.body();
  request.address = address_;
  return request;
}

template <class Stream>
void connection<Stream>::refuse(error_code why) {
  if (is_late_)
    return refuse(http_error(408, "too_slow", "the request did not come in time"));
  if (why.category() != http::make_error_code(http::error::bad_method).category() ||
      why == http::error::end_of_stream || why == http::error::partial_message)
    return end();
  refuse(refusal_of(why, terms_->limits));
}

template <class Stream>
void connection<Stream>::refuse(http_response response) {
  closes_ = true;
  is_refused_ = true;
  answer(std::move(response));
}

template <class Stream>
template <class Head>
void connection<Stream>::fill_head(Head& head, const http_response& from) {
  head.version(11);
  head.result(from.status);
  head.set(http::field::content_type, from.type);
  head.set(http::field::cache_control, "no-store");
  head.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : from.headers)
    head.set(name, value);
  head.keep_alive(!closes_);
}

template <class Stream>
void connection<Stream>::answer(http_response response) {
  is_late_ = false;
  if (response.file.empty()) {
    auto all = std::make_shared<message<http::string_body>>();
    fill_head(*all, response);
    all->content_length(response.body.size());
    if (!is_head_)
      all->body() = std::move(response.body);
    return write(std::move(all));
  }
  auto all = std::make_shared<message<http::file_body>>();
  error_code ec;
  all->body().open(response.file.c_str(), beast::file_mode::scan, ec);
  if (ec)
    return answer(http_error(404, "not_found", "this file is not there (any more)"));
  fill_head(*all, response);
  all->content_length(all->body().size());
  write(std::move(all));
}

template <class Stream>
template <class Body>
void connection<Stream>::write(std::shared_ptr<message<Body>> response) {
  auto rest = std::make_shared<http::response_serializer<Body>>(*response);
  rest->split(is_head_); // then its header is written alone
  write_some(std::move(rest), std::move(response));
}

template <class Stream>
template <class Body>
void connection<Stream>::write_some(std::shared_ptr<http::response_serializer<Body>> rest,
                                    std::shared_ptr<message<Body>> response) {
  limit(terms_->limits.body);
  auto& more = *rest;
  http::async_write_some(stream_, more,
                         [self = this->shared_from_this(), rest = std::move(rest),
                          response = std::move(response)](error_code ec, std::size_t) mutable {
                           if (ec || self->is_late_)
                             return self->end();
                           if (rest->is_done() || (self->is_head_ && rest->is_header_done()))
                             return self->after_response();
                           self->write_some(std::move(rest), std::move(response));
                         });
}

template <class Stream>
void connection<Stream>::after_response() {
  timer_.cancel();
  if (!closes_)
    return await_request();
  if (has_tls || !is_refused_)
    return end();
  error_code ignored; // closed with bytes unread, the system would take back the answer
  socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  limit(time_to_drain);
  drain();
}

template <class Stream>
void connection<Stream>::drain() {
  stream_.async_read_some(asio::buffer(dregs_), [self = this->shared_from_this()](error_code ec, std::size_t) {
    ec || self->is_late_ ? self->end() : self->drain();
  });
}

template <class Stream>
void connection<Stream>::end() {
  timer_.cancel();
  error_code ignored;
  socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket().close(ignored);
  if (!std::exchange(has_ended_, true))
    terms_->ended(address_, this);
}

template class connection<beast::tcp_stream>;
template class connection<asio::ssl::stream<beast::tcp_stream>>;

} // namespace dk::service
