#include "nn/catalog.hpp"
#include "nn/kernels/reciprocal_root.hpp"
#include "nn/kernels/small_batch.hpp"
#include "tests/nn/fixtures.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

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
    store({rows, in, out, x.data(), in, dz.data()}, g.data());
    for (std::size_t k = 0; k < in; ++k)
      for (std::size_t j = 0; j < out; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < rows; ++i)
          sum += static_cast<double>(x[i * in + k]) * static_cast<double>(dz[i * out + j]);
        CHECK(static_cast<double>(g[k * out + j]) == Approx(sum).margin(1e-6));
      }
  }
}

TEST_CASE("a small batch's gradient of its input is the product with the transposed kernel", "[nn][small_batch]") {
  for (const std::size_t width : {2U, 16U, 37U, 64U})
    for (std::size_t rows = 1; rows <= small_batch_rows; ++rows) {
      INFO(rows << " rows, " << width << " outputs");
      const auto w = random_numbers(in * width, 7);
      const auto dz = random_numbers(rows * width, 8);
      std::vector<float> dx(rows * (in + 3), 99.0F);
      small_batch_input_gradient(rows, width, in, dz.data(), w.data(), dx.data(), in + 3);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t k = 0; k < in; ++k) {
          double sum = 0;
          for (std::size_t j = 0; j < width; ++j)
            sum += static_cast<double>(dz[i * width + j]) * static_cast<double>(w[k * width + j]);
          CHECK(static_cast<double>(dx[i * (in + 3) + k]) == Approx(sum).margin(1e-6));
        }
        CHECK(dx[i * (in + 3) + in] == 99.0F); // what lies between the rows is left alone
      }
    }
}

TEST_CASE("the reciprocal root is good to three units in the last place", "[nn][small_batch]") {
  for (double x = 1e-37; x < 1e38; x *= 1.37)
    CHECK(static_cast<double>(reciprocal_root(static_cast<float>(x))) * std::sqrt(x) == Approx(1).epsilon(3.6e-7));
  CHECK(reciprocal_root(0.0F) < std::numeric_limits<float>::infinity());
  CHECK(reciprocal_root(std::numeric_limits<float>::infinity()) < 1e-18F);
  CHECK(std::isnan(reciprocal_root(std::numeric_limits<float>::quiet_NaN())));
}

// What has moved once goes on moving without a gradient, and is not to be left out.
TEST_CASE("inputs that were 0 for a step are trained as any other", "[nn][small_batch]") {
  std::vector<dk::spec> all{{"sgd", {{"momentum", 0.5}}}, {"adam", {{"amsgrad", true}}}};
  for (const auto& name : optimizer_names())
    all.push_back({name});
  for (const auto& from : all) {
    INFO(from.name);
    const auto slice = make_optimizer(from, in * out);
    const auto factors = make_optimizer(from, in * out);
    std::vector<float> a(in * out, 1);
    std::vector<float> b(in * out, 1);
    for (std::uint64_t step = 0; step < 4; ++step) {
      const auto x = step % 2 == 0 ? samples(2) : std::vector<float>(2 * in, 0.0F);
      const auto dz = random_numbers(2 * out, step);
      std::vector<float> g(in * out);
      const small_batch_gradient both{2, in, out, x.data(), in, dz.data()};
      store(both, g.data());
      slice->begin_step();
      slice->apply_slice(0, in * out, a.data(), g.data());
      factors->begin_step();
      factors->apply_small_batch(0, b.data(), both);
    }
    for (std::size_t i = 0; i < a.size(); ++i)
      CHECK(b[i] == Approx(a[i]).epsilon(1e-6));
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
        store({rows, in, out, x.data(), in, dz.data()}, g.data());
        slice->begin_step();
        slice->apply_slice(first, in * out, a.data(), g.data());
        factors->begin_step();
        factors->apply_small_batch(first, b.data(), {rows, in, out, x.data(), in, dz.data()});
      }
      for (std::size_t i = 0; i < a.size(); ++i)
        CHECK(b[i] == Approx(a[i]).epsilon(1e-6));
    }
}
