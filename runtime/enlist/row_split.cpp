#include "runtime/enlist/row_split.hpp"

#include <algorithm>

namespace dk {

namespace {

constexpr std::uint64_t parts_per_node = 8;
constexpr std::uint64_t least_bytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t heads_in_part = 16; // a head is at most this part of one

/// Gives parts to nodes as long as these have room.
class spreading {
public:
  spreading(const std::vector<std::uint64_t>& bytes, const std::vector<part_room>& nodes)
      : bytes_(bytes), has_(nodes.size(), std::vector<bool>(bytes.size())), holders_(bytes.size()) {
    for (const auto& node : nodes) {
      room_.push_back(node.bytes);
      works_.push_back(node.works);
      auto& there = there_.emplace_back(bytes.size());
      for (const auto part : node.there)
        if (part < bytes.size())
          there[part] = true;
    }
  }

  /// To the node with most room of those with workers or those without: if it has the part there already, or to any.
  void give_one(std::size_t part, bool works, bool there) {
    auto best = room_.size();
    for (std::size_t n = 0; n < room_.size(); ++n)
      if (works_[n] == works && can_have(n, part) && (there_[n][part] || !there) &&
          (best == room_.size() || room_[n] > room_[best]))
        best = n;
    if (best < room_.size())
      give(best, part);
  }

  /// Fills a node: with parts that it has there already, or with those that the fewest others have.
  void fill(std::size_t node, bool there) {
    std::vector<std::size_t> order(bytes_.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return holders_[a] < holders_[b]; });
    for (const auto part : order)
      if (can_have(node, part) && (there_[node][part] || !there))
        give(node, part);
  }

  bool is_held(std::size_t part) const { return holders_[part] > 0; }

  std::vector<std::vector<std::size_t>> parts() const {
    std::vector<std::vector<std::size_t>> all(has_.size());
    for (std::size_t n = 0; n < has_.size(); ++n)
      for (std::size_t part = 0; part < bytes_.size(); ++part)
        if (has_[n][part])
          all[n].push_back(part);
    return all;
  }

private:
  bool can_have(std::size_t node, std::size_t part) const { return !has_[node][part] && bytes_[part] <= room_[node]; }

  void give(std::size_t node, std::size_t part) {
    has_[node][part] = true;
    room_[node] -= bytes_[part];
    ++holders_[part];
  }

  const std::vector<std::uint64_t>& bytes_;
  std::vector<std::uint64_t> room_;      // by node: what is left
  std::vector<bool> works_;              // by node
  std::vector<std::vector<bool>> there_; // by node and part: before
  std::vector<std::vector<bool>> has_;   // likewise: then
  std::vector<std::size_t> holders_;     // by part
};

} // namespace

std::vector<row_range> split_rows(std::uint64_t rows, std::uint64_t bytes, std::uint64_t head, std::size_t nodes) {
  std::uint64_t parts = parts_per_node;
  while (parts < parts_per_node * nodes)
    parts *= 2;
  parts = std::min({parts, bytes / std::max(least_bytes, heads_in_part * head), rows});
  parts = std::max<std::uint64_t>(1, parts);
  std::vector<row_range> all;
  for (std::uint64_t i = 0; i < parts; ++i)
    all.push_back({i * rows / parts, (i + 1) * rows / parts});
  return all;
}

std::vector<std::vector<std::size_t>> spread_parts(const std::vector<std::uint64_t>& bytes,
                                                   const std::vector<part_room>& nodes) {
  spreading it{bytes, nodes};
  for (const bool works : {true, false})
    for (const bool there : {true, false})
      for (std::size_t part = 0; part < bytes.size(); ++part)
        if (!it.is_held(part))
          it.give_one(part, works, there);
  for (const bool there : {true, false})
    for (std::size_t node = 0; node < nodes.size(); ++node)
      if (nodes[node].works)
        it.fill(node, there);
  return it.parts();
}

std::vector<row_range> rows_beside(const rows_there& rows) {
  std::vector<row_range> all;
  std::uint64_t first = 0;
  for (const auto& part : rows.parts) {
    const auto last = first + part.rows;
    if (!part.path.empty() && !all.empty() && all.back().last == first)
      all.back().last = last;
    else if (!part.path.empty())
      all.push_back({first, last});
    first = last;
  }
  return all;
}

} // namespace dk
