#include "nn/model/weight_split.hpp"

#include "common/error.hpp"
#include "nn/model/stack.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace dk::nn {

namespace {

void require_count(std::size_t given, std::size_t wanted, const char* which) {
  if (given != wanted)
    throw failure{errc::shape, "the model has " + std::to_string(wanted) + which + " weights, but was given " +
                                   std::to_string(given)};
}

} // namespace

weight_split::weight_split(const architecture& of) {
  for (const auto& layer : make_layers(of))
    add(weights_of(*layer), layer->is_frozen());
}

std::size_t weight_split::add(std::size_t size, bool is_frozen) {
  auto& sum = is_frozen ? frozen_ : free_;
  if (size == 0)
    return sum;
  if (!runs_.empty() && runs_.back().is_frozen == is_frozen)
    runs_.back().size += size;
  else
    runs_.push_back({size, is_frozen});
  return std::exchange(sum, sum + size);
}

block weight_split::free_of(const block& all) const {
  require_count(all.size(), num_all(), "");
  return frozen_ == 0 ? all : pick(all, false);
}

block weight_split::frozen_of(const block& all) const {
  require_count(all.size(), num_all(), "");
  return frozen_ == 0 ? block{} : pick(all, true);
}

block weight_split::pick(const block& all, bool frozen) const {
  block_writer some{frozen ? frozen_ : free_};
  const auto* from = all.begin();
  auto* to = some.data();
  for (const auto& [size, is_frozen] : runs_) {
    if (is_frozen == frozen)
      to = std::copy_n(from, size, to);
    from += size;
  }
  return std::move(some).done();
}

block weight_split::join(const block& free, const block& frozen) const {
  require_count(free.size(), free_, " free");
  require_count(frozen.size(), frozen_, " frozen");
  if (frozen_ == 0)
    return free;
  block_writer all{num_all()};
  const auto* next_free = free.begin();
  const auto* next_frozen = frozen.begin();
  auto* to = all.data();
  for (const auto& [size, is_frozen] : runs_) {
    auto& from = is_frozen ? next_frozen : next_free;
    to = std::copy_n(from, size, to);
    from += size;
  }
  return std::move(all).done();
}

} // namespace dk::nn
