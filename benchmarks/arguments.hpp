#pragma once

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace benchmark {

/// The command line of a benchmark.
class arguments {
public:
  /// Prints the usage and ends the program where --help is asked for. @param usage "csv FILE [LABEL]"
  arguments(int argc, char** argv, std::string usage) : usage_(std::move(usage)), words_(argv + 1, argv + argc) {
    for (const auto& word : words_)
      if (word == "--help" || word == "-h") {
        std::printf("usage: %s\n", usage_.c_str());
        std::exit(0);
      }
  }

  /// Words that are no options, this many. Ends the program where there are fewer or more, or options.
  const std::vector<std::string>& words(std::size_t least, std::size_t most) const {
    for (const auto& word : words_)
      if (word.size() > 1 && word.front() == '-')
        refuse("unknown option " + word);
    if (words_.size() < least)
      refuse("an argument is missing");
    if (words_.size() > most)
      refuse("unknown argument " + words_[most]);
    return words_;
  }

  /// All words, options among them.
  const std::vector<std::string>& all() const { return words_; }

  /// A whole number from 1 to `most`. Ends the program where the word is none.
  std::size_t number(const std::string& name, const std::string& word, std::size_t most) const {
    std::size_t found = 0;
    const auto* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, found);
    if (error != std::errc{} || stop != end || found < 1 || found > most)
      refuse(name + " is \"" + word + "\", expected a whole number from 1 to " + std::to_string(most));
    return found;
  }

  /// Ends the program with one line and the status 2.
  [[noreturn]] void refuse(const std::string& why) const {
    std::fprintf(stderr, "%s; usage: %s\n", why.c_str(), usage_.c_str());
    std::exit(2);
  }

private:
  std::string usage_;
  std::vector<std::string> words_;
};

} // namespace benchmark
