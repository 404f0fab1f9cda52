#include "runtime/config/toml_limits.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace dk {

namespace {

/// Passes over TOML, and counts how deep it goes.
class depth_scanner {
public:
  depth_scanner(std::string_view text, const std::string& origin, bool is_setting)
      : text_(text), origin_(origin), is_setting_(is_setting) {}

  void check() {
    for (; at_ < text_.size(); ++at_)
      pass(text_[at_]);
  }

private:
  void pass(char c) {
    if (c == '#')
      at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
    else if (c == '"' || c == '\'')
      pass_text(c);
    else if (c == '.') {
      if (++dots_ >= most_key_parts)
        fail("a key of more than " + std::to_string(most_key_parts) + " parts");
    } else if (c == '[' || c == '{') {
      dots_ = 0;
      if (++brackets_ > most_brackets)
        fail("more than " + std::to_string(most_brackets) + " brackets within each other");
    } else if (c == ']' || c == '}') {
      dots_ = 0;
      brackets_ -= brackets_ > 0 ? 1U : 0U;
    } else if (c == '=' || c == ',' || c == '\n') {
      dots_ = 0;
    }
  }

  // From its first quote to its last: three of them allow line ends; of '...' no backslash hides a quote.
  void pass_text(char quote) {
    const std::string three(3, quote);
    const bool is_long = text_.substr(at_, 3) == three;
    at_ += is_long ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      if (quote == '"' && text_[at_] == '\\')
        ++at_;
      else if (is_long ? text_.substr(at_, 3) == three : text_[at_] == quote || text_[at_] == '\n')
        break;
    }
    at_ += is_long ? 2 : 0;
  }

  [[noreturn]] void fail(const std::string& why) const {
    const auto before = text_.substr(0, at_);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto start = before.rfind('\n') + 1; // 0 in the first line
    throw failure{errc::config,
                  origin_ + (is_setting_ ? "" : ':' + std::to_string(line) + ':' + std::to_string(at_ - start + 1)) +
                      ": " + why + "; no key of a config is as deep"};
  }

  std::string_view text_;
  const std::string& origin_;
  bool is_setting_;
  std::size_t at_ = 0;
  std::size_t dots_ = 0;
  std::size_t brackets_ = 0;
};

} // namespace

void check_depth(std::string_view toml, const std::string& origin, bool is_setting) {
  depth_scanner{toml, origin, is_setting}.check();
}

void check_text(std::string_view toml, const std::string& origin) {
  const auto start = toml.substr(0, 2);
  if (start == "\xFF\xFE" || start == "\xFE\xFF" ||
      toml.substr(0, toml.find('\n')).find('\0') != std::string_view::npos)
    throw failure{errc::config, origin + ": is text in UTF-16, or no text; save the config as UTF-8"};
  if (toml.find('\n') == std::string_view::npos && toml.find('\r') != std::string_view::npos)
    throw failure{errc::config,
                  origin +
                      ": ends its lines by carriage returns alone, as old Macs did; convert it, as by tr '\\r' '\\n'"};
}

} // namespace dk
