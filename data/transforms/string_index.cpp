// string_index: every distinct text of the training rows, those that are held out included, becomes a number: 0 the
// most frequent, then 1, ...; texts that are as frequent go by their bytes (Spark's StringIndexer). With `order =
// "alphabet"` all go by their bytes. Numbers count as their shortest text. A text that the training rows had not is an
// error, or with `unknown = "keep"` the number after the last.

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/transforms/learn_by_column.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace dk::data {

namespace {

constexpr std::size_t most_words = 1U << 20U;

// f(text, row) for every row of a column of one cell a row.
template <class F>
void over_words(const column& from, F f) {
  require_single(from, "string_index");
  if (const auto* words = texts_in(from)) {
    for (std::size_t row = 0; row < words->size(); ++row)
      f((*words)[row], row);
    return;
  }
  visit_values(from, [&](const auto* x, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row)
      f(shortest(static_cast<double>(x[row])), row);
  });
}

using word_counts = std::map<std::string, std::size_t, std::less<>>;

void learn_string_index_column(const column& from, word_counts& counts) {
  over_words(from, [&](std::string_view word, std::size_t) {
    const auto known = counts.find(word);
    if (known != counts.end())
      ++known->second;
    else if (counts.size() < most_words)
      counts.emplace(word, 1);
    else
      throw failure{errc::data, column_text(from) + "has more than " + with_commas(most_words) +
                                    " different texts; it is no column of classes, drop it"};
  });
}

std::unique_ptr<learning> learn_string_index(const spec& given) {
  const bool by_frequency = given.keys.value("order", "frequency") == "frequency";
  const auto learned = [by_frequency](const word_counts& counts, const std::string& place) {
    if (counts.empty())
      throw failure{errc::data, place + "has no rows to fit `string_index` to; give data to work on"};
    std::vector<std::pair<std::string, std::size_t>> order{counts.begin(), counts.end()};
    if (by_frequency)
      std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    auto words = nlohmann::json::array();
    for (const auto& [word, count] : order)
      words.push_back(word);
    return nlohmann::json{{"words", words}};
  };
  return learn_by_column<word_counts>(given, learn_string_index_column, learned);
}

void apply_string_index(const spec& given, const nlohmann::json& fitted, table& to) {
  const bool keep = given.keys.value("unknown", "error") == "keep";
  for (const auto& [source, target] : transform_columns(given)) {
    const auto words = fitted_words(given, fitted, source, "words");
    std::unordered_map<std::string_view, std::int32_t> places;
    for (const auto& word : words)
      places.emplace(word, static_cast<std::int32_t>(places.size()));
    const auto& from = to.at(source);
    std::vector<std::int32_t> indexes(size(from));
    over_words(from, [&](std::string_view word, std::size_t row) {
      const auto known = places.find(word);
      if (known == places.end() && !keep)
        throw failure{errc::data, place(from, row) + " holds \"" + std::string{word.substr(0, 40)} +
                                      "\", which the training rows did not have" +
                                      did_you_mean(word.substr(0, 40), words) +
                                      "; correct it, or set `unknown` to \"keep\""};
      indexes[row] = known == places.end() ? static_cast<std::int32_t>(places.size()) : known->second;
    });
    to.put({target, {}, std::move(indexes), from.origin, {}, from.numbers});
  }
}

void invert_string_index(const spec& given, const nlohmann::json& fitted, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto words = fitted_words(given, fitted, source, "words");
    const auto& from = to.at(target);
    require_single(from, "string_index");
    texts back;
    visit_values(from, [&](const auto* x, std::size_t rows) {
      for (std::size_t row = 0; row < rows; ++row) {
        const auto value = static_cast<double>(x[row]);
        const bool inside = value >= 0 && value < static_cast<double>(words.size());
        const auto index = inside ? static_cast<std::size_t>(value) : 0;
        if (!inside || static_cast<double>(index) != value)
          throw failure{errc::data, place(from, row) + " holds " + shortest(value) +
                                        ", expected a whole number from 0 to " + std::to_string(words.size() - 1) +
                                        ", which stand for texts; correct it"};
        back.push_back(words[index]);
      }
    });
    to.put({source, {}, std::move(back), from.origin, {}, from.numbers});
  }
}

bool string_index_takes_text(const spec&) {
  return true;
}

} // namespace

extern const transform_kind string_index_transform;
const transform_kind string_index_transform{"string_index",
                                            {{"order", key_kind::text, false, {}, {"frequency", "alphabet"}},
                                             {"unknown", key_kind::text, false, {}, {"error", "keep"}}},
                                            column_use::each,
                                            learn_string_index,
                                            apply_string_index,
                                            invert_string_index,
                                            nullptr,
                                            false,
                                            false,
                                            string_index_takes_text,
                                            true};

} // namespace dk::data
