// Rows that come some at a time are those that come all at once.
#include "data/batches.hpp"
#include "data/formats/catalog.hpp"
#include "data/label_check.hpp"
#include "data/read_ahead.hpp"
#include "data/rows.hpp"
#include "data/store.hpp"
#include "data/transforms/catalog.hpp"
#include "tests/data/streams.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <zlib.h>

using namespace dk;
using namespace dk::test;
using values = std::vector<double>;

namespace {

std::string higgs_like(std::size_t rows) {
  std::string text = "id,mass,pt,note,label\n";
  for (std::size_t i = 0; i < rows; ++i)
    text += std::to_string(i) + ',' + std::to_string(i * i % 97) + ".5," + std::to_string(i % 13) + ',' +
            (i % 7 == 0 ? "\"a \"\"quoted\"\"\nnote\"" : "plain") + ',' + (i % 3 == 0 ? "s" : "b") + '\n';
  return text;
}

spec csv_at(const std::string& path, nlohmann::json keys = nlohmann::json::object()) {
  keys["path"] = path;
  return {"csv", std::move(keys)};
}

void write_gzip(const std::string& path, const std::string& text) {
  const auto file = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

data::table_stream_ptr stream_of(const std::string& path, std::size_t bytes) {
  return data::open(csv_at(path), bytes);
}

} // namespace

TEST_CASE("CSV is the same however much of it is read together", "[data][stream][slices][csv]") {
  const temporary_folder folder;
  const auto path = folder.write("rows.csv", higgs_like(500));
  const auto source = csv_at(path, {{"features", {"mass", "pt"}}, {"columns", {"id", "note"}}});
  const auto whole = data::read(source);
  for (const std::size_t bytes : {1U, 40U, 333U, 5000U, 1U << 20U}) {
    INFO(bytes);
    std::size_t tables = 0;
    require_same(all_of(source, bytes, &tables), whole);
    CHECK((tables > 1) == (bytes < 10'000));
  }
}

TEST_CASE("files that are packed, and several of them, are read some at a time", "[data][stream]") {
  const temporary_folder folder;
  write_gzip(folder.path("a.csv"), "x,label\n1,0\n2,1\n2,1\n2,1\n2,1\n2,1\n");
  folder.write("b.csv", "label,x\n1,3\n0,4");
  std::size_t tables = 0;
  const auto all = all_of(csv_at(folder.path("*.csv")), 4, &tables);
  CHECK(values_of(all, "features") == values{1, 2, 2, 2, 2, 2, 3, 4});
  CHECK(values_of(all, "label") == values{0, 1, 1, 1, 1, 1, 1, 0});
  CHECK(tables > 3);
}

TEST_CASE("the type of a column depends on all of its rows", "[data][stream]") {
  const temporary_folder folder;
  const auto path = folder.write("t.csv", "i,f,t,big,gap\n1,1,01,1,1\n2,2.5,2,9007199254740993,\n3,3,x,3,3\n");
  const auto source = csv_at(path, {{"columns", "*"}, {"missing", ""}});
  const auto all = all_of(source, 4);
  require_same(all_of(source, 1 << 20), all);
  CHECK(type_name(all.at("i")) == "i32");
  CHECK(type_name(all.at("f")) == "f64");
  CHECK(words_of(all, "t") == std::vector<std::string>{"01", "2", "x"});
  CHECK(std::get<std::vector<std::int64_t>>(all.at("big").values)[1] == 9007199254740993);
  CHECK(std::isnan(values_of(all, "gap")[1]));
}

TEST_CASE("errors say the line of the file, whatever was read before", "[data][stream]") {
  const temporary_folder folder;
  const auto path = folder.write("rows.csv", "x,label\n1,0\n2,1\n\n3,0\nfour,1\n");
  for (const std::size_t bytes : {1U, 9U, 1000U})
    CHECK(failure_in(folder, errc::data, [&] {
            all_of(csv_at(path), bytes);
          }).find("rows.csv:6:1: field `x` holds \"four\"") == 0);
  const auto open = folder.write("open.csv", "x,label\n1,0\n\"2,1\n3,0\n");
  CHECK(failure_in(folder, errc::data, [&] { all_of(csv_at(open), 1); }).find("open.csv:3") == 0);
}

TEST_CASE("transforms learn the same of rows that come some at a time", "[data][stream]") {
  const temporary_folder folder;
  const auto path = folder.write("rows.csv", higgs_like(300));
  const auto source = csv_at(path, {{"features", {"mass", "pt"}}, {"columns", {"note", "id"}}});
  const std::vector<spec> transforms{{"clip", {{"column", "features"}, {"high", 50}}},
                                     {"impute", {{"column", "features"}, {"missing", 3}, {"with", "median"}}},
                                     {"standard", {{"column", "features"}}},
                                     {"min_max", {{"column", "id"}}},
                                     {"string_index", {{"columns", {"label", "note"}}}}};
  auto whole = data::read(source);
  const auto fitted = data::fit(transforms, whole);
  const auto again = data::fit(transforms, opened_after([&] { return data::open(source, 100); }));
  CHECK(to_text(again) == to_text(fitted));
  auto rows = data::read(source);
  data::apply_to_training(again, rows);
  require_same(rows, whole);
  for (const auto& name : data::transform_names())
    if (data::find_transform(name).learn != nullptr) {
      INFO("transform `" << name << "` learns, but not here; add it to `transforms`");
      CHECK(std::any_of(transforms.begin(), transforms.end(), [&](const spec& one) { return one.name == name; }));
    }
}

TEST_CASE("a transform that needs all rows is refused where they come some at a time", "[data][stream]") {
  const spec more{"union", {{"with", {{"format", "csv"}, {"path", "more.csv"}}}}};
  CHECK(failure_of(errc::config, [&] { data::fit({more}, opened_after([] { return data::table_stream_ptr{}; })); }) ==
        "transform `union` needs all rows in memory; raise `data.memory` to more than they take");
}

TEST_CASE("rows on disk are those in memory", "[data][stream]") {
  const temporary_folder folder;
  std::string text = "x,y,label\n";
  for (int i = 0; i < 1000; ++i)
    text += std::to_string(i) + ",0.5," + std::to_string(i % 2) + '\n';
  const auto path = folder.write("rows.csv", text);
  const auto memory = data::make_dataset(data::read(csv_at(path)));
  auto stored = data::store(*stream_of(path, 50), {folder.path(""), 1 << 20});
  REQUIRE(stored.rows == 1000);
  CHECK(stored.features.size() == 0);
  stored.buffers = {7, 5};
  const auto gathered = [](const data::dataset& from, const data::row_order& order, std::uint64_t first,
                           std::size_t count) {
    std::vector<float> features(count * 2);
    std::vector<float> labels(count);
    data::gather(from, order, first, count, features.data(), labels.data());
    features.insert(features.end(), labels.begin(), labels.end());
    return features;
  };
  for (const bool shuffle : {false, true}) {
    const data::row_order order{1, 2, 1000, shuffle, data::sampling::every_row, stored.buffers};
    CHECK(gathered(stored, order, 0, 1000) == gathered(memory, order, 0, 1000));
    CHECK(gathered(stored, order, 613, 387) == gathered(memory, order, 613, 387));
  }
  for (const std::size_t first : {0U, 998U}) {
    const data::row_view on_disk{stored, first, 2};
    const data::row_view in_memory{memory, first, 2};
    CHECK(std::equal(on_disk.features(), on_disk.features() + 4, in_memory.features()));
    CHECK(std::equal(on_disk.labels(), on_disk.labels() + 2, in_memory.labels()));
  }
  const auto part = data::part_of(stored, 1, 3);
  const data::row_order order{1, 0, part.rows, false};
  CHECK(gathered(part, order, 0, part.rows) == gathered(data::part_of(memory, 1, 3), order, 0, part.rows));
  const auto check = [&](std::size_t classes) {
    data::label_checker{{{label_range::class_number, 1, classes, ""}}}.see(stored);
  };
  check(2);
  stored.origin = "rows.csv";
  CHECK(failure_of(errc::data, [&] { check(1); }).find("rows.csv: row 1 (the first is 0) has the label 1,") == 0);
}

TEST_CASE("a row has the number that it has in its file", "[data][stream]") {
  const temporary_folder folder;
  folder.write("a.csv", "x,label\n1,0\n2,0\n");
  folder.write("b.csv", "x,label\n1,0\n2,0\n3,0\nnan,0\n");
  const std::vector<spec> transforms{{"filter", {{"column", "features"}, {"differs", 2}}},
                                     {"clip", {{"column", "features"}, {"high", 5}}},
                                     {"reshape", {{"column", "features"}, {"shape", {1}}}}};
  const auto fitted = data::fit(transforms, opened_after([&] { return data::open(csv_at(folder.path("*.csv")), 1); }));
  const auto error = [&](std::size_t bytes) {
    return failure_in(folder, errc::data, [&] {
      transformed rows{data::open(csv_at(folder.path("*.csv")), bytes), fitted};
      data::store(rows, {folder.path(""), 1 << 20});
    });
  };
  for (const std::size_t bytes : {1U, 10U, 1000U})
    CHECK(error(bytes).find("b.csv: row 3 (the first is 0) of column `features`, field `x` holds nan") == 0);
}

TEST_CASE("rows are read ahead, in their order, and fail where they are asked for", "[data][stream]") {
  const temporary_folder folder;
  const auto path = folder.write("rows.csv", "x,label\n1,0\n2,0\n3,0\n4,0\nfive,0\n");
  const auto rows = data::read_ahead(stream_of(path, 4));
  CHECK(values_of(*rows->next(), "features") == values{1, 2});
  CHECK(rows->progress() == Approx(16.0 / 31)); // what is read already counts when it is asked for
  CHECK(values_of(*rows->next(), "features") == values{3});
  CHECK(values_of(*rows->next(), "features") == values{4});
  CHECK(failure_in(folder, errc::data, [&] { rows->next(); }).find("rows.csv:6:1: field `x`") == 0);
  CHECK_FALSE(rows->next());
  const auto good = folder.write("good.csv", "x,label\n1,0\n");
  const auto all = data::read_ahead(stream_of(good, 1));
  CHECK(all->next());
  CHECK_FALSE(all->next());
  CHECK(all->progress() == 1);
  CHECK_FALSE(all->next());
  data::read_ahead(stream_of(path, 1)); // nobody asks for what is read
}

TEST_CASE("what cannot be stored is named", "[data][stream]") {
  const temporary_folder folder;
  const data::store_options options{folder.path(""), 1 << 20};
  const auto path = folder.write("rows.csv", "x,label\n1,0\n2,0\n3,0\nnan,0\n");
  CHECK(failure_in(folder, errc::data, [&] { data::store(*stream_of(path, 1), options); }) ==
        "rows.csv: row 3 (the first is 0) of column `features`, field `x` holds nan, expected a finite number that "
        "float32 can hold; `impute` it, or correct or remove the row");
  const auto good = folder.write("good.csv", "x,label\n1,0\n");
  CHECK(failure_in(folder, errc::resources, [&] {
          data::store(*stream_of(good, 1), {folder.path("none"), 1 << 20});
        }).find("none: a file for the rows cannot be made (No such file or directory)") == 0);
}
