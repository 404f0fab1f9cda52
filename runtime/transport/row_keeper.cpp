#include "runtime/transport/row_keeper.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"

#include <caf/all.hpp>
#include <memory>
#include <set>
#include <vector>

namespace dk {

namespace {

std::uint64_t bytes_in_all(const ranges_wanted& wanted) {
  std::uint64_t all = 0;
  bool sound = wanted.ranges.size() <= ranges_wanted::most_ranges && wanted.files.size() <= ranges_wanted::most_files;
  for (const auto& [file, first, count] : wanted.ranges) {
    sound = sound && file < wanted.files.size() && count <= ranges_wanted::most_bytes - all;
    all += sound ? count : 0;
  }
  if (!sound)
    throw failure{errc::data, "more rows are wanted at a time than are sent, or rows of no file"};
  return all;
}

range_bytes bytes_of(const ranges_wanted& wanted, const sealed_file_opener& open) {
  const auto count = bytes_in_all(wanted);
  std::vector<range_reader> files;
  for (const auto& name : wanted.files)
    files.push_back(open(name));
  const auto bytes = pooled_bytes(count);
  auto* next = bytes.get();
  for (const auto& [file, first, some] : wanted.ranges) {
    files[file](first, some, next);
    next += some;
  }
  return {count, bytes};
}

} // namespace

row_keeper_actor::behavior_type row_keeper(row_keeper_actor::pointer self, sealed_file_opener open) {
  static_cast<void>(self);
  auto told = std::make_shared<std::set<std::string>>();
  return {[=](const ranges_wanted& wanted) {
    return answer([&] {
      auto bytes = bytes_of(wanted, open);
      for (const auto& name : wanted.files)
        if (told->insert(name).second)
          log()->info("rows {} are fetched by workers elsewhere", name);
      return bytes;
    });
  }};
}

} // namespace dk
