#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>

namespace dk {

/// A failure about what a request says. Its text has the names of the request's members, as in "choose another `out`".
/// A program whose options have the same names says those.
class request_failure : public failure {
public:
  /// @param text with names that `request_member` has marked
  request_failure(errc code, const std::string& text);

  /// The same failure with options for names: "choose another --out".
  failure with_options() const { return {code(), option_text_}; }

private:
  std::string option_text_;
};

/// The name of a member of a request, marked for the text of a request_failure.
std::string request_member(std::string_view name);

} // namespace dk
