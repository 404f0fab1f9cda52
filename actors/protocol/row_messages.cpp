#include "actors/protocol/row_messages.hpp"

#include "common/error.hpp"

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace dk::data {

namespace {

using source = caf::binary_deserializer;

// Reads how many of `size` bytes each follow, if there are so many.
caf::error read_count(source& f, std::size_t size, std::uint64_t& count) {
  if (auto bad = f(count))
    return bad;
  return count > f.remaining() / size ? caf::sec::end_of_stream : caf::error{};
}

template <class Number>
caf::error write_numbers(caf::serializer& f, const std::vector<Number>& all) {
  std::uint64_t count = all.size();
  if (auto bad = f(count))
    return bad;
  return count == 0 ? caf::none : f.apply_raw(count * sizeof(Number), const_cast<Number*>(all.data()));
}

template <class Number>
caf::error read_numbers(source& f, std::vector<Number>& to) {
  std::uint64_t count = 0;
  if (auto bad = read_count(f, sizeof(Number), count))
    return bad;
  to.resize(count);
  return count == 0 ? caf::none : f.apply_raw(count * sizeof(Number), to.data());
}

caf::error write_cells(caf::serializer& f, const cells& values) {
  return std::visit(
      [&](const auto& all) -> caf::error {
        using held = std::decay_t<decltype(all)>;
        if constexpr (std::is_same_v<held, block>) {
          return inspect(f, const_cast<block&>(all));
        } else if constexpr (std::is_same_v<held, texts>) {
          auto bytes = all.bytes();
          if (auto bad = f(bytes))
            return bad;
          return write_numbers(f, all.ends());
        } else {
          return write_numbers(f, all);
        }
      },
      values);
}

caf::error read_texts(source& f, texts& to) {
  std::string bytes;
  std::vector<std::uint64_t> ends;
  if (auto bad = f(bytes))
    return bad;
  if (auto bad = read_numbers(f, ends))
    return bad;
  std::uint64_t last = 0;
  for (const auto end : ends)
    if (end < std::exchange(last, end))
      return caf::sec::invalid_argument;
  if (last != bytes.size())
    return caf::sec::invalid_argument;
  to = texts{std::move(bytes), std::move(ends)};
  return caf::none;
}

template <std::size_t... Index>
cells empty_cells(std::size_t type, std::index_sequence<Index...>) {
  cells made;
  ((Index == type ? (void)made.emplace<Index>() : (void)0), ...);
  return made;
}

caf::error read_cells(source& f, cells& to) {
  constexpr auto types = std::variant_size_v<cells>;
  std::uint8_t type = 0;
  if (auto bad = f(type))
    return bad;
  if (type >= types)
    return caf::sec::invalid_argument;
  to = empty_cells(type, std::make_index_sequence<types>{});
  return std::visit(
      [&](auto& all) -> caf::error {
        using held = std::decay_t<decltype(all)>;
        if constexpr (std::is_same_v<held, block>)
          return inspect(static_cast<caf::deserializer&>(f), all);
        else if constexpr (std::is_same_v<held, texts>)
          return read_texts(f, all);
        else
          return read_numbers(f, all);
      },
      to);
}

caf::error write_row_numbers(caf::serializer& f, const row_numbers& from) {
  auto first = from.first;
  auto picked = from.picked != nullptr;
  if (auto bad = f(first, picked))
    return bad;
  return picked ? write_numbers(f, *from.picked) : caf::none;
}

caf::error read_row_numbers(source& f, row_numbers& to) {
  bool picked = false;
  if (auto bad = f(to.first, picked))
    return bad;
  if (!picked)
    return caf::none;
  std::vector<std::size_t> places;
  if (auto bad = read_numbers(f, places))
    return bad;
  to.picked = std::make_shared<const std::vector<std::size_t>>(std::move(places));
  return caf::none;
}

// Every row has its number.
bool are_as_many(const row_numbers& numbers, const table& rows) {
  return !numbers.picked || numbers.picked->size() == rows.rows();
}

caf::error read_column(source& f, table& to) {
  column read;
  if (auto bad = f(read.name, read.origin, read.fields))
    return bad;
  if (auto bad = read_numbers(f, read.shape))
    return bad;
  if (auto bad = read_row_numbers(f, read.numbers))
    return bad;
  if (auto bad = read_cells(f, read.values))
    return bad;
  const auto numbers = read.numbers;
  try {
    to.put(std::move(read));
  } catch (const failure&) {
    return caf::sec::invalid_argument;
  }
  return are_as_many(numbers, to) ? caf::error{} : caf::sec::invalid_argument;
}

} // namespace

caf::error inspect(caf::serializer& f, table& x) {
  std::uint64_t rows = x.rows();
  std::uint64_t count = x.columns().size();
  if (auto bad = f(rows, count))
    return bad;
  for (auto c : x.columns()) { // a copy: CAF writes of what it may change
    auto type = static_cast<std::uint8_t>(c.values.index());
    if (auto bad = f(c.name, c.origin, c.fields))
      return bad;
    if (auto bad = write_numbers(f, c.shape))
      return bad;
    if (auto bad = write_row_numbers(f, c.numbers))
      return bad;
    if (auto bad = f(type))
      return bad;
    if (auto bad = write_cells(f, c.values))
      return bad;
  }
  return caf::none;
}

caf::error inspect(caf::deserializer& f, table& x) {
  auto* bytes = dynamic_cast<source*>(&f);
  if (bytes == nullptr)
    return caf::sec::invalid_argument;
  std::uint64_t rows = 0;
  std::uint64_t count = 0;
  if (auto bad = f(rows, count))
    return bad;
  x = table{rows};
  for (std::uint64_t i = 0; i < count; ++i)
    if (auto bad = read_column(*bytes, x))
      return bad;
  return caf::none;
}

std::string to_string(const table& x) {
  return "table[" + std::to_string(x.rows()) + " x " + std::to_string(x.columns().size()) + ']';
}

} // namespace dk::data
