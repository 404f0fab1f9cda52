#pragma once

#include "actors/protocol/errors.hpp"
#include "runtime/transport/cargo.hpp"
#include "runtime/transport/messages.hpp"

#include <algorithm>
#include <caf/duration.hpp>
#include <caf/error.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

// Carries cargo to an actor that has a warehouse, and from it. Whoever carries does all of the work: it sends or asks
// for some pieces ahead, and each answer has a deadline. So the time that a message may take follows from its bytes and
// from what the network really carries, and a network that carries nothing is noticed soon.

namespace dk {

/// How large pieces are: doubled while the network is quick with them, halved when it is slow.
class piece_pace {
public:
  static constexpr std::uint64_t least = std::uint64_t{1} << 16U;
  static constexpr std::uint64_t most = std::uint64_t{1} << 20U;

  std::uint64_t piece_bytes() const { return bytes_; }

  void took(std::chrono::duration<double> time) {
    if (time.count() < 0.1)
      bytes_ = std::min(most, bytes_ * 2);
    else if (time.count() > 1)
      bytes_ = std::max(least, bytes_ / 2);
  }

private:
  std::uint64_t bytes_ = least;
};

struct freight_terms {
  caf::duration deadline; ///< for each piece
  std::shared_ptr<piece_pace> speed = std::make_shared<piece_pace>();
};

using on_failure = std::function<void(const caf::error&)>;

namespace detail {

constexpr std::size_t pieces_ahead = 4;

// A place in a list of cargo, from piece to piece.
struct freight {
  using clock = std::chrono::steady_clock;

  std::vector<cargo> all;
  manifest list;
  std::vector<assembly> arriving; // of what is fetched
  std::size_t at = 0;
  std::uint64_t first = 0; // byte of the cargo at hand that nothing was done about
  std::size_t under_way = 0;
  bool over = false;

  struct part {
    std::size_t of = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0; // 0: there is no more
  };

  part next(std::uint64_t most) {
    while (at < list.bills.size() && first == list.bills[at].bytes) {
      if (at < all.size())
        all[at].data.reset(); // its last piece has gone
      ++at;
      first = 0;
    }
    if (at == list.bills.size())
      return {};
    const auto count = std::min(most, list.bills[at].bytes - first);
    return {at, std::exchange(first, first + count), count};
  }

  bool is_done() const { return !over && at == list.bills.size() && under_way == 0; }
};

template <class Self, class Actor>
void send_more(Self self, const Actor& to, const std::shared_ptr<freight>& load, const freight_terms& terms,
               const std::function<void(const manifest&)>& then, const on_failure& failed) {
  while (!load->over && load->under_way < pieces_ahead) {
    const auto part = load->next(terms.speed->piece_bytes());
    if (part.count == 0)
      break;
    const auto& of = load->all[part.of];
    piece some{
        load->list.bills[part.of].number, of.bytes, part.first, part.count, {of.data, of.data.get() + part.first}};
    ++load->under_way;
    self->request(to, terms.deadline, std::move(some))
        .then(
            [=, sent = freight::clock::now()](bool) {
              --load->under_way;
              terms.speed->took(freight::clock::now() - sent);
              send_more(self, to, load, terms, then, failed);
            },
            [=](const caf::error& why) {
              if (!std::exchange(load->over, true))
                failed(why);
            });
  }
  if (load->is_done()) {
    load->over = true;
    then(load->list);
  }
}

template <class Self, class Actor>
void fetch_more(Self self, const Actor& from, const std::shared_ptr<freight>& load, const freight_terms& terms,
                const std::function<void(std::vector<cargo>)>& then, const on_failure& failed) {
  while (!load->over && load->under_way < pieces_ahead) {
    const auto part = load->next(terms.speed->piece_bytes());
    if (part.count == 0)
      break;
    ++load->under_way;
    self->request(from, terms.deadline, piece_request{load->list.bills[part.of].number, part.first, part.count})
        .then(
            [=, asked = freight::clock::now()](const piece& some) {
              --load->under_way;
              terms.speed->took(freight::clock::now() - asked);
              if (some.count != part.count || some.first != part.first ||
                  some.total != load->list.bills[part.of].bytes) {
                if (!std::exchange(load->over, true))
                  failed(make_error(errc::connect, "another part came than was asked for"));
                return;
              }
              load->arriving[part.of].add(some);
              fetch_more(self, from, load, terms, then, failed);
            },
            [=](const caf::error& why) {
              if (!std::exchange(load->over, true))
                failed(why);
            });
  }
  if (!load->is_done())
    return;
  load->over = true;
  std::vector<cargo> all;
  for (std::size_t i = 0; i < load->list.bills.size(); ++i) {
    const auto& bill = load->list.bills[i];
    all.push_back({bill.form, bill.size, std::move(load->arriving[i]).whole(), bill.bytes});
  }
  then(std::move(all));
}

} // namespace detail

/// Sends cargo to an actor that takes pieces in; `then` gets the list of it. @param number of the first; the next ones
/// follow, and none may be used twice with one receiver
template <class Self, class Actor>
void send_cargo(Self self, const Actor& to, std::vector<cargo> all, std::uint64_t& number, const freight_terms& terms,
                const std::function<void(const manifest&)>& then, const on_failure& failed) {
  const auto load = std::make_shared<detail::freight>();
  for (const auto& one : all)
    load->list.bills.push_back({number++, one.form, one.size, one.bytes});
  load->all = std::move(all);
  detail::send_more(self, to, load, terms, then, failed);
}

/// Fetches the cargo of this list from an actor that keeps it.
template <class Self, class Actor>
void fetch_cargo(Self self, const Actor& from, const manifest& list, const freight_terms& terms,
                 const std::function<void(std::vector<cargo>)>& then, const on_failure& failed) {
  const auto load = std::make_shared<detail::freight>();
  load->list = list;
  load->arriving.resize(list.bills.size());
  detail::fetch_more(self, from, load, terms, then, failed);
}

} // namespace dk
