#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace dk::service {

/// What a client asks for.
struct http_request {
  std::string method;                         ///< "GET"
  std::string path;                           ///< "/v1/jobs/17": decoded, begins with a slash, without the query
  std::map<std::string, std::string> query;   ///< decoded; of a name that comes twice the last one
  std::map<std::string, std::string> headers; ///< names in small letters; of a name that comes twice the last one
  std::string body;
  std::string address; ///< of the client, without its port

  /// "" where it is not there.
  std::string header(const std::string& name) const;
  std::optional<std::string> asked(const std::string& name) const; ///< of the query
};

/// What it gets.
struct http_response {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
  std::map<std::string, std::string> headers;
  std::string file; ///< if not empty: its bytes are the body
};

/// Answers one request, from any thread; once.
using http_answer = std::function<void(http_response)>;

/// Decodes "a%20b" and, in a query, "a+b". @return nothing for what is not well formed, or contains a zero byte
std::optional<std::string> percent_decoded(const std::string& text, bool is_query);

/// Takes a target apart, "/a%20b?x=1": path and query. @return false for one that is not well formed
bool read_target(const std::string& target, http_request& into);

/// {"error": {"code": "not_found", "message": "..."}}.
http_response http_error(unsigned status, const std::string& code, const std::string& message);

} // namespace dk::service
