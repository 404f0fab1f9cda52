#include "runtime/enlist/row_places.hpp"

#include "common/log.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <map>
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
    bring_to(some, parts, processes, places);
  return places;
}

rows_there row_places::of(const validator_part& part, const node_processes::process& beside) const {
  if (part.which.data.where == "driver") {
    log()->info("data.where = \"driver\": the held-out rows stay in the driver, and so does the validator");
    return {};
  }
  const auto path =
      bring({part.rows, part.which.data.cache_folder}, {place_on(beside)}, "the validator stays in the driver").front();
  return {path, validator_part::order, false, false, part.rows.buffers.block_rows, part.rows.buffers.blocks};
}

row_place row_places::place_on(const node_processes::process& which) const {
  return {processes_.node_of(which), to_string(processes_.address_of_node(which)), which.recruit};
}

// The rows of these workers, which are the same.
void row_places::bring_to(const std::vector<std::size_t>& workers, const std::vector<worker_part>& parts,
                          const std::vector<node_processes::process>& processes,
                          std::vector<rows_there>& places) const {
  std::vector<std::size_t> hosts; // a worker on each node
  for (const auto i : workers)
    if (std::none_of(hosts.begin(), hosts.end(), [&](auto j) { return processes[j].node == processes[i].node; }))
      hosts.push_back(i);
  std::vector<row_place> nodes;
  for (const auto i : hosts)
    nodes.push_back(place_on(processes[i]));
  const auto& part = parts[workers.front()];
  shipment rows{part.rows, part.which.data.cache_folder};
  if (part.recipe) {
    rows.recipe = *part.recipe;
    rows.recipe->first = part.rows.first;
    rows.recipe->rows = part.rows.rows;
  }
  const auto paths = bring(rows, nodes, "its workers get each batch from the driver");
  for (std::size_t k = 0; k < hosts.size(); ++k)
    for (const auto i : workers)
      if (processes[i].node == processes[hosts[k]].node && !paths[k].empty())
        places[i] = place_of(parts[i], paths[k]);
}

// @return where each node has them; empty: it has not, which is told
std::vector<std::string> row_places::bring(const shipment& rows, const std::vector<row_place>& nodes,
                                           const std::string& otherwise) const {
  std::vector<std::string> paths(nodes.size());
  std::shared_ptr<const data::sealed_file> file;
  try {
    file = data::seal(rows.rows, rows.folder);
  } catch (const failure& why) {
    tell_(std::string{why.what()} + "; " + otherwise);
    return paths;
  }
  const auto all = deliver(self_, nodes, file, rows.recipe, processes_.timeout());
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const auto& where = nodes[k].where;
    paths[k] = all[k].path;
    if (all[k].path.empty())
      tell_("node " + where + ": " + all[k].why + "; " + otherwise);
    else if (all[k].read)
      log()->info("node {}: has read its rows itself, {} bytes", where, with_commas(file->bytes()));
    else
      log()->info("node {}: {} of {} bytes of rows were sent", where, with_commas(all[k].sent),
                  with_commas(file->bytes()));
  }
  return paths;
}

} // namespace dk
