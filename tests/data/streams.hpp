#pragma once

#include "data/formats/catalog.hpp"
#include "data/pipeline.hpp"
#include "data/rows.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dk::test {

/// All rows of a source that is read some at a time. @param tables how many there were
inline data::table all_of(const spec& source, std::size_t bytes, std::size_t* tables = nullptr) {
  std::vector<data::table> parts;
  const auto rows = data::open(source, bytes);
  while (auto some = rows->next())
    parts.push_back(std::move(*some));
  CHECK(rows->progress() == 1);
  if (tables != nullptr)
    *tables = parts.size();
  return data::joined(parts);
}

/// Rows as a pipeline leaves them.
class transformed final : public data::table_stream {
public:
  transformed(data::table_stream_ptr rows, data::pipeline fitted)
      : rows_(std::move(rows)), fitted_(std::move(fitted)) {}

  std::optional<data::table> next() override {
    auto some = rows_->next();
    if (some)
      data::apply_to_training(fitted_, *some);
    return some;
  }

  double progress() const override { return rows_->progress(); }

private:
  data::table_stream_ptr rows_;
  data::pipeline fitted_;
};

/// Opens rows after what was fitted so far, as fit asks for them.
inline std::function<data::table_stream_ptr(const data::pipeline&)> opened_after(data::table_source open) {
  return [open = std::move(open)](const data::pipeline& so_far) -> data::table_stream_ptr {
    return std::make_unique<transformed>(open(), so_far);
  };
}

/// Numbers to compare, of which some may be missing.
inline std::string text_of(const std::vector<double>& numbers) {
  std::string text;
  for (const auto x : numbers)
    text += data::shortest(x) + ' ';
  return text;
}

/// The same columns, of the same types.
inline void require_same(const data::table& a, const data::table& b) {
  REQUIRE(a.names() == b.names());
  for (const auto& c : a.columns()) {
    INFO(c.name);
    const auto& other = b.at(c.name);
    CHECK(type_name(c) == type_name(other));
    CHECK(c.shape == other.shape);
    if (texts_in(c) != nullptr)
      CHECK(words_of(a, c.name) == words_of(b, c.name));
    else
      CHECK(text_of(values_of(a, c.name)) == text_of(values_of(b, c.name))); // NaN is NaN
  }
}

} // namespace dk::test
