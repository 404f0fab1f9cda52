#include "data/formats/bytes/file.hpp"
#include "data/formats/bytes/unpack.hpp"
#include "data/formats/catalog.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <zlib.h>
#include <zstd.h>

using namespace dk::test;
using dk::errc;
using dk::data::load_file;

namespace {

std::string gzipped(const temporary_folder& folder, const std::string& text) {
  const auto path = folder.path("packed.gz");
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
  gzclose(file);
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string zstded(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

std::string long_text() {
  std::string text = "a,label\n";
  for (int i = 0; i < 300'000; ++i)
    text += std::to_string(i) + ",1\n";
  return text;
}

} // namespace

TEST_CASE("packed files are read as what is in them", "[data][unpack]") {
  const temporary_folder folder;
  const auto text = long_text();
  const auto gz = gzipped(folder, text);
  CHECK(load_file(folder.write("x.gz", gz)).text() == text);
  CHECK(load_file(folder.write("xx.gz", gz + gz)).text() == text + text); // two members
  const auto zst = folder.write("x.zst", zstded(text) + zstded("1,2\n"));
  CHECK(load_file(zst).text() == text + "1,2\n");
  CHECK(dk::data::source_of(zst).name == "csv");
  CHECK(dk::data::read({"csv", {{"path", zst}}}).rows() == 300'001);
}

TEST_CASE("a packed file that is damaged or cut short is named", "[data][unpack]") {
  const temporary_folder folder;
  const auto error = [&](const std::string& bytes) {
    return failure_in(folder, errc::data, [&] { load_file(folder.write("f", bytes)); });
  };
  auto gz = gzipped(folder, long_text());
  CHECK(error(gz.substr(0, gz.size() / 2)) == "f: is packed by gzip, and cut short; fetch it again");
  gz[gz.size() / 2] = static_cast<char>(gz[gz.size() / 2] ^ 0x10);
  CHECK(error(gz).find("f: is packed by gzip, and damaged (") == 0);
  auto zst = zstded(long_text());
  CHECK(error(zst.substr(0, zst.size() - 9)) == "f: is packed by zstd, and cut short; fetch it again");
  zst[4] = static_cast<char>(zst[4] ^ 0xff);
  CHECK(error(zst).find("f: is packed by zstd, and damaged (") == 0);
}

TEST_CASE("a file has zeros behind its content", "[data][file]") {
  const temporary_folder folder;
  const auto content = load_file(folder.write("f", "abc"));
  CHECK(content.text() == "abc");
  CHECK(std::string(content.data(), 3 + 64) == "abc" + std::string(64, '\0'));
}
