#pragma once

#include "common/key_rule.hpp"
#include "runtime/config/job.hpp"
#include "runtime/config/section.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dk {

/// A key while it is read: its value is there, and is as its rule says.
struct key_reading {
  const section& in;
  const key_rule& rule;
  const std::string& folder; ///< what relative paths are relative to
  job& to;                   ///< what has been read so far: the sections and keys above this one

  const nlohmann::json& value() const { return *in.find(rule.name); }
  std::string path() const { return in.path(rule.name); }

  /// The elements of a list, as paths in the tree.
  std::vector<std::string> list() const { return in.list(rule.name); }

  /// Says that the value is not what the rule expects.
  [[noreturn]] void refuse(const std::string& guess = "") const { in.refuse(rule.name, expected(rule) + guess); }
};

/// A key of the config: everything that is known of it. Reading, checking, comparing and printing a config, the
/// variables of the environment, the guesses at what was meant and the tables of docs/config.md come from it.
struct config_key {
  key_rule rule;    ///< its name, and which values it takes
  std::string text; ///< what it is, in one line; docs/config.md says it in these words, and more
  std::function<void(const key_reading& at)> read;    ///< empty: the key that holds its table reads it
  std::function<nlohmann::json(const job& of)> value; ///< as in a config; null where it has none
  std::function<bool(const job& of)> is_shown = {};   ///< by a resolved config; empty: always
  bool by_line = false;                               ///< each element of the list has a line of its own
  bool has_keys = false;                              ///< the value may be a table
  std::string former = {};                            ///< what it was called before 0.1: read with a warning
};

/// A table of the config.
struct config_section {
  std::string name; ///< "trainer"; "" stands above the first table; "trainer.stop" is a table in a section
  std::vector<config_key> keys;

  /// When all keys are read: what several of them decide together. @throws failure (config)
  std::function<void(const section& in, job& to)> finish = {};

  bool is_inner() const { return name.find('.') != std::string::npos; }
};

/// The rules of keys, to check a table by.
std::vector<key_rule> rules_of(const std::vector<config_key>& keys);

/// A key whose value is that of a member as it is.
template <class Part, class T>
config_key plain_key(Part job::*part, T Part::*member, key_rule rule, std::string text) {
  return {std::move(rule), std::move(text), [=](const key_reading& at) { at.to.*part.*member = at.value().get<T>(); },
          [=](const job& of) { return nlohmann::json(of.*part.*member); }};
}

/// A key whose value becomes a member by `read`, and is that of the member.
template <class Part, class T>
config_key read_key(Part job::*part, T Part::*member, key_rule rule, std::string text,
                    T (*read)(const key_reading& at)) {
  auto made = plain_key(part, member, std::move(rule), std::move(text));
  made.read = [=](const key_reading& at) { at.to.*part.*member = read(at); };
  return made;
}

/// A key whose value becomes a member by `read`, and comes back by `value`.
template <class Part, class T>
config_key made_key(Part job::*part, T Part::*member, key_rule rule, std::string text, T (*read)(const key_reading& at),
                    nlohmann::json (*value)(const T& of)) {
  return {std::move(rule), std::move(text), [=](const key_reading& at) { at.to.*part.*member = read(at); },
          [=](const job& of) { return value(of.*part.*member); }};
}

/// The same key, which a resolved config shows only where `is_shown` holds.
config_key shown_where(config_key of, std::function<bool(const job& of)> is_shown);

/// The same key, which a resolved config shows only where its value is not null and not empty.
config_key shown_unless_empty(config_key of);

/// The same key, whose list is shown with one element a line.
config_key shown_by_line(config_key of);

/// The same key, whose value may be a table.
config_key with_keys(config_key of);

/// The same key, which had another name.
config_key formerly(const std::string& name, config_key of);

/// A path; a relative one becomes absolute against the folder.
std::string path_at(const key_reading& at);

// Rules of the usual kinds, and of those that say themselves what they expect.

inline key_rule flag_rule(std::string name) {
  return {std::move(name), key_kind::flag};
}
inline key_rule text_rule(std::string name, std::string expected = "") {
  return {std::move(name), key_kind::word, false, {}, {}, nullptr, std::move(expected)};
}
inline key_rule word_rule(std::string name, std::vector<std::string> words) {
  return {std::move(name), key_kind::word, false, {}, std::move(words)};
}
inline key_rule whole_rule(std::string name, number_range range) {
  return {std::move(name), key_kind::whole, false, range};
}
/// Of a seed: as far as a whole number goes in TOML, which no double can say.
inline key_rule seed_rule() {
  return {
      "seed", key_kind::whole, false, at_least(0), {}, nullptr, "a whole number from 0 to 9,223,372,036,854,775,807"};
}
inline key_rule number_rule(std::string name, number_range range, std::string expected = "") {
  return {std::move(name), key_kind::number, false, range, {}, nullptr, std::move(expected)};
}
inline key_rule rule_of(std::string name, key_kind kind, std::string expected = "") {
  return {std::move(name), kind, false, {}, {}, nullptr, std::move(expected)};
}

constexpr double many = 1'000'000'000; ///< the largest whole number that most keys take

} // namespace dk
