#include "service/http/message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dk::service {

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool read_query(const std::string& text, http_request& into) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('&', begin), text.size());
    const auto pair = text.substr(begin, end - begin);
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value = percent_decoded(equals < pair.size() ? pair.substr(equals + 1) : "", true);
    if (!name || !value)
      return false;
    if (!name->empty())
      into.query[*name] = *value;
    begin = end + 1;
  }
  return true;
}

} // namespace

std::string http_request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::optional<std::string> http_request::asked(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::nullopt : std::optional{found->second};
}

std::optional<std::string> percent_decoded(const std::string& text, bool is_query) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += is_query && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size())
      return std::nullopt;
    const auto high = digit_of(text[i + 1]);
    const auto low = digit_of(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0))
      return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

bool read_target(const std::string& target, http_request& into) {
  if (target.empty() || target.front() != '/')
    return false;
  const auto mark = std::min(target.find('?'), target.size());
  auto path = percent_decoded(target.substr(0, mark), false);
  if (!path)
    return false;
  into.path = std::move(*path);
  return mark == target.size() || read_query(target.substr(mark + 1), into);
}

http_response http_error(unsigned status, const std::string& code, const std::string& message) {
  http_response response;
  response.status = status;
  response.body = nlohmann::json{{"error", {{"code", code}, {"message", message}}}}.dump(
                      -1, ' ', false, nlohmann::json::error_handler_t::replace) +
                  "\n";
  return response;
}

} // namespace dk::service
