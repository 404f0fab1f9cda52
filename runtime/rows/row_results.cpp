#include "runtime/rows/row_results.hpp"

#include "actors/protocol/errors.hpp"
#include "common/mapped_file.hpp"
#include "common/text.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

namespace dk {

namespace {

constexpr std::size_t parts_per_worker = 2; // one is worked on, one waits

// A row that is wrong is named by its file.
bool are_of_one_file(const data::table& a, const data::table& b) {
  return a.columns().empty() == b.columns().empty() &&
         (a.columns().empty() || a.columns().front().origin == b.columns().front().origin);
}

} // namespace

row_results::row_results(row_crew& crew, const row_worker_setup& task, data::table_stream& rows, row_flow flow)
    : crew_(crew), rows_(rows), flow_(flow), answers_each_(task.model && !task.model->measured), self_(crew.system()) {
  for (auto& one : crew.set_to(task)) {
    self_->monitor(one.worker);
    workers_.emplace_back(worker{std::move(one)});
  }
}

row_results::~row_results() {
  for (const auto& one : workers_)
    if (one)
      caf::anon_send_exit(one->crew.worker, caf::exit_reason::user_shutdown);
}

std::optional<worked_rows> row_results::next() {
  send_more();
  if (under_way_.empty())
    return std::nullopt;
  while (!under_way_.begin()->second.result)
    wait();
  auto done = std::move(under_way_.begin()->second);
  under_way_.erase(under_way_.begin());
  if (done.result->code != 0)
    throw failure{static_cast<errc>(done.result->code), done.result->why};
  check_mapped_files(); // which the part's rows may be in
  auto& given = done.sent.get_mutable_as<row_part>(0);
  if (answers_each_ && done.result->rows.rows() != given.rows.rows())
    throw failure{errc::internal, "a worker answered " + std::to_string(done.result->rows.rows()) + " of " +
                                      std::to_string(given.rows.rows()) + " rows; please report this"};
  return worked_rows{given.first, std::move(given.rows), *std::move(done.result)};
}

void row_results::send_more() {
  while (under_way_.size() < parts_per_worker * workers_.size()) {
    auto rows = cut();
    if (!rows)
      return;
    const auto number = next_number_++;
    const auto first = std::exchange(next_first_, next_first_ + rows->rows());
    auto& added = under_way_[number];
    added.sent = caf::make_message(row_part{number, first, *std::move(rows)});
    send(added);
  }
}

bool row_results::may_read() const {
  return !at_end_ && (flow_ == row_flow::whole_parts || (left_rows_ == 0 && under_way_.empty()));
}

// Parts end at multiples of part_rows, and where a file ends.
std::optional<data::table> row_results::cut() {
  const auto wanted = part_rows - next_first_ % part_rows;
  while (left_rows_ < wanted && may_read()) {
    auto some = rows_.next();
    at_end_ = !some;
    if (some && some->rows() > 0) {
      left_rows_ += some->rows();
      left_.push_back(*std::move(some));
    }
  }
  std::vector<data::table> pieces;
  for (auto missing = std::min(wanted, left_rows_); missing > 0;) {
    auto& front = left_.front();
    if (!pieces.empty() && !are_of_one_file(pieces.front(), front))
      break;
    const auto count = std::min(missing, front.rows() - cut_of_front_);
    pieces.push_back(data::slice(front, cut_of_front_, count));
    cut_of_front_ += count;
    left_rows_ -= count;
    missing -= count;
    if (cut_of_front_ == front.rows()) {
      left_.pop_front();
      cut_of_front_ = 0;
    }
  }
  if (pieces.empty())
    return std::nullopt;
  return data::joined(pieces);
}

void row_results::send(part& which) {
  const auto fewer = [](const auto& a, const auto& b) { return a && (!b || a->parts < b->parts); };
  const auto found = std::min_element(workers_.begin(), workers_.end(), fewer);
  ++(*found)->parts;
  which.worker = static_cast<std::size_t>(found - workers_.begin());
  self_->send(caf::actor_cast<caf::actor>((*found)->crew.worker), which.sent);
}

// Whoever has the next part in another process and says nothing for ages is taken for dead. In this process a worker
// has as long as it takes.
void row_results::wait() {
  const auto who = under_way_.begin()->second.worker;
  const bool is_elsewhere = workers_[who] && workers_[who]->crew.worker.node() != self_->node();
  const auto on_result = [&](row_result& result) { hear(result); };
  const auto on_down = [&](const caf::down_msg& what) { hear(what); };
  if (!is_elsewhere)
    return self_->receive(on_result, on_down);
  self_->receive(
      on_result, on_down, caf::after(patience()) >> [&] { lose(who); });
}

// Nobody knows how long a part takes before one is done.
caf::duration row_results::patience() const {
  using std::chrono::milliseconds;
  constexpr milliseconds at_first = std::chrono::hours{1};
  constexpr milliseconds at_least = std::chrono::minutes{10};
  if (longest_.count() == 0)
    return caf::duration{at_first};
  return caf::duration{std::max(at_least, std::chrono::duration_cast<milliseconds>(20 * longest_))};
}

void row_results::hear(row_result& result) {
  const auto now = std::chrono::steady_clock::now();
  longest_ = std::max(longest_, now - std::exchange(heard_, now));
  const auto found = under_way_.find(result.number);
  if (found == under_way_.end() || found->second.result)
    return; // of a worker that was taken for dead
  if (auto& of = workers_[found->second.worker])
    --of->parts;
  found->second.result = std::move(result);
}

void row_results::hear(const caf::down_msg& what) {
  const auto is_it = [&](const auto& one) { return one && one->crew.worker.address() == what.source; };
  const auto found = std::find_if(workers_.begin(), workers_.end(), is_it);
  if (found == workers_.end())
    return;
  if (const auto why = to_failure(what.reason, errc::nodes); why.code() != errc::nodes)
    throw why; // what it could not do, others cannot
  lose(static_cast<std::size_t>(found - workers_.begin()));
}

// Its parts go to others.
void row_results::lose(std::size_t died) {
  const auto news = crew_.bury(workers_[died]->crew.which);
  workers_[died].reset();
  const auto others = std::count_if(workers_.begin(), workers_.end(), [](const auto& one) { return one.has_value(); });
  if (others == 0)
    throw failure{errc::nodes, news + ", and no worker is left; start the nodes again, and then this command"};
  crew_.tell(news + "; " + counted(static_cast<unsigned long long>(others), "worker goes on", "workers go on"));
  for (auto& [number, sent] : under_way_)
    if (sent.worker == died && !sent.result)
      send(sent);
}

} // namespace dk
