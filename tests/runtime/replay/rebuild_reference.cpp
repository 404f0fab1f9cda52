#include "tests/runtime/replay/rebuild_reference.hpp"

#include "data/shuffle.hpp"
#include "tests/runtime/replay/reference_forms.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace dk::test {

namespace {

using numbers = std::vector<double>;

// One worker's memory: its replica, its optimizer, and how much of its part of the log it has trained.
struct hand {
  numbers replica;
  numbers committed; // the replica at the end of the chunk before
  numbers m, v;      // Adam's; m is also the velocity of a momentum
  int steps = 0;
  std::size_t chunk = 0;               // that it is at
  std::size_t batch = 0;               // of that chunk
  std::vector<bool> adopted;           // per shard: the base of that chunk
  bool owes = false;                   // the elastic step of the chunk before
  std::vector<numbers> has;            // per shard: the center as it came
  std::vector<std::uint64_t> version;  // of that
  std::vector<numbers> unsent;         // per shard: what its commits have lost
  std::vector<numbers> start;          // per shard: the center as it came, and what was unsent then
  std::vector<std::vector<int>> lines; // of the log: per chunk, one line per shard
};

// The gradient of the mean squared error over some rows.
numbers gradient(const reference_setup& setup, const numbers& w, const data::dataset& rows,
                 const std::vector<std::uint64_t>& which) {
  const auto h = setup.hidden; // weights: 2 x h kernel, h biases, h x 1 kernel, 1 bias
  numbers g(w.size(), 0.0);
  for (const auto row : which) {
    const double x[2] = {rows.features[2 * row], rows.features[2 * row + 1]};
    numbers z(h);
    double out = w[4 * h];
    for (std::size_t j = 0; j < h; ++j) {
      z[j] = std::tanh(x[0] * w[j] + x[1] * w[h + j] + w[2 * h + j]);
      out += z[j] * w[3 * h + j];
    }
    const double d = 2 * (out - rows.labels[row]) / static_cast<double>(which.size());
    g[4 * h] += d;
    for (std::size_t j = 0; j < h; ++j) {
      g[3 * h + j] += d * z[j];
      const double back = d * w[3 * h + j] * (1 - z[j] * z[j]);
      g[j] += back * x[0];
      g[h + j] += back * x[1];
      g[2 * h + j] += back;
    }
  }
  return g;
}

void take_step(const reference_setup& setup, hand& of, const numbers& g) {
  ++of.steps;
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (!setup.adam) {
      of.m[i] = setup.momentum * of.m[i] - setup.learning_rate * g[i];
      of.replica[i] += of.m[i];
      continue;
    }
    of.m[i] = 0.9 * of.m[i] + 0.1 * g[i];
    of.v[i] = 0.999 * of.v[i] + 0.001 * g[i] * g[i];
    const double rate = setup.learning_rate * std::sqrt(1 - std::pow(0.999, of.steps)) / (1 - std::pow(0.9, of.steps));
    of.replica[i] -= rate * of.m[i] / (std::sqrt(of.v[i]) + 1e-7);
  }
}

void train_batch(const reference_setup& setup, hand& of, const commit_line& chunk, const data::dataset& rows) {
  const data::row_order order{setup.seed, chunk.epoch, rows.rows, true};
  std::vector<std::uint64_t> which;
  for (auto at = chunk.first + of.batch * setup.batch_size; at < chunk.last && which.size() < setup.batch_size; ++at)
    which.push_back(order(at));
  auto at_point = of.replica; // Nesterov looks ahead
  for (std::size_t i = 0; setup.momentum != 0 && i < at_point.size(); ++i)
    at_point[i] += setup.momentum * of.m[i];
  take_step(setup, of, gradient(setup, at_point, rows, which));
  ++of.batch;
}

class rebuilding {
public:
  rebuilding(const reference_setup& setup, const std::vector<commit_line>& log, const data::dataset& rows)
      : setup_(setup), log_(log), rows_(rows), deltas_(log.size()), bases_(log.size()),
        next_(setup.offsets.size() - 1) {
    for (std::size_t s = 0; s + 1 < setup.offsets.size(); ++s) {
      const auto at = [&](std::size_t i) { return setup.start.begin() + static_cast<std::ptrdiff_t>(i); };
      centers_.push_back({numbers(at(setup.offsets[s]), at(setup.offsets[s + 1]))});
    }
    std::map<std::pair<std::uint32_t, std::size_t>, std::size_t> seen; // worker, shard: chunks
    for (std::size_t line = 0; line < log.size(); ++line) {
      auto& of = hands_[log[line].worker];
      const auto chunk = seen[{log[line].worker, log[line].shard}]++;
      if (of.lines.size() <= chunk)
        of.lines.resize(chunk + 1, std::vector<int>(centers_.size(), -1));
      of.lines[chunk][log[line].shard] = static_cast<int>(line);
    }
    for (auto& [id, of] : hands_) {
      of.replica = of.committed = setup.start;
      of.adopted.resize(centers_.size());
      of.version.resize(centers_.size());
      for (const auto& versions : centers_) {
        of.has.push_back(versions.front());
        of.unsent.emplace_back(versions.front().size(), 0.0);
        of.start.push_back(versions.front());
      }
      of.m.resize(setup.start.size());
      of.v.resize(setup.start.size());
    }
  }

  numbers run() {
    bool moved = true;
    while (moved) {
      moved = false;
      for (auto& [id, of] : hands_)
        moved = train(of) || moved;
      for (std::size_t s = 0; s < centers_.size(); ++s)
        moved = fold(s) || moved;
    }
    numbers all;
    for (std::size_t s = 0; s < centers_.size(); ++s) {
      if (next_line(s) != log_.size())
        return {};
      all.insert(all.end(), centers_[s].back().begin(), centers_[s].back().end());
    }
    return all;
  }

private:
  // Takes the worker as far as the centers that are known allow. @return whether it moved
  bool train(hand& of) {
    bool moved = false;
    while (true) {
      if (of.owes && is_due(of)) {
        if (!knows_bases(of.lines[of.chunk - 1]))
          return moved;
        take_elastic_step(of);
      } else if (of.chunk == of.lines.size() || !is_whole(of.lines[of.chunk])) {
        return moved;
      } else if (!elastic_ && !adopt(of)) {
        return moved;
      } else if (of.batch < batches(of)) {
        train_batch(setup_, of, line(of.lines[of.chunk][0]), rows_);
      } else {
        end_chunk(of);
      }
      moved = true;
    }
  }

  static bool is_whole(const std::vector<int>& lines) {
    return std::all_of(lines.begin(), lines.end(), [](int one) { return one >= 0; });
  }

  bool knows_base(const std::vector<int>& lines, std::size_t s) const {
    return line(lines[s]).base < centers_[s].size();
  }

  bool knows_bases(const std::vector<int>& lines) const {
    for (std::size_t s = 0; s < lines.size(); ++s)
      if (!knows_base(lines, s))
        return false;
    return true;
  }

  std::size_t batches(const hand& of) const {
    const auto& chunk = line(of.lines[of.chunk][0]);
    return (chunk.last - chunk.first + setup_.batch_size - 1) / setup_.batch_size;
  }

  // Whether the center of the last chunk's elastic step had come by now.
  bool is_due(const hand& of) const {
    return of.chunk == of.lines.size() || of.batch == line(of.lines[of.chunk - 1][0]).after;
  }

  void take_elastic_step(hand& of) {
    const auto& lines = of.lines[of.chunk - 1];
    for (std::size_t s = 0; s < lines.size(); ++s) {
      numbers delta;
      get(of, s, line(lines[s]).base);
      for (std::size_t i = 0; i < of.has[s].size(); ++i) {
        auto& mine = of.replica[setup_.offsets[s] + i];
        delta.push_back(setup_.alpha * (mine - of.has[s][i]));
        mine -= delta.back();
      }
      commit(of, s, lines[s], delta);
    }
    of.owes = false;
  }

  // Adopts the bases that had come by now: what was learned since the commit stays. @return false: one is not known yet
  bool adopt(hand& of) {
    const auto& lines = of.lines[of.chunk];
    for (std::size_t s = 0; s < lines.size(); ++s) {
      if (of.adopted[s] || line(lines[s]).after != of.batch)
        continue;
      if (!knows_base(lines, s))
        return false;
      if (of.chunk > 0) // with the verdict before; and where it then waited for its lease, it pulled once more
        get(of, s, line(of.lines[of.chunk - 1][s]).version);
      get(of, s, line(lines[s]).base);
      for (std::size_t i = 0; i < of.has[s].size(); ++i) {
        const auto at = setup_.offsets[s] + i;
        of.start[s][i] = of.has[s][i] + of.unsent[s][i];
        of.replica[at] = of.start[s][i] + (of.replica[at] - of.committed[at]);
      }
      of.adopted[s] = true;
    }
    return true;
  }

  void end_chunk(hand& of) {
    const auto& lines = of.lines[of.chunk];
    for (std::size_t s = 0; !elastic_ && s < lines.size(); ++s) {
      numbers delta;
      for (std::size_t i = 0; i < of.has[s].size(); ++i)
        delta.push_back((of.replica[setup_.offsets[s] + i] - of.start[s][i]) *
                        setup_.rule.part(static_cast<double>(of.batch)));
      commit(of, s, lines[s], delta);
    }
    of.owes = elastic_;
    of.committed = of.replica;
    of.adopted.assign(of.adopted.size(), false);
    of.batch = 0;
    ++of.chunk;
  }

  // The center of this version comes to the worker: whole, or as what has changed in the one that it has.
  void get(hand& of, std::size_t s, std::uint64_t version) {
    if (std::exchange(of.version[s], version) == version)
      return;
    const auto& center = centers_[s][version];
    const auto form = setup_.compress.form;
    if (form == number_form::fp32 || form == number_form::top_k) {
      of.has[s] = center;
      return;
    }
    numbers difference;
    for (std::size_t i = 0; i < center.size(); ++i)
      difference.push_back(center[i] - of.has[s][i]);
    const auto came = arriving(setup_.compress, difference);
    for (std::size_t i = 0; i < center.size(); ++i)
      of.has[s][i] += came[i];
  }

  // What is sent of a delta, and of what the commits before it have lost.
  void commit(hand& of, std::size_t s, int number, numbers delta) {
    const auto at = static_cast<std::size_t>(number);
    bases_[at] = of.has[s];
    const auto form = setup_.compress.form;
    const bool feeds_back = form == number_form::int8 || form == number_form::top_k;
    for (std::size_t i = 0; feeds_back && i < delta.size(); ++i)
      delta[i] += of.unsent[s][i];
    deltas_[at] = arriving(setup_.compress, delta);
    for (std::size_t i = 0; feeds_back && log_[at].applied && i < delta.size(); ++i)
      of.unsent[s][i] = delta[i] - deltas_[at][i];
  }

  // The shard's next line, when its delta is known.
  bool fold(std::size_t s) {
    const auto at = next_line(s);
    if (at == log_.size() || deltas_[at].empty())
      return false;
    if (log_[at].applied) {
      if (log_[at].version != centers_[s].size())
        return false;
      centers_[s].push_back(fold(log_[at], deltas_[at], centers_[s], bases_[at]));
    }
    next_[s] = at + 1;
    return true;
  }

  numbers fold(const commit_line& line, const numbers& delta, const std::vector<numbers>& centers,
               const numbers& base) const {
    auto next = centers.back();
    const double scale = policy_scale(line, delta, next, base);
    for (std::size_t i = 0; i < next.size(); ++i) {
      const double moved = next[i] - base[i];
      next[i] += scale * delta[i] / (setup_.rule.damped ? 1 + moved * moved / setup_.eta : 1);
    }
    return next;
  }

  double policy_scale(const commit_line& line, const numbers& delta, const numbers& now, const numbers& base) const {
    if (setup_.policy == "scale")
      return 1 / (static_cast<double>(line.version - 1 - line.base) + 1);
    if (setup_.policy != "distance")
      return 1;
    double length = 0;
    double distance = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
      length += delta[i] * delta[i];
      distance += (now[i] - base[i]) * (now[i] - base[i]);
    }
    return distance == 0 ? 1 : std::sqrt(length) / (std::sqrt(length) + std::sqrt(distance));
  }

  std::size_t next_line(std::size_t s) const {
    auto at = next_[s];
    while (at < log_.size() && log_[at].shard != s)
      ++at;
    return at;
  }

  const commit_line& line(int number) const { return log_[static_cast<std::size_t>(number)]; }

  const reference_setup& setup_;
  const std::vector<commit_line>& log_;
  const data::dataset& rows_;
  const bool elastic_ = setup_.rule.elastic;
  std::map<std::uint32_t, hand> hands_;
  std::vector<std::vector<numbers>> centers_; // per shard, per version
  std::vector<numbers> deltas_;               // per line, as they arrive
  std::vector<numbers> bases_;                // per line: of its delta, as the worker has it
  std::vector<std::size_t> next_;             // per shard: where in the log to look for its next line
};

double whole_part(double) {
  return 1;
}

double mean_part(double batches) {
  return 1 / batches;
}

} // namespace

const std::map<std::string, reference_rule>& reference_rules() {
  static const auto all = [] {
    std::map<std::string, reference_rule> rules;
    rules["adag"] = {mean_part};
    rules["aeasgd"] = {nullptr, true};
    rules["downpour"] = {whole_part};
    rules["dynsgd"] = {whole_part};
    rules["eamsgd"] = {nullptr, true};
    rules["experimental"] = {mean_part, false, true};
    return rules;
  }();
  return all;
}

std::vector<double> rebuild(const reference_setup& setup, const std::vector<commit_line>& log,
                            const data::dataset& rows) {
  return rebuilding{setup, log, rows}.run();
}

} // namespace dk::test
