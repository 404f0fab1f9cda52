#include "nn/files/safetensors.hpp"

#include "common/error.hpp"
#include "nn/files/file_kind.hpp"
#include "nn/files/model_file.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/support.hpp"

#include <cmath>
#include <cstring>

using namespace dk::nn;
using dk::errc;
using dk::test::failure_of;
using dk::test::temporary_folder;
using nlohmann::json;

namespace {

// One layer of a kernel (2, 2) and a bias (2), named "d".
architecture small() {
  return {"small", {2}, {{"dense", {{"units", 2}, {"name", "d"}}}}};
}

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  return std::string{reinterpret_cast<const char*>(&length), sizeof length} + header + data;
}

std::string file_of(const json& header, const std::string& data) {
  return file_of(header.dump(), data);
}

template <class T>
std::string bytes_of(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

json tensor(const char* type, const shape& extents, std::size_t first, std::size_t last) {
  return {{"dtype", type}, {"shape", extents}, {"data_offsets", {first, last}}};
}

json small_header() {
  return {{"d/kernel", tensor("F32", {2, 2}, 0, 16)}, {"d/bias", tensor("F32", {2}, 16, 24)}};
}

const std::vector<float> six{1, 2, 3, 4, 5, 6};

std::string refused(const std::string& bytes) {
  return failure_of(errc::model, [&] { decode_safetensors(bytes, make_layers(small())); });
}

void check_refused(const json& header, const std::string& why) {
  INFO(header.dump());
  CHECK_THAT(refused(file_of(header, bytes_of(six))), Catch::Contains(why));
}

} // namespace

TEST_CASE("weights come back from safetensors with their bits", "[nn][safetensors]") {
  const auto of = test::mnist_network(8);
  model m{of, "categorical_crossentropy", 1};
  m.initialize(1);
  const auto layers = make_layers(of);
  const auto bytes = encode_safetensors(layers, m.weights());
  const auto again = decode_safetensors(bytes, layers);
  REQUIRE(again.size() == m.num_weights());
  CHECK(std::memcmp(again.data(), m.weights(), again.size() * sizeof(float)) == 0);
  CHECK(kind_of_start(bytes.substr(0, 9)) == file_kind::safetensors);
}

TEST_CASE("a safetensors file names the arrays as layers do, in any order", "[nn][safetensors]") {
  const auto layers = make_layers(small());
  const auto bytes = encode_safetensors(layers, six.data());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  CHECK(length % 8 == 0);
  CHECK(json::parse(bytes.substr(8, length)) == json{{"__metadata__", {{"format", "dk"}}},
                                                     {"d/kernel", tensor("F32", {2, 2}, 0, 16)},
                                                     {"d/bias", tensor("F32", {2}, 16, 24)}});
  const json turned{{"d/bias", tensor("F32", {2}, 0, 8)}, {"d/kernel", tensor("F32", {2, 2}, 8, 24)}};
  CHECK(decode_safetensors(file_of(turned, bytes_of(six)), layers) == std::vector<float>{3, 4, 5, 6, 1, 2});
}

TEST_CASE("numbers of other widths are converted", "[nn][safetensors]") {
  const auto read = [](const char* type, std::size_t width, const std::string& data) {
    const json header{{"d/kernel", tensor(type, {2, 2}, 0, 4 * width)},
                      {"d/bias", tensor(type, {2}, 4 * width, 6 * width)}};
    return decode_safetensors(file_of(header, data), make_layers(small()));
  };
  CHECK(read("F64", 8, bytes_of(std::vector<double>{1, 2, 3, 4, 5, 6})) == six);
  // 1, -2, 65504 (the largest), 2^-24 (the smallest), 0, 1/3 rounded
  const auto halves =
      read("F16", 2, bytes_of(std::vector<std::uint16_t>{0x3C00, 0xC000, 0x7BFF, 0x0001, 0x0000, 0x3555}));
  CHECK(halves == std::vector<float>{1, -2, 65504, std::ldexp(1.0F, -24), 0, 1365 * std::ldexp(1.0F, -12)});
  const auto odd = read("F16", 2, bytes_of(std::vector<std::uint16_t>{0x7C00, 0xFC00, 0x7E00, 0, 0, 0}));
  CHECK(odd[0] == INFINITY);
  CHECK(odd[1] == -INFINITY);
  CHECK(std::isnan(odd[2]));
  const auto brains =
      read("BF16", 2, bytes_of(std::vector<std::uint16_t>{0x3F80, 0xC000, 0x4040, 0x4080, 0x40A0, 0x40C0}));
  CHECK(brains == std::vector<float>{1, -2, 3, 4, 5, 6});
}

TEST_CASE("a safetensors header is checked as a whole", "[nn][safetensors]") {
  const auto good = file_of(small_header(), bytes_of(six));
  CHECK(refused(good) == "no failure");
  CHECK_THAT(refused("short"), Catch::Contains("shorter than"));
  CHECK_THAT(refused(good.substr(0, 40)), Catch::Contains("cut short"));
  CHECK_THAT(refused(good.substr(0, good.size() - 1)), Catch::Contains("outside"));
  CHECK_THAT(refused(good + "x"), Catch::Contains("end at byte 24 of the data, the file at 25"));
  CHECK_THAT(refused(file_of(std::string{"[]"}, "")), Catch::Contains("not a table"));
  CHECK_THAT(refused(file_of(std::string{"{\"a\": "}, "")), Catch::Contains("not JSON"));
  auto header = small_header();
  header["d/bias"]["data_offsets"] = {12, 20};
  check_refused(header, "begins at byte 12 of the data, the one before it ends at 16");
  header = small_header();
  header["d/kernel"]["shape"] = {3, 2};
  check_refused(header, "takes 16 bytes where its shape needs 24");
  header["d/kernel"]["shape"] = {1ULL << 40U, 1ULL << 40U};
  check_refused(header, "larger than any file");
  header["d/kernel"]["shape"] = {-1};
  check_refused(header, "-1, not a whole number");
  header = small_header();
  header["d/kernel"]["dtype"] = "F8_E4M3";
  check_refused(header, "\"F8_E4M3\" is none of the format");
  header = small_header();
  header["d/kernel"]["data_offsets"] = {16, 0};
  check_refused(header, "outside");
}

TEST_CASE("tensors that are not the model's are told by name", "[nn][safetensors]") {
  auto header = small_header();
  header["e/kernel"] = header["d/kernel"];
  header.erase("d/kernel");
  check_refused(header, "no tensor \"d/kernel\"; the first that it has is \"d/bias\"");
  header = small_header();
  header["d/kernel"]["shape"] = {4};
  check_refused(header, "\"d/kernel\" has the shape (4), not (2, 2)");
  header = small_header();
  header["d/kernel"]["dtype"] = "I32";
  check_refused(header, "\"d/kernel\" is of I32");
  header = small_header();
  header["more"] = tensor("F32", {0}, 24, 24);
  check_refused(header, "it has 3 tensors, the model has room for 2");
}

TEST_CASE("a description and a safetensors file are a model", "[nn][safetensors]") {
  const temporary_folder folder;
  save_description(folder.path("m"), small());
  save_safetensors(folder.path("w"), small(), six.data());
  const auto loaded = load_model(folder.path("m"), folder.path("w"));
  CHECK(loaded.weights == six);
  CHECK(loaded.architecture.layers[0].keys["name"] == "d");
  CHECK(is_model_file(folder.path("w")));
  CHECK_THROWS_WITH(load_model(folder.path("w")), Catch::Contains("weights only"));
}
