#include "data/sealed_rows.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "data/batches.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

using namespace dk;
using namespace dk::data;

namespace {

block made(std::size_t size, const std::function<float(std::size_t)>& value) {
  block_writer to{size};
  for (std::size_t i = 0; i < size; ++i)
    to.data()[i] = value(i);
  return std::move(to).done();
}

dataset rows_of(std::size_t rows, std::size_t width, const std::function<float(std::size_t)>& feature,
                bool weighted = false) {
  dataset all;
  all.rows = rows;
  all.feature_shape = {width};
  all.feature_width = width;
  all.label_width = 2;
  all.features = made(rows * width, feature);
  all.labels = made(rows * 2, [](std::size_t i) { return static_cast<float>(i % 2); });
  all.weighted = weighted;
  if (weighted)
    all.weights = made(rows, [](std::size_t i) { return 0.1F * static_cast<float>(i); });
  return all;
}

struct sealed_here {
  dk::test::temporary_folder folder;
  std::shared_ptr<const sealed_file> file;
  std::string path;

  explicit sealed_here(const dataset& rows) : file(seal(rows, folder.path(""))), path(folder.path(file->name())) {
    const auto bytes = file->read(0, static_cast<std::size_t>(file->bytes()));
    std::ofstream{path, std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  void change(const std::function<void(std::string&)>& how) const {
    auto bytes = dk::test::file_bytes(path);
    how(bytes);
    std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
  }
};

// Every row comes back with its bits, in any order.
void check_same(const dataset& rows) {
  const sealed_here it{rows};
  const auto back = dataset_of(std::make_shared<sealed_rows>(it.path), rows.buffers);
  REQUIRE(back.rows == rows.rows);
  REQUIRE(back.feature_width == rows.feature_width);
  REQUIRE(back.label_width == rows.label_width);
  REQUIRE(back.weighted == rows.weighted);
  for (const bool shuffle : {false, true}) {
    const row_order order{7, 3, rows.rows, shuffle};
    const auto gathered = [&](const dataset& from) {
      std::vector<float> all(rows.rows * (rows.feature_width + 3));
      auto* const labels = all.data() + rows.rows * rows.feature_width;
      gather(from, order, 0, rows.rows, all.data(), labels, rows.weighted ? labels + rows.rows * 2 : nullptr);
      return all;
    };
    const auto a = gathered(rows);
    const auto b = gathered(back);
    CHECK(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  }
}

std::string refused(const std::string& path) {
  try {
    const sealed_rows rows{path};
  } catch (const failure& why) {
    CHECK(why.code() == errc::data);
    return why.what();
  }
  return "";
}

} // namespace

TEST_CASE("sealed rows come back with their bits", "[data][sealed]") {
  const auto byte_like = [](std::size_t i) { return static_cast<float>(i * 7 % 256) / 255.0F; };
  const auto any = [](std::size_t i) { return static_cast<float>(i) * 0.37F; };
  check_same(rows_of(500, 9, byte_like));
  check_same(rows_of(500, 9, byte_like, true));
  check_same(rows_of(500, 9, any));
  check_same(rows_of(500, 9, any, true));
  check_same(rows_of(3, 2, any, true));
  // some columns with few numbers, some with many; signed zeros are two
  check_same(rows_of(1000, 4, [](std::size_t i) {
    return i % 4 == 2 ? static_cast<float>(i) : i % 8 < 4 ? -0.0F : 0.0F;
  }));
}

TEST_CASE("a column of few different numbers takes a byte a row", "[data][sealed]") {
  const std::size_t header = 16 + 5 * 8;
  const std::size_t book = 256 * 4;
  const auto pixels = rows_of(1000, 10, [](std::size_t i) { return static_cast<float>(i % 256) / 255.0F; });
  CHECK(sealed_here{pixels}.file->bytes() == header + 12 * 4 + book + 1000 * 12);
  CHECK(sealed_size_of(pixels).whole() == header + 12 * 4 + book + 1000 * 12);
  // 257 different ones in each of ten columns, which share no book; the labels have one each
  const auto wide = rows_of(2570, 10, [](std::size_t i) { return static_cast<float>(i / 10 % 257); });
  CHECK(sealed_here{wide}.file->bytes() == header + 12 * 4 + 2 * book + 2570 * (10 * 4 + 2));
  CHECK(sealed_size_of(wide).whole() == header + 12 * 4 + 2 * book + 2570 * (10 * 4 + 2));
}

TEST_CASE("the same rows have the same name, others another", "[data][sealed]") {
  const auto feature = [](std::size_t i) { return static_cast<float>(i % 100); };
  const auto name = sealed_here{rows_of(400, 3, feature)}.file->name();
  CHECK(is_content_name(name));
  const sealed_here again{rows_of(400, 3, feature)};
  CHECK(again.file->name() == name);
  CHECK(content_name_of(again.path) == name);
  CHECK(sealed_here{rows_of(400, 3, [&](std::size_t i) { return i == 1199 ? 5.0F : feature(i); })}.file->name() !=
        name);
}

TEST_CASE("a part of a dataset is sealed alone", "[data][sealed]") {
  const auto all = rows_of(100, 2, [](std::size_t i) { return static_cast<float>(i); });
  const sealed_here it{part_of(all, 1, 4)};
  const sealed_rows back{it.path};
  REQUIRE(back.rows() == 25);
  float feature[2];
  float label[2];
  back.read(0, 1, feature, label);
  CHECK(feature[0] == 50);
}

TEST_CASE("what is no file of sealed rows is refused", "[data][sealed]") {
  const auto fresh = [] { return rows_of(400, 3, [](std::size_t i) { return static_cast<float>(i % 300); }); };
  const sealed_here it{fresh()};
  const auto whole = dk::test::file_bytes(it.path);
  CHECK(refused(it.folder.path("missing")).find("cannot be opened") != std::string::npos);
  for (const std::size_t length : {std::size_t{0}, std::size_t{15}, std::size_t{60}, whole.size() - 1}) {
    it.change([&](std::string& bytes) { bytes = whole.substr(0, length); });
    INFO(length);
    CHECK(refused(it.path).find("is no whole file of sealed rows") != std::string::npos);
  }
  it.change([&](std::string& bytes) { bytes = whole + "x"; });
  CHECK(refused(it.path).find("its rows do not fit its size") != std::string::npos);
  for (std::size_t field = 0; field < 5; ++field) { // rows, widths, books
    it.change([&](std::string& bytes) {
      bytes = whole;
      bytes[16 + field * 8 + 7] = '\x7F';
    });
    INFO(field);
    CHECK(refused(it.path).find("fit its size") != std::string::npos);
  }
  it.change([&](std::string& bytes) {
    bytes = whole;
    bytes[56] = '\x7F'; // the first column's book
  });
  CHECK(refused(it.path).find("column 0 has a book that is not there") != std::string::npos);
}
