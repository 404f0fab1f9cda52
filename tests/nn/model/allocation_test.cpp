#include "nn/catalog.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> most{0};

void* counted(std::size_t size) {
  ++allocations;
  if (size > most)
    most = size;
  if (void* bytes = std::malloc(size))
    return bytes;
  throw std::bad_alloc{};
}

} // namespace

// This program counts what it asks of operator new; the library's buffers come from the pool, whose handles count too.
void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* bytes) noexcept {
  std::free(bytes);
}
void operator delete[](void* bytes) noexcept {
  std::free(bytes);
}
void operator delete(void* bytes, std::size_t) noexcept {
  std::free(bytes);
}
void operator delete[](void* bytes, std::size_t) noexcept {
  std::free(bytes);
}

using namespace dk::nn;
namespace test = dk::nn::test;

TEST_CASE("a training step of a known batch size allocates nothing", "[nn][allocation]") {
  const compute_scope scope;
  model m{test::mnist_network(4), "categorical_crossentropy", 1};
  m.initialize(1);
  const auto x = test::random_numbers(32 * 196, 1);
  const auto y = test::random_classes(32, 10, 1);
  std::vector<float> outputs(320);
  std::vector<dk::spec> optimizers{
      {"sgd", {{"clipnorm", 1.0}}},
      {"rmsprop", {{"clipvalue", 0.1}}},
      {"adam", {{"learning_rate", {{"name", "cosine_decay"}, {"initial_learning_rate", 0.01}, {"decay_steps", 9}}}}}};
  for (const auto& name : optimizer_names())
    optimizers.push_back({name});
  for (const auto& optimizer : optimizers) {
    const auto with = make_optimizer(optimizer, m.num_weights());
    const auto step = [&](std::size_t rows) {
      m.train_on_batch({x.data(), y.data(), rows}, *with);
      m.compute_gradient({x.data(), y.data(), rows});
      m.evaluate(x.data(), y.data(), rows);
      m.predict(x.data(), rows, outputs.data());
    };
    step(32);
    step(3);
    step(7); // oneDNN compiles kernels when it sees a size for the first time
    const std::size_t before = allocations;
    step(32);
    step(7);
    step(3);
    CHECK(allocations == before);
  }
}

// oneDNN lists the arguments of every convolution anew, in a few hundred bytes of its own.
TEST_CASE("a training step on images allocates nothing of the size of its data", "[nn][allocation]") {
  const compute_scope scope;
  model m{{"m",
           {12, 12, 1},
           {{"conv2d", {{"filters", 8}, {"kernel_size", 3}, {"padding", "same"}}},
            {"batch_normalization"},
            {"conv2d", {{"filters", 8}, {"kernel_size", 3}, {"activation", "relu"}}},
            {"max_pooling2d", {{"pool_size", 2}}},
            {"flatten"},
            test::dense(10, "softmax")}},
          "categorical_crossentropy",
          1};
  m.initialize(1);
  const auto x = test::random_numbers(32 * 144, 1);
  const auto y = test::random_classes(32, 10, 1);
  const auto with = make_optimizer({"adam"}, m.num_weights());
  const auto step = [&](std::size_t rows) { m.train_on_batch({x.data(), y.data(), rows}, *with); };
  step(32);
  step(7);
  most = 0;
  step(32);
  step(7);
  CHECK(most < 1024);
}
