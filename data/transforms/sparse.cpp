#include "data/transforms/sparse.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace dk::data {

namespace {

/// Takes numbers and signs off the front of a text.
class reader {
public:
  explicit reader(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool take(char sign) {
    pass_blanks();
    if (at_ == end_ || *at_ != sign)
      return false;
    ++at_;
    return true;
  }

  template <class Number>
  bool take_number(Number& value) {
    pass_blanks();
    const auto [after, why] = std::from_chars(at_, end_, value);
    if (why != std::errc{})
      return false;
    at_ = after;
    return true;
  }

  bool at_end() {
    pass_blanks();
    return at_ == end_;
  }

private:
  void pass_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t'))
      ++at_;
  }

  const char* at_;
  const char* end_;
};

constexpr const char* outside = "has an index outside the vector; correct it or raise `size`";
constexpr const char* unordered = "has indices that are not in ascending order, or repeated; correct it";

const char* read_pairs(reader& in, std::size_t first, float* to, std::size_t size) {
  for (std::size_t least = first; !in.at_end();) {
    std::size_t index = 0;
    float value = 0;
    if (!in.take_number(index) || !in.take(':') || !in.take_number(value))
      return "is not a list of INDEX:NUMBER pairs; correct it";
    if (index < first || index - first >= size)
      return outside;
    if (index < least)
      return unordered;
    least = index + 1;
    to[index - first] = value;
  }
  return "";
}

// [a,b,...] into `all`, at most `most` of them.
template <class Number>
bool read_list(reader& in, std::vector<Number>& all, std::size_t most) {
  if (!in.take('['))
    return false;
  if (in.take(']'))
    return true;
  do {
    Number value{};
    if (all.size() == most || !in.take_number(value))
      return false;
    all.push_back(value);
  } while (in.take(','));
  return in.take(']');
}

const char* read_spark(reader& in, float* to, std::size_t size) {
  std::size_t given = 0;
  std::vector<std::size_t> places;
  std::vector<float> values;
  if (!in.take_number(given) || !in.take(',') || !read_list(in, places, size) || !in.take(',') ||
      !read_list(in, values, size) || !in.take(')') || !in.at_end() || places.size() != values.size())
    return "is not a sparse vector (SIZE,[INDICES],[NUMBERS]); correct it";
  if (given != size)
    return "is a vector of another size than `size`; correct one of them";
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] >= size)
      return outside;
    if (i > 0 && places[i] <= places[i - 1])
      return unordered;
    to[places[i]] = values[i];
  }
  return "";
}

} // namespace

const char* read_sparse(std::string_view text, std::size_t first, float* to, std::size_t size) {
  std::fill(to, to + size, 0.0F);
  reader in{text};
  return in.take('(') ? read_spark(in, to, size) : read_pairs(in, first, to, size);
}

} // namespace dk::data
