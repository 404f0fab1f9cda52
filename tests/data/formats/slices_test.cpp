// Files of every format, read a slice of rows at a time: the rows are those of the whole.
#include "data/formats/npy/npy.hpp"
#include "data/formats/npy/npz.hpp"
#include "data/formats/prepared/prepared_writer.hpp"
#include "data/formats/write.hpp"
#include "tests/data/streams.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <hdf5.h>
#include <zip.h>

using namespace dk;
using namespace dk::test;
using values = std::vector<double>;

namespace {

constexpr std::size_t row_count = 57;

std::vector<float> floats(std::size_t count) {
  std::vector<float> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(static_cast<float>(i * i % 31) / 2);
  return all;
}

// Columns of several types and shapes.
data::table mixed() {
  const auto x = floats(row_count * 6);
  std::vector<std::int64_t> big;
  std::vector<std::uint8_t> label;
  data::texts words;
  for (std::size_t i = 0; i < row_count; ++i) {
    big.push_back(static_cast<std::int64_t>(i) - 9007199254740993);
    label.push_back(static_cast<std::uint8_t>(i % 3));
    words.push_back(std::string(i % 5, 'a'));
  }
  data::table t;
  t.put({"features", {2, 3}, block::copy_of(x.data(), x.size()), "f", {}});
  t.put({"label", {}, std::move(label), "f", {}});
  t.put({"big", {}, std::move(big), "f", {}});
  t.put({"word", {}, std::move(words), "f", {}});
  return t;
}

void same_in_slices(const spec& source, std::size_t least_tables = row_count) {
  const auto whole = data::read(source);
  for (const std::size_t bytes : {1U, 333U, 1U << 20U}) {
    INFO(bytes);
    std::size_t tables = 0;
    require_same(all_of(source, bytes, &tables), whole);
    if (bytes == 1)
      CHECK(tables >= least_tables);
  }
}

std::string npy_bytes(const std::string& descr, const std::string& shape, bool fortran, const std::string& body) {
  const auto dict =
      "{'descr': " + descr + ", 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
  std::string bytes = "\x93NUMPY";
  bytes += '\1';
  bytes += '\0';
  bytes += static_cast<char>(dict.size() & 255U);
  bytes += static_cast<char>(dict.size() >> 8U);
  return bytes + dict + body;
}

void write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries,
               zip_int32_t method) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  REQUIRE(archive != nullptr);
  for (const auto& [name, bytes] : entries) {
    const auto index =
        zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
    REQUIRE(index >= 0);
    REQUIRE(zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0) == 0);
  }
  REQUIRE(zip_close(archive) == 0);
}

std::string written_npy(const data::table& from) {
  const temporary_folder folder;
  data::write(from, folder.path("x.npy"));
  return file_bytes(folder.path("x.npy"));
}

} // namespace

TEST_CASE("prepared folders come in slices of rows, packed or not", "[data][slices][prepared]") {
  for (const bool packed : {false, true}) {
    const temporary_folder folder;
    data::prepared::writer to{folder.path("s"), packed};
    to.add(mixed());
    to.done({});
    same_in_slices({"prepared", {{"path", folder.path("s")}}});
    same_in_slices({"prepared", {{"path", folder.path("s")}, {"features", {"big", "label"}}, {"columns", "word"}}});
  }
}

TEST_CASE("arrays of numpy come in slices of rows, whatever their order", "[data][slices][npy]") {
  const temporary_folder folder;
  const auto x = floats(row_count * 6);
  const auto shape = "(" + std::to_string(row_count) + ", 2, 3)";
  for (const bool fortran : {false, true})
    for (const auto* descr : {"'<f4'", "'>i4'"}) {
      INFO(descr << ' ' << fortran);
      same_in_slices({"npy", {{"path", folder.write("x.npy", npy_bytes(descr, shape, fortran, raw(x)))}}});
    }
  same_in_slices({"npy", {{"path", folder.write("r.npy", written_npy(mixed()))}, {"columns", "*"}}});
  folder.write("a1.npy", npy_bytes("'<f4'", "(2, 3)", false, raw(floats(6))));
  folder.write("a2.npy", npy_bytes("'<f8'", "(1, 3)", false, raw(values{1, 2, 3})));
  folder.write("y.npy", npy_bytes("'|u1'", "(3,)", false, "abc"));
  const spec several{"npy", {{"path", folder.path("a*.npy")}, {"labels", folder.path("y.npy")}}};
  std::size_t tables = 0;
  const auto all = all_of(several, 1, &tables);
  CHECK(tables == 3);
  CHECK(values_of(all, "label") == values{97, 98, 99});
  CHECK(values_of(all, "features") == values_of(data::read(several), "features"));
  folder.write("y.npy", npy_bytes("'|u1'", "(2,)", false, "ab"));
  CHECK(failure_in(folder, errc::data, [&] { data::open(several); }) ==
        "y.npy: column `label` has 2 rows, column `features` has 3 (a1.npy); give files that belong together");
}

TEST_CASE("the arrays of an npz come in slices, stored or deflated, and are compared with their checksums",
          "[data][slices][npz]") {
  for (const auto method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const temporary_folder folder;
    const auto path = folder.path("x.npz");
    const auto x = floats(row_count * 6);
    const auto rows = std::to_string(row_count);
    write_zip(path,
              {{"x.npy", npy_bytes("'<f4'", "(" + rows + ", 6)", false, raw(x))},
               {"t.npy", npy_bytes("'<f4'", "(" + rows + ", 6)", true, raw(x))},
               {"y.npy", npy_bytes("'|u1'", "(" + rows + ",)", false, std::string(row_count, '\2'))}},
              method);
    same_in_slices({"npz", {{"path", path}, {"features", {"x", "t"}}, {"label", "y"}}});
    if (method == ZIP_CM_STORE) {
      auto bytes = file_bytes(path);
      const auto at = bytes.find(std::string(row_count, '\2'));
      REQUIRE(at != std::string::npos);
      bytes[at + 5] = '\3';
      const spec damaged{"npz", {{"path", folder.write("d.npz", bytes)}, {"features", "x"}, {"label", "y"}}};
      for (const std::size_t together : {1U, 1U << 20U})
        CHECK(failure_in(folder, errc::data, [&] {
                all_of(damaged, together);
              }).find("d.npz: entry `y.npy`: is damaged") == 0);
    }
  }
}

TEST_CASE("an entry of an npz that promises more than it can hold is refused", "[data][slices]") {
  const temporary_folder folder;
  const auto path = folder.path("x.npz");
  write_zip(path, {{"x.npy", npy_bytes("'|u1'", "(4,)", false, "abcd")}}, ZIP_CM_DEFLATE);
  auto bytes = file_bytes(path);
  const auto size = npy_bytes("'|u1'", "(4,)", false, "abcd").size();
  std::size_t changed = 0;
  for (std::size_t at = 0; at + 4 <= bytes.size(); ++at) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data() + at, 4);
    if (number == size) {
      number = 0x7FFFFFFF;
      std::memcpy(bytes.data() + at, &number, 4);
      ++changed;
    }
  }
  REQUIRE(changed == 2); // in both headers
  const auto why = failure_in(folder, errc::data, [&] {
    data::read({"npz", {{"path", folder.write("x.npz", bytes)}}});
  });
  CHECK(why.find("x.npz: entry `x.npy`: promises more bytes than it can hold") == 0);
}

TEST_CASE("IDX and CIFAR come in slices of rows", "[data][slices][idx][cifar]") {
  const temporary_folder folder;
  const std::string sizes{"\0\0\0\x39\0\0\0\2", 8};
  std::string body;
  for (std::size_t i = 0; i < row_count * 4; ++i)
    body += static_cast<char>(i % 100);
  const auto images = folder.write("images", std::string{"\0\0\x0B\2", 4} + sizes + body);
  const auto labels =
      folder.write("labels", std::string{"\0\0\x08\1", 4} + sizes.substr(0, 4) + std::string(row_count, '\1'));
  same_in_slices({"idx", {{"features", images}, {"labels", labels}}});
  std::string records;
  for (std::size_t i = 0; i < 5; ++i)
    records += static_cast<char>(i) + std::string(3072, static_cast<char>('a' + i));
  folder.write("b1.bin", records);
  folder.write("b2.bin", records);
  const spec source{"cifar", {{"path", folder.path("*.bin")}}};
  same_in_slices(source, 10);
  folder.write("b2.bin", records + '\x0B' + std::string(3072, '\0'));
  CHECK(failure_in(folder, errc::data, [&] { all_of(source, 1); }).find("b2.bin: record 5 (the first is 0)") == 0);
}

TEST_CASE("data sets of HDF5 come in slices of rows", "[data][slices][hdf5]") {
  const temporary_folder folder;
  const auto path = folder.path("x.h5");
  const auto x = floats(row_count * 6);
  const auto file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const auto put = [&](const char* name, hid_t type, const std::vector<hsize_t>& sizes, const void* numbers) {
    const auto space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const auto packed = H5Pcreate(H5P_DATASET_CREATE);
    auto chunk = sizes;
    chunk.front() = 10; // which is no multiple of the slices
    H5Pset_chunk(packed, static_cast<int>(chunk.size()), chunk.data());
    H5Pset_deflate(packed, 1);
    const auto set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, packed, H5P_DEFAULT);
    REQUIRE(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
    H5Dclose(set);
    H5Pclose(packed);
    H5Sclose(space);
  };
  put("features", H5T_NATIVE_FLOAT, {row_count, 2, 3}, x.data());
  put("label", H5T_NATIVE_FLOAT, {row_count}, x.data());
  put("short", H5T_NATIVE_FLOAT, {row_count - 1}, x.data());
  H5Fclose(file);
  same_in_slices({"hdf5", {{"path", path}, {"features", "features"}}});
  CHECK(failure_in(folder, errc::data, [&] {
          data::open({"hdf5", {{"path", path}, {"features", {"features", "short"}}}});
        }) == "no failure"); // a file is opened when its rows are asked for
  CHECK(failure_in(folder, errc::data, [&] {
          data::open({"hdf5", {{"path", path}, {"features", {"features", "short"}}}})->next();
        }) == "x.h5: column `short` has 56 rows, column `features` has 57 (x.h5); give files that belong together");
}

TEST_CASE("JSON lines are the same however much of them is read together", "[data][slices][json_lines]") {
  const temporary_folder folder;
  std::string text;
  for (std::size_t i = 0; i < row_count; ++i) {
    text += "{\"features\": [" + std::to_string(i) + ", 2], \"label\": " + std::to_string(i % 2);
    text += i == 20 ? ", \"x\": 1.5, \"late\": \"one\"" : i > 30 ? ", \"x\": 2" : "";
    text += i % 2 == 0 ? "}\n" : "}\n\n";
  }
  const auto path = folder.write("a.jsonl", text);
  same_in_slices({"json_lines", {{"path", path}}});
  same_in_slices({"json_lines", {{"path", path}, {"features", "x"}, {"columns", "late"}}}); // not in the first lines
  same_in_slices({"json_lines", {{"path", path}, {"columns", "*"}}});
  folder.write("b.jsonl", "{\"features\": [0.5, 4], \"label\": 1}\n");
  const spec both{"json_lines", {{"path", folder.path("*.jsonl")}, {"features", "features"}}};
  CHECK(values_of(all_of(both, 100), "features") == values_of(data::read(both), "features"));
  folder.write("b.jsonl", "\n{\"features\": [0.5], \"label\": 1}\n");
  for (const std::size_t bytes : {1U, 1U << 20U})
    CHECK(failure_in(folder, errc::data, [&] { all_of(both, bytes); }) ==
          "b.jsonl:2: key `features` holds a list of another shape than in the lines before; correct it");
}

TEST_CASE("a glance shows the first rows, and what part of all they are", "[data][slices]") {
  const temporary_folder folder;
  std::string text = "x,id,label\n";
  for (int i = 0; i < 1000; ++i)
    text += "1,12345678,0\n";
  const auto check = [](const spec& source, std::size_t bytes) {
    INFO(source.name);
    const auto rows = data::glance(source, bytes);
    const auto some = rows->next();
    REQUIRE(some);
    CHECK(static_cast<double>(some->rows()) / rows->progress() == Approx(1000).epsilon(0.02));
    CHECK(rows->progress() < 0.5);
  };
  check({"csv", {{"path", folder.write("a.csv", text)}, {"columns", "*"}}}, 4000);
  folder.write("x.npy", npy_bytes("'<f4'", "(1000, 2)", false, raw(floats(2000))));
  check({"npy", {{"path", folder.path("x.npy")}}}, 4000);
  std::string lines;
  for (int i = 0; i < 1000; ++i)
    lines += "{\"x\": 1, \"label\": 0}\n";
  check({"json_lines", {{"path", folder.write("a.jsonl", lines)}, {"features", "late"}}}, 4000);
}
