#include "fixtures.hpp"
#include "nn/catalog.hpp"
#include "nn/small_batch.hpp"

#include <catch2/catch.hpp>

using namespace dk::nn;
using namespace dk::nn::test;

namespace {

constexpr std::size_t in = 13; // divides by nothing that a kernel might step in
constexpr std::size_t out = 37;

// Random numbers, a third of the columns 0 in every sample, others 0 in some: as pixels are.
std::vector<float> samples(std::size_t rows) {
  auto x = random_numbers(rows * in, rows);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % in % 3 == 0 || i % 5 == 0)
      x[i] = 0;
  return x;
}

} // namespace

TEST_CASE("a small batch's product is the product", "[nn][small_batch]") {
  for (std::size_t rows = 1; rows <= small_batch_rows; ++rows) {
    INFO(rows);
    const auto x = samples(rows);
    const auto w = random_numbers(in * out, 7);
    std::vector<float> y(rows * out, 99.0F);
    small_batch_product(rows, out, in, x.data(), w.data(), y.data());
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < out; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < in; ++k)
          sum += static_cast<double>(x[i * in + k]) * static_cast<double>(w[k * out + j]);
        CHECK(static_cast<double>(y[i * out + j]) == Approx(sum).margin(1e-6));
      }
  }
}

TEST_CASE("a small batch's gradient is the transposed product", "[nn][small_batch]") {
  for (std::size_t rows = 1; rows <= small_batch_rows; ++rows) {
    INFO(rows);
    const auto x = samples(rows);
    const auto dz = random_numbers(rows * out, 8);
    std::vector<float> g(in * out, 99.0F);
    store({rows, in, out, x.data(), dz.data()}, g.data());
    for (std::size_t k = 0; k < in; ++k)
      for (std::size_t j = 0; j < out; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < rows; ++i)
          sum += static_cast<double>(x[i * in + k]) * static_cast<double>(dz[i * out + j]);
        CHECK(static_cast<double>(g[k * out + j]) == Approx(sum).margin(1e-6));
      }
  }
}

TEST_CASE("every optimizer takes a small batch's gradient as any other", "[nn][small_batch]") {
  std::vector<dk::spec> all{{"sgd", {{"momentum", 0.5}}}, {"sgd", {{"momentum", 0.5}, {"nesterov", true}}}};
  for (const auto& name : optimizer_names())
    all.push_back({name});
  constexpr std::size_t first = 5; // the kernel lies somewhere in the model
  for (const auto& from : all)
    for (std::size_t rows = 1; rows <= small_batch_rows; ++rows) {
      INFO(from.name << " with " << rows << " rows");
      const auto slice = make_optimizer(from, first + in * out);
      const auto factors = make_optimizer(from, first + in * out);
      std::vector<float> a(in * out, 1);
      std::vector<float> b(in * out, 1);
      for (std::uint64_t step = 0; step < 3; ++step) {
        const auto x = samples(rows);
        const auto dz = random_numbers(rows * out, step);
        std::vector<float> g(in * out);
        store({rows, in, out, x.data(), dz.data()}, g.data());
        slice->begin_step();
        slice->apply_slice(first, in * out, a.data(), g.data());
        factors->begin_step();
        factors->apply_small_batch(first, b.data(), {rows, in, out, x.data(), dz.data()});
      }
      for (std::size_t i = 0; i < a.size(); ++i)
        CHECK(b[i] == Approx(a[i]).epsilon(1e-6));
    }
}
