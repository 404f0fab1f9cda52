// Every type of numpy's numbers in both orders of bytes, C's and Fortran's, plain and in records.

#include "data/formats/catalog.hpp"
#include "tests/data/tables.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <sstream>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;

namespace {

const std::vector<std::string> types{"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"};

template <class Number>
std::string bytes_as(double x) {
  const auto value = static_cast<Number>(x);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// Of 1, 2, 258 and -3, which half precision has, too.
std::string half_of(double x) {
  const std::uint16_t bits = x == 1 ? 0x3C00 : x == 2 ? 0x4000 : x == -3 ? 0xC200 : 0x5C08;
  std::string bytes(2, '\0');
  std::memcpy(bytes.data(), &bits, 2);
  return bytes;
}

std::string little_endian(const std::string& type, double x) {
  const bool is_signed = type[0] == 'i';
  switch (type[1]) {
  case '1':
    return is_signed ? bytes_as<std::int8_t>(x) : bytes_as<std::uint8_t>(x);
  case '2':
    return type[0] == 'f' ? half_of(x) : is_signed ? bytes_as<std::int16_t>(x) : bytes_as<std::uint16_t>(x);
  case '4':
    return type[0] == 'f' ? bytes_as<float>(x) : is_signed ? bytes_as<std::int32_t>(x) : bytes_as<std::uint32_t>(x);
  default:
    return type[0] == 'f' ? bytes_as<double>(x) : is_signed ? bytes_as<std::int64_t>(x) : bytes_as<std::uint64_t>(x);
  }
}

std::string number(const std::string& type, double x, bool big) {
  auto bytes = little_endian(type, x);
  if (big)
    std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

std::string array(const std::string& descr, const std::string& shape, const std::string& body, bool fortran = false) {
  auto header =
      "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header.resize((10 + header.size() + 64) / 64 * 64 - 11, ' ');
  header += '\n';
  const auto size = header.size();
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size % 256) + static_cast<char>(size / 256) + header +
         body;
}

values some_of(const std::string& type) {
  return type[1] == '1' ? values{1, 2, type[0] == 'u' ? 200.0 : -3.0, 100}
                        : values{1, 2, type[0] == 'u' ? 258.0 : -3.0, 258};
}

} // namespace

TEST_CASE("numbers of numpy are read in both orders of their bytes", "[data][npy]") {
  const temporary_folder folder;
  for (const auto& type : types)
    for (const bool big : {false, true}) {
      const auto all = some_of(type);
      std::string body;
      std::string records;
      for (const auto x : all) {
        body += number(type, x, big);
        records += 'z' + number(type, x, big);
      }
      const auto order = std::string{big ? ">" : "<"};
      INFO(order << type);
      const auto plain = folder.write("x.npy", array("'" + order + type + "'", "(4,)", body));
      CHECK(values_of(dk::data::read({"npy", {{"path", plain}}}), "features") == all);
      const auto square = folder.write("x.npy", array("'" + order + type + "'", "(2, 2)", body, true));
      CHECK(values_of(dk::data::read({"npy", {{"path", square}}}), "features") ==
            values{all[0], all[2], all[1], all[3]});
      const auto structured =
          folder.write("x.npy", array("[('s', '|S1'), ('x', '" + order + type + "')]", "(4,)", records));
      CHECK(values_of(dk::data::read({"npy", {{"path", structured}, {"columns", "x"}}}), "x") == all);
    }
}

TEST_CASE("texts of numpy are read in both orders, and what is none is refused", "[data][npy]") {
  const temporary_folder folder;
  const auto code = [](std::uint32_t point, bool big) {
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), &point, 4);
    if (big)
      std::reverse(bytes.begin(), bytes.end());
    return bytes;
  };
  for (const bool big : {false, true}) {
    const auto path = folder.write("x.npy", array(std::string{"'"} + (big ? '>' : '<') + "U2'", "(2,)",
                                                  code('a', big) + code(0x20AC, big) + code('b', big) + code(0, big)));
    CHECK(words_of(dk::data::read({"npy", {{"path", path}}}), "features") ==
          std::vector<std::string>{"a\xE2\x82\xAC", "b"});
  }
  const auto error = [&](const std::string& descr, const std::string& body) {
    const auto path = folder.write("x.npy", array(descr, "(2,)", body));
    return failure_in(folder, errc::data, [&] { dk::data::read({"npy", {{"path", path}}}); });
  };
  CHECK(error("'|S2'", "ab\xE9z") ==
        "x.npy: row 1 (the first is 0) holds what is no text in UTF-8; decode it before it is saved");
  CHECK(error("'<U1'", code('a', false) + code(0xD800, false)).find("row 1") != std::string::npos);
  CHECK(error("'<c8'", std::string(16, '\0')).find("x.npy") == 0);
}
