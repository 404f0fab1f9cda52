// Whatever the bytes: a pipeline that does something to a small table, or failure of a known code. It reads no files.
#include "data/pipeline.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

dk::data::table small_table() {
  dk::data::table t;
  t.put({"features", {2}, std::vector<double>{1, 2, 3, 4}, "f", {}});
  t.put({"label", {}, std::vector<std::int32_t>{0, 1}, "f", {}});
  dk::data::texts words;
  words.push_back("s");
  words.push_back("1:2");
  t.put({"word", {}, std::move(words), "f", {}});
  return t;
}

// A transform that asks for gigabytes is a person's wish, and no damage.
bool is_modest(const dk::data::pipeline& all) {
  for (const auto& one : all)
    for (const auto* key : {"classes", "size"})
      if (one.transform.keys.contains(key) && one.transform.keys.at(key).is_number() &&
          one.transform.keys.at(key).get<double>() > 1e4)
        return false;
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto read = dk::data::parse_pipeline({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (!is_modest(read))
      return 0;
    if (dk::data::to_text(dk::data::parse_pipeline(dk::data::to_text(read), "again")) != dk::data::to_text(read))
      std::abort();
    auto table = small_table();
    dk::data::apply(read, table);
    dk::data::invert(read, "features", table);
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::data && why.code() != dk::errc::checkpoint)
      std::abort();
  }
  return 0;
}
