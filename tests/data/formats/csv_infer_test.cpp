// spark-csv 1.4's inference, row by row.

#include "data/formats/csv/csv_infer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using dk::data::csv::kind;
using dk::data::csv::kind_of;
using dk::data::csv::widest;

TEST_CASE("a field has the narrowest type that holds it", "[data][csv]") {
  const std::vector<std::pair<std::string, kind>> table{
      {"", kind::missing},
      {"0", kind::i32},
      {"+7", kind::i32},
      {"-7", kind::i32},
      {"007", kind::i32},
      {"2147483647", kind::i32},
      {"2147483648", kind::i64},
      {"-2147483648", kind::i32},
      {"-2147483649", kind::i64},
      {"9223372036854775807", kind::i64},
      {"9223372036854775808", kind::f64},
      {" 7", kind::f64}, // toInt takes no blanks, toDouble does
      {"7 ", kind::f64},
      {"1.5", kind::f64},
      {".5", kind::f64},
      {"5.", kind::f64},
      {"-1e-3", kind::f64},
      {"+1E3", kind::f64},
      {"1d", kind::f64},
      {"1.5f", kind::f64},
      {"NaN", kind::f64},
      {"-Infinity", kind::f64},
      {"1e999", kind::f64},
      {"nan", kind::text},
      {"inf", kind::text},
      {"-", kind::text},
      {"+-1", kind::text},
      {"1e", kind::text},
      {"1dd", kind::text},
      {"s", kind::text},
      {"true", kind::text}, // spark-csv infers no booleans
      {" ", kind::text},
      {"2016-05-31 12:30:00", kind::timestamp},
      {"2016-05-31 12:30:00.25", kind::timestamp},
      {"2016-5-1 1:3:0", kind::timestamp},
      {"2016-05-31", kind::text},
      {"2016-05-31 12:30", kind::text},
      {"2016-05-31 12:30:00.", kind::text},
      {"2016-05-31 12:30:00x", kind::text},
  };
  for (const auto& [field, wanted] : table) {
    INFO('"' << field << '"');
    double unused = 0;
    CHECK(kind_of(field, unused) == wanted);
  }
}

TEST_CASE("the number of a field is what Java makes of it", "[data][csv]") {
  const auto number = [](const std::string& field) {
    double value = 0;
    kind_of(field, value);
    return value;
  };
  CHECK(number("+7") == 7);
  CHECK(number(" -2.5f ") == -2.5);
  CHECK(number("1e999") == std::numeric_limits<double>::infinity());
  CHECK(number("-Infinity") == -std::numeric_limits<double>::infinity());
  CHECK(number("1e-999") == 0);
  CHECK(std::isnan(number("NaN")));
}

TEST_CASE("a column has the widest type of its fields", "[data][csv]") {
  const std::vector<kind> order{kind::missing, kind::i32, kind::i64, kind::f64};
  for (std::size_t a = 0; a < order.size(); ++a)
    for (std::size_t b = 0; b < order.size(); ++b)
      CHECK(widest(order[a], order[b]) == order[std::max(a, b)]);
  CHECK(widest(kind::timestamp, kind::timestamp) == kind::timestamp);
  CHECK(widest(kind::missing, kind::timestamp) == kind::timestamp);
  CHECK(widest(kind::i32, kind::timestamp) == kind::text);
  CHECK(widest(kind::timestamp, kind::f64) == kind::text);
  CHECK(widest(kind::text, kind::i32) == kind::text);
}
