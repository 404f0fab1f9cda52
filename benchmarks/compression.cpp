// What does it cost to compress the exchanges of W1's 987,210 weights, beside a bare fold (next = now + delta)?
//
//   compression

#include "actors/protocol/center_update.hpp"
#include "actors/protocol/delta.hpp"
#include "actors/worker/error_feedback.hpp"
#include "benchmarks/arguments.hpp"
#include "benchmarks/timing.hpp"
#include "benchmarks/w1.hpp"

#include <cstdio>
#include <random>

namespace {

constexpr int rounds = 21;

dk::block drawn(unsigned seed) {
  std::mt19937 random{seed};
  std::normal_distribution<float> normal{0, 0.01F};
  dk::block_writer all{benchmark::w1_weights};
  for (std::size_t i = 0; i < all.size(); ++i)
    all.data()[i] = normal(random);
  return std::move(all).done();
}

// The median, in milliseconds.
template <class Work>
double milliseconds(Work work) {
  std::vector<double> all;
  for (int round = 0; round < rounds; ++round) {
    const auto begun = benchmark::now();
    work();
    all.push_back((benchmark::now() - begun) * 1e3);
  }
  return benchmark::median(all);
}

double fold(const dk::delta& what, const dk::block& now) {
  return milliseconds([&] {
    dk::block_writer next{now.size()};
    if (!what.add_to(now.data(), 1, next.data()))
      std::exit(1);
  });
}

} // namespace

int main(int argc, char** argv) {
  benchmark::arguments{argc, argv, "compression"}.words(0, 0);
  const auto numbers = drawn(1);
  const auto now = drawn(2);
  auto near = dk::block_writer{now.size()};
  dk::delta{numbers}.add_to(now.data(), 0.01F, near.data());
  const dk::center has{1, now};
  const dk::center newest{2, std::move(near).done()};
  std::printf("%-6s %10s %12s %10s %14s %14s\n", "form", "bytes", "worker: ms", "fold: ms", "center: ms", "its bytes");
  std::printf("%-6s %10zu %12s %10.2f %14s %14zu\n", "fp32", numbers.bytes(), "-", fold(numbers, now), "-",
              now.bytes());
  for (const auto& [name, how] : {std::pair{"fp16", dk::compression{dk::number_form::fp16}},
                                  {"bf16", {dk::number_form::bf16}},
                                  {"int8", {dk::number_form::int8}},
                                  {"top_k", {dk::number_form::top_k, 0.01}}}) {
    const auto made = dk::compress(how, numbers, numbers);
    const auto worker = milliseconds([&, &form = how] { (void)dk::compress(form, numbers, numbers); });
    auto changed = newest;
    if (how.form == dk::number_form::top_k) { // what one commit has changed
      dk::block_writer next{now.size()};
      made.sent.add_to(now.data(), 1, next.data());
      changed.weights = std::move(next).done();
    }
    const auto center = milliseconds([&, &form = how] { (void)dk::update_of(form, changed, has); });
    std::printf("%-6s %10zu %12.2f %10.2f %14.2f %14zu\n", name, made.sent.bytes(), worker, fold(made.sent, now),
                center, dk::update_of(how, changed, has).bytes());
  }
}
