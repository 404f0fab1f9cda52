#include "nn/kernels/convolution.hpp"

#include "nn/catalog.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/nn/layers/one_layer.hpp"

#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::spec;
using dk::nn::test::counted;
using dk::nn::test::output_of;
namespace test = dk::nn::test;

TEST_CASE("a convolution by hand", "[nn][images][conv2d]") {
  const auto x = counted(9); // 1 2 3 / 4 5 6 / 7 8 9
  const spec diagonal{"conv2d", {{"filters", 1}, {"kernel_size", 2}}};
  CHECK(output_of(diagonal, {3, 3, 1}, x, {1, 0, 0, 1, 0.5F}) == std::vector<float>{6.5F, 8.5F, 12.5F, 14.5F});
  const spec strided{"conv2d",
                     {{"filters", 1}, {"kernel_size", 2}, {"strides", 2}, {"padding", "same"}, {"use_bias", false}}};
  CHECK(output_of(strided, {3, 3, 1}, x, {1, 1, 1, 1}) == std::vector<float>{12, 9, 15, 9}); // one pixel behind
  const spec dilated{"conv2d", {{"filters", 1}, {"kernel_size", 2}, {"dilation_rate", 2}, {"use_bias", false}}};
  CHECK(output_of(dilated, {3, 3, 1}, x, {1, 1, 1, 1}) == std::vector<float>{20}); // the corners
  const spec two{"conv2d", {{"filters", 2}, {"kernel_size", {1, 2}}, {"use_bias", false}}};
  // kernel [column][filter]: the first filter adds, the second subtracts
  CHECK(output_of(two, {1, 3, 1}, {1, 2, 4}, {1, -1, 1, 1}) == std::vector<float>{3, 1, 6, 2});
}

TEST_CASE("padding = same puts the larger half behind", "[nn][images]") {
  const auto axis = make_axis(6, 4, 1, 1, true);
  CHECK(axis.before == 1);
  CHECK(axis.after == 2);
  CHECK(axis.out == 6);
  CHECK(make_axis(6, 3, 2, 1, true).before == 0);
  CHECK(make_axis(6, 3, 2, 1, true).after == 1);
  CHECK(make_axis(6, 1, 3, 1, true).out == 2); // the patch never reaches the end
  CHECK(make_axis(7, 3, 2, 2, false).out == 2);
}

TEST_CASE("both ways to convolve agree in every direction", "[nn][images]") {
  const compute_scope scope;
  struct geometry {
    patch over;
    std::size_t filters;
  };
  const std::vector<geometry> all{
      {{make_axis(7, 3, 1, 1, false), make_axis(9, 2, 1, 1, false), 3}, 5},
      {{make_axis(28, 3, 1, 1, false), make_axis(28, 3, 1, 1, false), 1}, 32},
      {{make_axis(8, 3, 1, 1, true), make_axis(8, 3, 1, 1, true), 32}, 32},
      {{make_axis(7, 3, 2, 1, true), make_axis(6, 2, 3, 1, true), 4}, 2},
      {{make_axis(9, 2, 1, 3, true), make_axis(8, 3, 1, 2, false), 2}, 3},
      {{make_axis(5, 1, 1, 1, false), make_axis(4, 1, 1, 1, false), 6}, 4},
      {{make_axis(5, 1, 2, 1, false), make_axis(4, 1, 2, 1, false), 6}, 4},
      {{make_axis(3, 7, 1, 1, true), make_axis(3, 5, 1, 1, true), 2}, 3}, // the patch is larger than the image
  };
  for (const auto& [over, filters] : all) {
    INFO(over.y.in << " x " << over.x.in << " x " << over.channels << ", " << over.y.size << " x " << over.x.size);
    const std::size_t rows = 3;
    const auto x = test::random_numbers(rows * over.input(), 1);
    const auto kernel = test::random_numbers(over.numbers() * filters, 2);
    const auto dy = test::random_numbers(rows * over.positions() * filters, 3);
    const auto fast = make_convolution(over, filters);
    const auto plain = make_unrolled_convolution(over, filters);
    const auto agree = [&](std::size_t size, const auto& compute) {
      std::vector<float> a(size, 7);
      std::vector<float> b(size, 8);
      std::vector<float> again(size, 9);
      compute(*fast, a.data());
      compute(*plain, b.data());
      compute(*fast, again.data());
      for (std::size_t i = 0; i < size; ++i)
        REQUIRE(a[i] == Approx(b[i]).margin(1e-4));
      CHECK(a == again);
    };
    agree(dy.size(), [&](convolution& c, float* y) { c.forward(rows, x.data(), kernel.data(), y); });
    agree(x.size(), [&](convolution& c, float* dx) { c.input_gradient(rows, dy.data(), kernel.data(), dx); });
    agree(kernel.size(), [&](convolution& c, float* dk) { c.kernel_gradient(rows, x.data(), dy.data(), dk); });
  }
}

// Convolutions take many images in groups, bias gradients one by one.
TEST_CASE("many images are convolved as a few", "[nn][images]") {
  const compute_scope scope;
  model m{{"m",
           {28, 28, 1},
           {{"conv2d", {{"filters", 32}, {"kernel_size", 3}, {"activation", "relu"}}},
            {"max_pooling2d", {{"pool_size", 3}, {"strides", 2}, {"padding", "same"}}},
            {"flatten"},
            test::dense(2)}},
          "mean_squared_error",
          2};
  m.initialize(1);
  constexpr std::size_t rows = 17;
  const auto x = test::random_numbers(rows * 784, 1);
  const auto y = test::random_numbers(rows * 2, 2);
  std::vector<float> together(rows * 2);
  m.predict(x.data(), rows, together.data());
  std::vector<double> sums(m.num_weights());
  for (std::size_t row = 0; row < rows; ++row) {
    float alone[2];
    m.predict(&x[row * 784], 1, alone);
    CHECK(together[row * 2] == Approx(alone[0]).margin(1e-5));
    CHECK(together[row * 2 + 1] == Approx(alone[1]).margin(1e-5));
    m.compute_gradient({&x[row * 784], &y[row * 2], 1});
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += static_cast<double>(m.gradient()[i]) / rows;
  }
  m.compute_gradient({x.data(), y.data(), rows});
  for (std::size_t i = 0; i < 320; ++i) // of the convolution's kernel and bias
    CHECK(static_cast<double>(m.gradient()[i]) == Approx(sums[i]).margin(1e-4));
}

TEST_CASE("a small network of images learns where a line is", "[nn][images]") {
  const compute_scope scope;
  model m{{"m",
           {6, 6, 1},
           {{"conv2d", {{"filters", 4}, {"kernel_size", 3}, {"activation", "relu"}}},
            {"batch_normalization"},
            {"max_pooling2d", {{"pool_size", 2}}},
            {"flatten"},
            test::dense(2, "softmax")}},
          "categorical_crossentropy",
          1};
  m.initialize(1);
  std::vector<float> x;
  std::vector<float> y;
  for (std::size_t at = 0; at < 12; ++at) { // six lines across, six down
    for (std::size_t i = 0; i < 36; ++i)
      x.push_back((at < 6 ? i / 6 : i % 6) == at % 6 ? 1.0F : 0.0F);
    y.push_back(at < 6 ? 0.0F : 1.0F);
  }
  const auto with = make_optimizer({"adam", {{"learning_rate", 0.02}}}, m.num_weights());
  for (int step = 0; step < 200; ++step)
    m.train_on_batch({x.data(), y.data(), 12}, *with);
  CHECK(m.evaluate(x.data(), y.data(), 12).accuracy() == 1);
}
