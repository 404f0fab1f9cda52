#include "data/formats/catalog.hpp"
#include "data/formats/cifar.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace dk::test;
using dk::errc;

namespace {

// A record whose planes are filled with 1, 2 and 3, and whose first red is 9.
std::string record(const std::string& labels) {
  return labels + '\x09' + std::string(1023, '\1') + std::string(1024, '\2') + std::string(1024, '\3');
}

dk::data::table read(const std::string& bytes, nlohmann::json keys = nlohmann::json::object()) {
  return dk::data::cifar::slices_in(dk::data::bytes_in(bytes), "f", {"cifar", std::move(keys)})->all();
}

} // namespace

TEST_CASE("CIFAR images have their channels last, as Keras wants them, or first", "[data][cifar]") {
  const auto last = read(record("\7") + record("\2"));
  CHECK(last.at("features").shape == std::vector<std::size_t>{32, 32, 3});
  const auto pixels = values_of(last, "features");
  CHECK(std::vector<double>(pixels.begin(), pixels.begin() + 6) == std::vector<double>{9, 2, 3, 1, 2, 3});
  CHECK(values_of(last, "label") == std::vector<double>{7, 2});
  const auto first = read(record("\7"), {{"channels", "first"}});
  CHECK(first.at("features").shape == std::vector<std::size_t>{3, 32, 32});
  CHECK(values_of(first, "features")[1023] == 1);
  CHECK(values_of(first, "features")[1024] == 2);
}

TEST_CASE("CIFAR-100 has a coarse and a fine label", "[data][cifar]") {
  const auto bytes = record("\x13\x63");
  CHECK(values_of(read(bytes, {{"classes", 100}}), "label") == std::vector<double>{99});
  CHECK(values_of(read(bytes, {{"classes", 100}, {"labels", "coarse"}}), "label") == std::vector<double>{19});
}

TEST_CASE("CIFAR files that cannot be used are named", "[data][cifar]") {
  CHECK(failure_of(errc::data, [] { read(record("\7") + "x"); }) ==
        "f: has 3074 bytes, expected records of 3073; fetch it again, or correct `classes`");
  CHECK(failure_of(errc::data, [] { read(record("\7") + record("\12")); }) ==
        "f: record 1 (the first is 0) has the label 10, expected 0 to 9; fetch it again, or correct `classes`");
  CHECK(failure_of(errc::data, [] { read(""); }).find("has 0 bytes") != std::string::npos);
  CHECK(failure_of(errc::config, [] {
          read(record("\7"), {{"classes", 11}});
        }).find("expected 10 or 100") != std::string::npos);
}

TEST_CASE("the real CIFAR-10 images have the labels that a person sees", "[data][cifar]") {
  const std::string path = DK_SHARED_DATA "/cifar10_train_4000.bin";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: ../shared/data is not there");
    return;
  }
  const auto all = dk::data::read({"cifar", {{"path", path}}});
  CHECK(all.rows() == 4000);
  const auto labels = values_of(all, "label");
  CHECK(std::vector<double>(labels.begin(), labels.begin() + 5) == std::vector<double>{6, 9, 9, 4, 1});
}
