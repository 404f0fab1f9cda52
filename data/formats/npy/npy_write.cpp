#include "data/formats/npy/npy_write.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <numeric>

namespace dk::data::npy {

namespace {

using layout = std::vector<record_field>;

constexpr std::size_t as_f32 = 5; // among the types of `cells`
constexpr std::size_t as_f64 = 6;

std::size_t numbers_in(const record_field& one) {
  return std::accumulate(one.shape.begin(), one.shape.end(), std::size_t{1}, std::multiplies<>{});
}

std::size_t bytes_in(const layout& record) {
  std::size_t all = 0;
  for (const auto& one : record)
    all += numbers_in(one) * one.size;
  return all;
}

record_field field_of(const column& which) {
  if (const auto* words = texts_in(which)) {
    std::size_t longest = 1;
    for (std::size_t i = 0; i < words->size(); ++i)
      longest = std::max(longest, (*words)[i].size());
    return {which.name, record_field::text, longest, {}};
  }
  const auto size = visit_values(which, [](const auto* x, std::size_t) { return sizeof *x; });
  return {which.name, which.values.index(), size, which.shape};
}

layout layout_of(const table& rows) {
  layout all;
  for (const auto& c : rows.columns())
    all.push_back(field_of(c));
  return all;
}

bool are_same(const layout& a, const layout& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.type == y.type && x.size == y.size; });
}

// As `joined` has it: f32 where some are, else f64 where types differ.
record_field widest(const record_field& a, const record_field& b) {
  if ((a.type == record_field::text) != (b.type == record_field::text) || a.shape != b.shape)
    throw failure{errc::data,
                  "column `" + a.name + "` holds " +
                      (a.shape != b.shape ? "cells of different shapes" : "text in some rows, numbers in others") +
                      ", which no array can; write .csv or .jsonl"};
  auto both = a;
  both.size = std::max(a.size, b.size);
  if (a.type != b.type) {
    both.type = a.type == as_f32 || b.type == as_f32 ? as_f32 : as_f64;
    both.size = both.type == as_f32 ? sizeof(float) : sizeof(double);
  }
  return both;
}

std::string type_name_of(const record_field& one) {
  static constexpr std::array<const char*, 7> names{"|u1", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8"};
  return one.type == record_field::text ? "|S" + std::to_string(one.size) : names[one.type];
}

std::string tuple_of(const std::vector<std::size_t>& sizes) {
  std::string text = "(";
  for (const auto size : sizes)
    text += std::to_string(size) + ", ";
  return text + ")";
}

std::string python_text(const std::string& name) {
  std::string text = "'";
  for (const auto c : name)
    text += c == '\'' || c == '\\' || c == '\n' ? '_' : c;
  return text + "'";
}

std::string described(const layout& record, std::uint64_t rows) {
  std::string type;
  std::vector<std::size_t> shape{rows};
  if (record.size() == 1) {
    type = python_text(type_name_of(record.front()));
    shape.insert(shape.end(), record.front().shape.begin(), record.front().shape.end());
  } else {
    type = "[";
    for (const auto& one : record)
      type += "(" + python_text(one.name) + ", " + python_text(type_name_of(one)) +
              (one.shape.empty() ? "" : ", " + tuple_of(one.shape)) + "), ";
    type += "]";
  }
  return "{'descr': " + type + ", 'fortran_order': False, 'shape': " + tuple_of(shape) + ", }";
}

// With room for any number of rows, so that it can be mended. Version 2: the four bytes of its length are enough for
// any record.
std::string header_of(const layout& record, std::uint64_t rows) {
  constexpr std::size_t fixed = 12;
  const auto longest = described(record, std::numeric_limits<std::uint64_t>::max()).size();
  auto dict = described(record, rows);
  dict.resize((longest + fixed + 1 + 63) / 64 * 64 - fixed - 1, ' ');
  dict += '\n';
  std::string all{"\x93NUMPY\x02\x00", 8};
  for (unsigned shift = 0; shift < 32; shift += 8)
    all += static_cast<char>(dict.size() >> shift & 255U);
  return all + dict;
}

void append_record(std::string& to, const column& which, std::size_t row, const record_field& as) {
  if (const auto* words = texts_in(which)) {
    to += (*words)[row];
    to.append(as.size - (*words)[row].size(), '\0');
    return;
  }
  const auto wide = width(which);
  visit_values(which, [&](const auto* x, std::size_t) {
    to.append(reinterpret_cast<const char*>(x + row * wide), wide * sizeof *x);
  });
}

template <class Number>
double number_at(const char* from) {
  Number value{};
  std::memcpy(&value, from, sizeof value);
  return static_cast<double>(value);
}

double number_of(const char* from, std::size_t type) {
  static constexpr std::array<double (*)(const char*), 7> readers{
      number_at<std::uint8_t>, number_at<std::int8_t>, number_at<std::int16_t>, number_at<std::int32_t>,
      number_at<std::int64_t>, number_at<float>,       number_at<double>};
  return readers[type](from);
}

template <class Number>
void append_number(std::string& to, double value) {
  const auto narrow = static_cast<Number>(value);
  to.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
}

// What lies at `from` as one field, as a field that is as wide or wider.
void append_wider(std::string& to, const char* from, const record_field& is, const record_field& wanted) {
  const auto count = numbers_in(is);
  if (is.type == wanted.type) {
    to.append(from, count * is.size);
    to.append(is.type == record_field::text ? wanted.size - is.size : 0, '\0');
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = number_of(from + i * is.size, is.type);
    wanted.type == as_f32 ? append_number<float>(to, value) : append_number<double>(to, value);
  }
}

} // namespace

writer::writer(std::string draft, std::string path)
    : draft_(std::move(draft)), path_(std::move(path)), to_(draft_, std::ios::binary) {
  check(to_);
}

void writer::check(const std::ios& file) const {
  if (!file)
    throw failure{errc::resources, "cannot write " + path_ + ": " + std::strerror(errno)};
}

void writer::add(const table& rows) {
  auto records = layout_of(rows);
  if (parts_.empty()) {
    widest_ = records;
    const auto header = header_of(records, 0);
    body_ = header.size();
    to_ << header;
  }
  std::transform(widest_.begin(), widest_.end(), records.begin(), widest_.begin(), widest);
  const auto& columns = rows.columns();
  if (columns.size() == 1 && records.front().type != record_field::text)
    visit_values(columns.front(), [&](const auto* x, std::size_t count) {
      to_.write(reinterpret_cast<const char*>(x), static_cast<std::streamsize>(count * sizeof *x));
    });
  else
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      std::string record;
      for (std::size_t i = 0; i < columns.size(); ++i)
        append_record(record, columns[i], row, records[i]);
      to_ << record;
    }
  if (!parts_.empty() && are_same(parts_.back().records, records))
    parts_.back().rows += rows.rows();
  else
    parts_.push_back({rows.rows(), std::move(records)});
  check(to_);
}

bool writer::is_final() const {
  return parts_.size() == 1 && are_same(parts_.front().records, widest_);
}

void writer::done() {
  if (parts_.empty())
    return;
  if (is_final()) {
    to_.seekp(0);
    to_ << header_of(widest_, parts_.front().rows);
  }
  to_.close();
  check(to_);
  if (!is_final())
    write_anew();
}

void writer::write_anew() {
  std::ifstream from{draft_, std::ios::binary};
  from.seekg(static_cast<std::streamoff>(body_));
  check(from);
  std::remove(draft_.c_str()); // what is open can be read on; its name goes to the new file
  std::ofstream wide{draft_, std::ios::binary};
  std::uint64_t rows = 0;
  for (const auto& one : parts_)
    rows += one.rows;
  wide << header_of(widest_, rows);
  std::string record;
  for (const auto& [count, is] : parts_) {
    std::string narrow_record(bytes_in(is), '\0');
    for (std::uint64_t row = 0; row < count; ++row) {
      from.read(narrow_record.data(), static_cast<std::streamsize>(narrow_record.size()));
      check(from);
      record.clear();
      const auto* at = narrow_record.data();
      for (std::size_t i = 0; i < widest_.size(); ++i) {
        append_wider(record, at, is[i], widest_[i]);
        at += numbers_in(is[i]) * is[i].size;
      }
      wide << record;
    }
  }
  wide.close();
  check(wide);
}

} // namespace dk::data::npy
