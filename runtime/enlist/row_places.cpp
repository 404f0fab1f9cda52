#include "runtime/enlist/row_places.hpp"

#include "common/log.hpp"
#include "common/text.hpp"
#include "runtime/enlist/ask.hpp"
#include "runtime/enlist/row_split.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <map>
#include <optional>
#include <utility>

namespace dk {

namespace {

// Workers whose rows have the same key train the same rows: all are of one data set.
auto key_of(const data::dataset& rows) {
  return std::pair{rows.first, rows.rows};
}

} // namespace

std::vector<rows_there> row_places::of(const std::vector<worker_part>& parts,
                                       const std::vector<node_processes::process>& processes,
                                       std::vector<row_keeper_actor>& keepers) const {
  std::vector<rows_there> places(parts.size());
  if (parts.empty() || parts.front().which.data.where == "driver")
    return places;
  std::map<decltype(key_of(parts.front().rows)), std::vector<std::size_t>> workers;
  for (std::size_t i = 0; i < parts.size(); ++i)
    workers[key_of(parts[i].rows)].push_back(i);
  for (const auto& [key, some] : workers) {
    auto all = crew_of(processes, some);
    const auto& part = parts[some.front()];
    try {
      const auto files = seal_for(part, all);
      bring(part, all, files);
      place(parts, all, files, keepers, places);
    } catch (const failure& why) {
      if (why.code() != errc::resources)
        throw;
      tell_(std::string{why.what()} + "; workers get each batch from the driver");
    }
  }
  return places;
}

rows_there row_places::of(const validator_part& part, const node_processes::process& beside) const {
  if (part.which.data.where == "driver") {
    log()->info("data.where = \"driver\": the held-out rows stay in the driver, and so does the validator");
    return {};
  }
  const auto where = to_string(processes_.address_of_node(beside));
  constexpr auto otherwise = "; the validator stays in the driver";
  std::shared_ptr<const data::sealed_file> file;
  try {
    file = data::seal(part.rows, part.which.data.cache_folder);
  } catch (const failure& why) {
    tell_(why.what() + std::string{otherwise});
    return {};
  }
  const row_place to{processes_.node_of(beside), where, beside.recruit, {{{0, part.rows.rows}, file}}};
  const auto got = deliver(self_, {to}, std::nullopt, 0, processes_.timeout()).front();
  if (got.paths.front().empty()) {
    tell_("node " + where + ": " + got.why + otherwise);
    return {};
  }
  log()->info("node {}: {} of {} bytes of held-out rows were sent", where, with_commas(got.sent),
              with_commas(file->bytes()));
  rows_there it;
  it.parts = {{part.rows.rows, file->name(), file->bytes(), got.paths.front(), {}}};
  it.feature_width = part.rows.feature_width;
  it.label_width = part.rows.label_width;
  it.weighted = part.rows.weighted;
  it.seed = validator_part::order;
  it.shuffle = false;
  it.block_rows = part.rows.buffers.block_rows;
  it.blocks = part.rows.buffers.blocks;
  return it;
}

row_places::crew row_places::crew_of(const std::vector<node_processes::process>& processes,
                                     const std::vector<std::size_t>& workers) const {
  crew all;
  all.workers = workers;
  std::map<std::size_t, std::size_t> known; // by node
  for (const auto i : workers) {
    const auto& process = processes[i];
    const auto [at, is_new] = known.emplace(process.node, all.hosts.size());
    all.host_of.push_back(at->second);
    if (!is_new)
      continue;
    const auto& where = processes_.address_of_node(process);
    all.hosts.push_back(
        {process.node, {processes_.node_of(process), to_string(where), process.recruit}, where, {}, {}});
  }
  return all;
}

// Nodes without workers of this crew may have room for some of its rows.
void row_places::add_others(crew& all) const {
  for (const auto& [node, handle, where] : processes_.known())
    if (std::none_of(all.hosts.begin(), all.hosts.end(), [n = node](const host& one) { return one.node == n; }))
      all.hosts.push_back({node, {handle, to_string(where), {}}, where, {}, {}});
}

// One after the other: nodes of the same host may share a cache, and look whether its files are in use.
void row_places::ask_for_room(crew& all, const std::vector<sealed_range>& files) const {
  room_question question;
  for (const auto& one : files)
    question.names.push_back(one.file->name());
  for (auto& host : all.hosts) {
    try {
      host.room = ask<rows_room>(self_, host.place.node, question, caf::duration{processes_.timeout()}, [] {});
    } catch (const failure& why) {
      throw failure{why.code() == errc::resources ? errc::nodes : why.code(),
                    "node " + host.place.where + ": " + why.what()};
    }
  }
}

std::vector<sealed_range> row_places::seal_parts(const worker_part& part, const crew& all,
                                                 const data::sealed_size& size) const {
  std::vector<sealed_range> files;
  for (const auto& range : split_rows(part.rows.rows, size.whole(), size.head, all.hosts.size()))
    files.push_back(
        {range, data::seal(data::slice_of(part.rows, range.first, range.size()), part.which.data.cache_folder)});
  return files;
}

// One file where every node has room for that, or else parts.
std::vector<sealed_range> row_places::seal_for(const worker_part& part, crew& all) const {
  ask_for_room(all, {});
  std::uint64_t limit = all.hosts.front().room.limit;
  for (const auto& host : all.hosts)
    limit = std::min(limit, host.room.limit);
  const auto& rows = part.rows;
  const auto no_more = (rows.rows + 2 * data::column_book::most) * row_bytes_of(rows);
  const auto size = no_more <= limit ? data::sealed_size{} : data::sealed_size_of(rows);
  std::vector<sealed_range> files;
  if (size.whole() <= limit) {
    files.push_back({{0, rows.rows}, data::seal(rows, part.which.data.cache_folder)});
    ask_for_room(all, files);
    if (std::all_of(all.hosts.begin(), all.hosts.end(),
                    [&](const host& one) { return files.front().file->bytes() <= one.room.bytes; }))
      return files;
    files.clear(); // its disk space is needed
  }
  add_others(all);
  files = seal_parts(part, all, size.head == 0 ? data::sealed_size_of(rows) : size);
  ask_for_room(all, files);
  return files;
}

void row_places::bring(const worker_part& part, crew& all, const std::vector<sealed_range>& files) const {
  std::vector<std::uint64_t> bytes;
  for (const auto& one : files)
    bytes.push_back(one.file->bytes());
  std::vector<part_room> rooms;
  for (const auto& host : all.hosts)
    rooms.push_back({host.room.bytes, host.room.there, bool{host.place.process}});
  const auto shares = spread_parts(bytes, rooms);
  std::vector<row_place> to;
  std::vector<std::vector<std::size_t>> orders;
  for (std::size_t h = 0; h < all.hosts.size(); ++h) {
    auto order = shares[h];
    const auto& there = rooms[h].there;
    std::stable_partition(order.begin(), order.end(), [&](std::size_t file) {
      return std::binary_search(there.begin(), there.end(), static_cast<std::uint32_t>(file));
    });
    to.push_back(all.hosts[h].place);
    for (const auto file : order)
      to.back().files.push_back(files[file]);
    orders.push_back(std::move(order));
  }
  std::optional<rows_recipe> recipe;
  if (part.recipe)
    recipe = *part.recipe;
  const auto got = deliver(self_, to, recipe, part.rows.first, processes_.timeout());
  bool any = false;
  for (std::size_t h = 0; h < all.hosts.size(); ++h) {
    all.hosts[h].paths.resize(files.size());
    for (std::size_t i = 0; i < orders[h].size(); ++i)
      any = !(all.hosts[h].paths[orders[h][i]] = got[h].paths[i]).empty() || any;
  }
  for (std::size_t h = 0; h < all.hosts.size(); ++h)
    tell_of(all.hosts[h], to[h].files, got[h], bytes_of(files), any);
}

// @param any whether any node has any rows
void row_places::tell_of(const host& one, const std::vector<sealed_range>& files, const delivery& got,
                         std::uint64_t all, bool any) const {
  const auto& where = one.place.where;
  const bool works = bool{one.place.process};
  if (!works && files.empty())
    return;
  const auto then = any ? "; its workers get the rest from elsewhere" : "; its workers get each batch from the driver";
  if (!got.why.empty())
    tell_("node " + where + ": " + got.why + (works ? then : ""));
  else if (!any)
    tell_("node " + where + ": the rows take " + with_commas(all) + " bytes, and its cache has room for " +
          with_commas(one.room.bytes) + "; " + larger_cache + then);
  else if (got.read)
    log()->info("node {}: has read its rows itself, {} bytes", where, with_commas(bytes_of(files)));
  else
    log()->info("node {}: {} of {} bytes of rows were sent", where, with_commas(got.sent),
                with_commas(bytes_of(files)));
  if (works && any && bytes_of(files) < all)
    log()->info("node {}: has room for {} of {} bytes of rows; its workers get the rest from elsewhere", where,
                with_commas(bytes_of(files)), with_commas(all));
}

} // namespace dk
