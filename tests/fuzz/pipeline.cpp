// Whatever the bytes: a pipeline that does something to a small table, or failure of a known code. It reads no files.
#include "data/pipeline.hpp"
#include "tests/fuzz/target.hpp"

namespace dk::fuzz {

namespace {

data::table small_table() {
  data::table t;
  t.put({"features", {2}, std::vector<double>{1, 2, 3, 4}, "f", {}});
  t.put({"label", {}, std::vector<std::int32_t>{0, 1}, "f", {}});
  data::texts words;
  words.push_back("s");
  words.push_back("1:2");
  t.put({"word", {}, std::move(words), "f", {}});
  return t;
}

// A transform that asks for gigabytes is a person's wish, and no damage.
bool is_modest(const data::pipeline& all) {
  for (const auto& one : all)
    for (const auto* key : {"classes", "size"})
      if (one.transform.keys.contains(key) && one.transform.keys.at(key).is_number() &&
          one.transform.keys.at(key).get<double>() > 1e4)
        return false;
  return true;
}

} // namespace

std::size_t most_memory(std::string_view bytes) {
  return 64 * bytes.size() + (std::size_t{16} << 20U); // its JSON, and what it makes of a table
}

void read(std::string_view bytes) {
  answer_or_fail({errc::data, errc::checkpoint}, [&] {
    const auto made = data::parse_pipeline(bytes, "fuzz");
    if (!is_modest(made))
      return;
    if (data::to_text(data::parse_pipeline(data::to_text(made), "again")) != data::to_text(made))
      std::abort();
    auto table = small_table();
    data::apply(made, table);
    data::invert(made, "features", table);
  });
}

} // namespace dk::fuzz
