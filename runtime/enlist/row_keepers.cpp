// Who hands out the rows that a worker's node does not have.
#include "runtime/enlist/row_places.hpp"

#include "common/text.hpp"
#include "runtime/transport/row_keeper.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cstring>
#include <map>

namespace dk {

namespace {

constexpr std::size_t most_peers = 2; // that a worker knows for a part, besides the driver

rows_there place_of(const worker_part& part) {
  rows_there it;
  it.feature_width = part.rows.feature_width;
  it.label_width = part.rows.label_width;
  it.weighted = part.rows.weighted;
  it.seed = part.which.seed;
  it.shuffle = part.which.data.shuffle;
  it.bootstrap = part.sampling == data::sampling::bootstrap;
  it.block_rows = part.rows.buffers.block_rows;
  it.blocks = part.rows.buffers.blocks;
  return it;
}

sealed_file_opener opener_of(const std::vector<sealed_range>& files) {
  std::map<std::string, std::shared_ptr<const data::sealed_file>> all;
  for (const auto& one : files)
    all[one.file->name()] = one.file;
  return [all = std::move(all)](const std::string& name) -> range_reader {
    const auto found = all.find(name);
    if (found == all.end())
      throw failure{errc::data, "the driver has no rows " + name};
    return [file = found->second](std::uint64_t first, std::uint64_t count, std::byte* to) {
      if (first > file->bytes() || count > file->bytes() - first)
        throw failure{errc::data, "rows " + file->name() + " end before"};
      const auto some = file->read(first, count);
      std::memcpy(to, some.data(), some.size());
    };
  };
}

} // namespace

std::uint64_t bytes_of(const std::vector<sealed_range>& files) {
  std::uint64_t all = 0;
  for (const auto& one : files)
    all += one.file->bytes();
  return all;
}

std::uint64_t row_bytes_of(const data::dataset& rows) {
  return (rows.feature_width + rows.label_width + (rows.weighted ? 1 : 0)) * sizeof(float);
}

void row_places::place(const std::vector<worker_part>& parts, const crew& all, const std::vector<sealed_range>& files,
                       std::vector<row_keeper_actor>& keepers, std::vector<rows_there>& places) const {
  std::uint64_t with_driver = 0;
  bool any = false;
  bool all_whole = true;
  for (std::size_t file = 0; file < files.size(); ++file) {
    const auto have =
        std::count_if(all.hosts.begin(), all.hosts.end(), [&](const host& one) { return !one.paths[file].empty(); });
    any = any || have > 0;
    all_whole = all_whole && std::all_of(all.host_of.begin(), all.host_of.end(),
                                         [&](auto h) { return !all.hosts[h].paths[file].empty(); });
    with_driver += have == 0 ? files[file].file->bytes() : 0;
  }
  if (!any)
    return;
  if (with_driver > 0)
    tell_(with_commas(with_driver) + " of " + with_commas(bytes_of(files)) +
          " bytes of rows have no room on any node; workers get them from the driver; " + larger_cache);
  const bool too_wide = row_bytes_of(parts[all.workers.front()].rows) > ranges_wanted::most_bytes;
  row_keeper_actor driver;
  if (!all_whole && too_wide)
    tell_(std::string{"a row is too long to be fetched from another node; workers get each batch from the driver; "} +
          larger_cache);
  else if (!all_whole)
    driver = keepers.emplace_back(self_->spawn(row_keeper, opener_of(files)));
  for (std::size_t w = 0; w < all.workers.size(); ++w)
    if (all_whole || !too_wide)
      places[all.workers[w]] = place_for(parts[all.workers[w]], all, w, files, driver);
}

// Workers of a node ask different ones first.
rows_there row_places::place_for(const worker_part& part, const crew& all, std::size_t worker,
                                 const std::vector<sealed_range>& files, const row_keeper_actor& driver) const {
  const auto own = all.host_of[worker];
  auto it = place_of(part);
  std::map<std::size_t, std::uint32_t> known; // by host; the driver comes after them
  const auto keeper_at = [&](std::size_t h) {
    const auto [place, is_new] = known.emplace(h, static_cast<std::uint32_t>(it.keepers.size()));
    if (is_new && h == all.hosts.size())
      it.keepers.push_back({driver, {}, "the driver"});
    else if (is_new)
      it.keepers.push_back({all.hosts[h].room.keeper, all.hosts[h].at, "node " + all.hosts[h].place.where});
    return place->second;
  };
  for (std::size_t file = 0; file < files.size(); ++file) {
    const auto& [rows, sealed] = files[file];
    auto& part_of_it = it.parts.emplace_back();
    part_of_it = {rows.size(), sealed->name(), sealed->bytes(), all.hosts[own].paths[file], {}};
    if (!part_of_it.path.empty())
      continue;
    for (std::size_t i = 0; i < all.hosts.size() && part_of_it.keepers.size() < most_peers; ++i) {
      const auto h = (own + worker + i) % all.hosts.size();
      if (h != own && !all.hosts[h].paths[file].empty() &&
          is_loopback(all.hosts[h].at) == is_loopback(all.hosts[own].at))
        part_of_it.keepers.push_back(keeper_at(h));
    }
    part_of_it.keepers.push_back(keeper_at(all.hosts.size()));
  }
  return it;
}

} // namespace dk
