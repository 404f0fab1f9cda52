#include "data/formats/npy/npy_header.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace dk::data::npy {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr int deepest = 16; // nesting of a literal: a crafted one shall not eat the stack

[[noreturn]] void damaged(const std::string& origin, const std::string& why) {
  throw failure{errc::data, origin + ": " + why + "; write it again with numpy.save"};
}

/// A Python literal of what headers hold: text, whole number, bool, list or tuple, dict.
struct literal {
  enum class kind { text, number, boolean, list, dict } is = kind::list;
  std::string text;
  std::size_t number = 0;
  bool boolean = false;
  std::vector<literal> items; ///< of a dict: key, value, key, value, ...

  const literal* find(std::string_view key) const {
    for (std::size_t i = 0; is == kind::dict && i + 1 < items.size(); i += 2)
      if (items[i].text == key)
        return &items[i + 1];
    return nullptr;
  }
};

class parser {
public:
  parser(std::string_view text, const std::string& origin) : text_(text), origin_(origin) {}

  literal value(int depth = 0) {
    if (depth > deepest)
      fail();
    pass_blanks();
    switch (peek()) {
    case '{':
      return listed('}', literal::kind::dict, depth);
    case '[':
      return listed(']', literal::kind::list, depth);
    case '(':
      return listed(')', literal::kind::list, depth);
    case '\'':
    case '"':
      return text();
    case 'T':
    case 'F':
      return boolean();
    case 'b': // b'<f4', as Python 2 wrote some
    case 'u':
      ++at_;
      return text();
    default:
      return number();
    }
  }

private:
  [[noreturn]] void fail() const {
    damaged(origin_, "has a header that is no Python literal, at byte " + std::to_string(at_));
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void pass_blanks() {
    while (peek() == ' ' || peek() == '\n')
      ++at_;
  }

  literal listed(char close, literal::kind is, int depth) {
    literal all;
    all.is = is;
    ++at_;
    for (pass_blanks(); peek() != close; pass_blanks()) {
      all.items.push_back(value(depth + 1));
      pass_blanks();
      const bool is_key = is == literal::kind::dict && all.items.size() % 2 == 1;
      if (peek() == (is_key ? ':' : ','))
        ++at_;
      else if (peek() != close || is_key)
        fail();
    }
    ++at_;
    return all;
  }

  literal text() {
    literal one;
    one.is = literal::kind::text;
    const auto quote = peek();
    if (quote != '\'' && quote != '"')
      fail();
    const auto end = text_.find(quote, ++at_);
    if (end == std::string_view::npos)
      fail();
    one.text = std::string{text_.substr(at_, end - at_)};
    at_ = end + 1;
    return one;
  }

  literal boolean() {
    literal one;
    one.is = literal::kind::boolean;
    one.boolean = text_.substr(at_, 4) == "True";
    if (!one.boolean && text_.substr(at_, 5) != "False")
      fail();
    at_ += one.boolean ? 4 : 5;
    return one;
  }

  literal number() {
    literal one;
    one.is = literal::kind::number;
    const auto [end, why] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), one.number);
    if (why != std::errc{})
      fail();
    at_ = static_cast<std::size_t>(end - text_.data());
    if (peek() == 'L') // Python 2
      ++at_;
    return one;
  }

  std::string_view text_;
  const std::string& origin_;
  std::size_t at_ = 0;
};

std::vector<std::size_t> shape_of(const literal& from, const std::string& origin) {
  std::vector<std::size_t> shape;
  if (from.is == literal::kind::number)
    return {from.number};
  for (const auto& size : from.items) {
    if (from.is != literal::kind::list || size.is != literal::kind::number)
      damaged(origin, "has a header without a valid shape");
    shape.push_back(size.number);
  }
  return shape;
}

std::size_t checked_product(const std::vector<std::size_t>& sizes, std::size_t product, const std::string& origin) {
  for (const auto size : sizes)
    if (__builtin_mul_overflow(product, size, &product))
      damaged(origin, "has a header whose sizes are more than any file holds");
  return product;
}

/// Reads the fields of a `descr` one behind the other.
class record_reader {
public:
  record_reader(header& to, const std::string& origin) : to_(to), origin_(origin) {}

  void read(const literal& descr, const std::string& prefix, const std::vector<std::size_t>& outer, int depth = 0) {
    if (descr.is == literal::kind::text)
      return add(descr.text, prefix, outer);
    if (descr.is != literal::kind::list || depth > deepest)
      damaged(origin_, "has a header without a valid descr");
    to_.structured = true;
    for (const auto& item : descr.items) {
      if (item.is != literal::kind::list || item.items.size() < 2 || item.items.size() > 3)
        damaged(origin_, "has a header whose descr has an invalid field");
      const auto& given = item.items[0].is == literal::kind::list && !item.items[0].items.empty()
                              ? item.items[0].items.back() // (title, name)
                              : item.items[0];
      auto shape = outer;
      if (item.items.size() == 3) {
        const auto own = shape_of(item.items[2], origin_);
        shape.insert(shape.end(), own.begin(), own.end());
      }
      const bool nested = item.items[1].is == literal::kind::list;
      if (nested && shape.size() > outer.size())
        damaged(origin_, "has an array of records in field `" + given.text + "`, which is not supported");
      read(item.items[1], prefix.empty() ? given.text : prefix + '.' + given.text, shape, depth + 1);
    }
  }

private:
  void add(const std::string& type, const std::string& name, const std::vector<std::size_t>& shape) {
    field f;
    f.name = name;
    f.shape = shape;
    f.big_endian = !type.empty() && type[0] == '>';
    const bool ordered = !type.empty() && (type[0] == '<' || type[0] == '>' || type[0] == '|' || type[0] == '=');
    const auto letter = ordered ? 1U : 0U;
    if (type.size() <= letter)
      unknown(type);
    f.type = type[letter];
    const auto [end, why] = std::from_chars(type.data() + letter + 1, type.data() + type.size(), f.size);
    if (f.type == 'O')
      damaged(origin_, "holds pickled objects, which could run any code");
    if (why != std::errc{} || end != type.data() + type.size() || !is_known(f))
      unknown(type);
    const std::size_t bytes = f.type == 'U' ? 4 : 1;
    if (__builtin_mul_overflow(f.size, bytes, &f.size))
      unknown(type);
    f.offset = to_.record;
    if (__builtin_add_overflow(to_.record, checked_product(shape, f.size, origin_), &to_.record))
      damaged(origin_, "has a header whose sizes are more than any file holds");
    to_.fields.push_back(std::move(f));
  }

  static bool is_known(const field& f) {
    switch (f.type) {
    case 'i':
    case 'u':
      return f.size == 1 || f.size == 2 || f.size == 4 || f.size == 8;
    case 'f':
      return f.size == 2 || f.size == 4 || f.size == 8;
    case 'b':
      return f.size == 1;
    case 'S':
    case 'U':
    case 'V':
      return true;
    default:
      return false;
    }
  }

  [[noreturn]] void unknown(const std::string& type) const {
    damaged(origin_, "holds numbers of type \"" + type + "\", known are i, u, f, b, S and U");
  }

  header& to_;
  const std::string& origin_;
};

std::size_t little(std::string_view bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

} // namespace

std::size_t header_end(std::string_view start) {
  const std::size_t length_bytes = start[6] == 1 ? 2 : 4;
  return 8 + length_bytes + little(start, 8, length_bytes);
}

header read_header(std::string_view bytes, const std::string& origin) {
  if (bytes.size() < 10 || bytes.substr(0, magic.size()) != magic)
    damaged(origin, "is no array of numpy");
  const auto version = bytes[6];
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (version < 1 || version > 3)
    damaged(origin, "is of version " + std::to_string(static_cast<int>(version)) + " of the format, known are 1 to 3");
  if (bytes.size() < 8 + length_bytes)
    damaged(origin, "ends inside its header");
  const auto length = little(bytes, 8, length_bytes);
  header h;
  h.body = 8 + length_bytes + length;
  if (length > bytes.size() - 8 - length_bytes)
    damaged(origin, "ends inside its header");
  const auto dict = parser{bytes.substr(8 + length_bytes, length), origin}.value();
  const auto* descr = dict.find("descr");
  const auto* order = dict.find("fortran_order");
  const auto* shape = dict.find("shape");
  if (descr == nullptr || order == nullptr || shape == nullptr)
    damaged(origin, "has a header without descr, fortran_order or shape");
  h.fortran_order = order->boolean;
  h.shape = shape_of(*shape, origin);
  record_reader{h, origin}.read(*descr, "", {});
  return h;
}

} // namespace dk::data::npy
