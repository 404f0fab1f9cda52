#include "runtime/transport/cargo.hpp"

#include "common/error.hpp"

#include <utility>

namespace dk {

namespace {

bool is_little(std::uint64_t bytes) {
  return bytes <= little_cargo;
}

const cargo& only(const std::vector<cargo>& all) {
  if (all.size() != 1)
    throw failure{errc::connect, "a message came with " + std::to_string(all.size()) + " parts in place of one"};
  return all.front();
}

} // namespace

cargo cargo_of(const block& numbers) {
  const auto kept = std::make_shared<const block>(numbers);
  return {number_form::fp32, numbers.size(), {kept, reinterpret_cast<const std::byte*>(kept->data())}, numbers.bytes()};
}

cargo cargo_of(const compressed& numbers) {
  const auto kept = std::make_shared<const compressed>(numbers);
  return {numbers.form(), numbers.size(), {kept, kept->data()}, numbers.bytes()};
}

block as_block(const cargo& from) {
  if (from.form != number_form::fp32 || from.bytes != from.size * sizeof(float))
    throw failure{errc::connect,
                  std::to_string(from.bytes) + " bytes came for " + std::to_string(from.size) + " numbers"};
  return {std::shared_ptr<const float>{from.data, reinterpret_cast<const float*>(from.data.get())}, from.size};
}

compressed as_compressed(const cargo& from) {
  compressed all{from.form, from.size, from.data, from.bytes};
  if (from.form == number_form::fp32 || !all.is_sound())
    throw failure{errc::connect, "compressed numbers came damaged"};
  return all;
}

std::vector<cargo> unload(commit& from) {
  if (is_little(from.delta.bytes()))
    return {};
  const auto whole = std::exchange(from.delta, {});
  return {whole.packed().empty() ? cargo_of(whole.numbers()) : cargo_of(whole.packed())};
}

void load(commit& to, const std::vector<cargo>& all) {
  if (all.empty())
    return;
  const auto& one = only(all);
  to.delta = one.form == number_form::fp32 ? delta{as_block(one)} : delta{as_compressed(one)};
}

// What is not whole is told from the form: what stays behind says that nothing is to be done.
std::vector<cargo> unload(center_update& from) {
  using kind = center_update::kind;
  if (is_little(from.bytes()))
    return {};
  if (from.what == kind::whole)
    return {cargo_of(std::exchange(from.weights, {}))};
  from.weights = {};
  from.what = kind::unchanged;
  return {cargo_of(std::exchange(from.change, {}))};
}

void load(center_update& to, const std::vector<cargo>& all) {
  using kind = center_update::kind;
  if (all.empty())
    return;
  const auto& one = only(all);
  if (one.form == number_form::fp32) {
    to.weights = as_block(one);
    return;
  }
  to.what = one.form == number_form::top_k ? kind::patch : kind::difference;
  to.change = as_compressed(one);
}

std::vector<cargo> unload(verdict& from) {
  return unload(from.newest);
}

void load(verdict& to, const std::vector<cargo>& all) {
  load(to.newest, all);
}

std::vector<cargo> unload(center& from) {
  return unload(std::vector<block*>{&from.weights});
}

void load(center& to, const std::vector<cargo>& all) {
  load(std::vector<block*>{&to.weights}, all);
}

std::vector<cargo> unload(shard_state& from) {
  return unload(std::vector<block*>{&from.weights});
}

void load(shard_state& to, const std::vector<cargo>& all) {
  load(std::vector<block*>{&to.weights}, all);
}

std::vector<cargo> unload(best_center& from) {
  return unload(std::vector<block*>{&from.weights});
}

void load(best_center& to, const std::vector<cargo>& all) {
  load(std::vector<block*>{&to.weights}, all);
}

std::vector<cargo> unload(const std::vector<block*>& from) {
  std::uint64_t bytes = 0;
  for (const auto* one : from)
    bytes += one->bytes();
  std::vector<cargo> all;
  if (is_little(bytes))
    return all;
  for (auto* one : from)
    all.push_back(cargo_of(std::exchange(*one, {})));
  return all;
}

void load(const std::vector<block*>& to, const std::vector<cargo>& all) {
  if (all.empty())
    return;
  if (all.size() != to.size())
    throw failure{errc::connect, "a message came with " + std::to_string(all.size()) + " parts in place of " +
                                     std::to_string(to.size())};
  for (std::size_t i = 0; i < to.size(); ++i)
    *to[i] = as_block(all[i]);
}

} // namespace dk
