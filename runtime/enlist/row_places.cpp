#include "runtime/enlist/row_places.hpp"

#include "common/log.hpp"
#include "common/text.hpp"
#include "runtime/enlist/row_delivery.hpp"

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

rows_there place_of(const worker_part& part, const std::string& path) {
  return {path,
          part.which.seed,
          part.which.data.shuffle,
          part.sampling == data::sampling::bootstrap,
          part.rows.buffers.block_rows,
          part.rows.buffers.blocks};
}

} // namespace

std::vector<rows_there> row_places::of(const std::vector<worker_part>& parts,
                                       const std::vector<node_processes::process>& processes) const {
  std::vector<rows_there> places(parts.size());
  if (parts.empty() || parts.front().which.data.where == "driver")
    return places;
  std::map<decltype(key_of(parts.front().rows)), std::vector<std::size_t>> workers;
  for (std::size_t i = 0; i < parts.size(); ++i)
    workers[key_of(parts[i].rows)].push_back(i);
  for (const auto& [key, some] : workers)
    bring(parts, processes, some, places);
  return places;
}

// The rows of these workers, which are the same.
void row_places::bring(const std::vector<worker_part>& parts, const std::vector<node_processes::process>& processes,
                       const std::vector<std::size_t>& workers, std::vector<rows_there>& places) const {
  std::vector<std::size_t> hosts; // a worker on each node
  for (const auto i : workers)
    if (std::none_of(hosts.begin(), hosts.end(), [&](auto j) { return processes[j].node == processes[i].node; }))
      hosts.push_back(i);
  std::vector<row_place> nodes;
  for (const auto i : hosts)
    nodes.push_back(
        {processes_.node_of(processes[i]), to_string(processes_.address_of_node(processes[i])), processes[i].recruit});
  const auto& part = parts[workers.front()];
  std::optional<rows_recipe> recipe;
  if (part.recipe) {
    recipe = *part.recipe;
    recipe->first = part.rows.first;
    recipe->rows = part.rows.rows;
  }
  std::shared_ptr<const data::sealed_file> file;
  try {
    file = data::seal(part.rows, part.which.data.cache_folder);
  } catch (const failure& why) {
    return tell_(std::string{why.what()} + "; workers get each batch from the driver");
  }
  const auto all = deliver(self_, nodes, file, recipe, processes_.timeout());
  for (std::size_t k = 0; k < hosts.size(); ++k) {
    const auto& where = nodes[k].where;
    if (all[k].path.empty())
      tell_("node " + where + ": " + all[k].why + "; its workers get each batch from the driver");
    else if (all[k].read)
      log()->info("node {}: has read its rows itself, {} bytes", where, with_commas(file->bytes()));
    else
      log()->info("node {}: {} of {} bytes of rows were sent", where, with_commas(all[k].sent),
                  with_commas(file->bytes()));
    for (const auto i : workers)
      if (processes[i].node == processes[hosts[k]].node && !all[k].path.empty())
        places[i] = place_of(parts[i], all[k].path);
  }
}

} // namespace dk
