#include "common/text.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <numeric>
#include <utility>

namespace dk {

namespace {

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Levenshtein's edit distance, ignoring case.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

} // namespace

std::string nearest_name(std::string_view typed, const std::vector<std::string>& candidates) {
  std::string best;
  auto best_distance = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto d = distance(typed, candidate);
    if (d < best_distance && d < candidate.size()) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& candidates) {
  const auto name = nearest_name(typed, candidates);
  return name.empty() ? "" : " (did you mean \"" + name + "\"?)";
}

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string all;
  for (const auto& word : words) {
    if (!all.empty())
      all += between;
    all += word;
  }
  return all;
}

std::string with_commas(unsigned long long number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string counted(unsigned long long number, std::string_view one, std::string_view many) {
  std::string words{number == 1 || many.empty() ? one : many};
  if (number != 1 && many.empty())
    words += 's';
  return with_commas(number) + ' ' + words;
}

std::string size_text(double bytes) {
  for (const auto& [unit, name] : {std::pair{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}})
    if (bytes >= unit * 0.9995)
      return fmt::format("{:.3g} {}", bytes / unit, name);
  return fmt::format("{:.0f} B", bytes);
}

std::uint64_t bytes_in(std::string_view size) {
  constexpr std::string_view units{"KMGT"};
  constexpr std::size_t most_digits = 6; // of TiB, which 64 bits hold
  const auto digits = std::min(size.find_first_not_of("0123456789"), size.size());
  const auto unit = size.substr(digits);
  if (digits == 0 || digits > most_digits || unit.size() != 3 || unit.substr(1) != "iB")
    return 0;
  const auto power = units.find(unit.front());
  std::uint64_t number = 0;
  for (const auto digit : size.substr(0, digits))
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  return power == std::string_view::npos ? 0 : number << (10 * (power + 1));
}

} // namespace dk
