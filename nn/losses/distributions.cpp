// Losses of outputs that are probabilities, rates or directions.
#include "nn/losses/row_loss.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

// -y log(c + epsilon) - (1 - y) log(1 - c + epsilon) with c = o clipped to [epsilon, 1 - epsilon]; d = 0 where clipped
double binary(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float c = std::clamp(o[i], keras_epsilon, 1.0F - keras_epsilon);
    const float hit = c + keras_epsilon;
    const float miss = 1.0F - c + keras_epsilon;
    sum -= static_cast<double>(y[i]) * std::log(static_cast<double>(hit)) +
           static_cast<double>(1.0F - y[i]) * std::log(static_cast<double>(miss));
    if (d != nullptr)
      d[i] = o[i] < keras_epsilon || o[i] > 1.0F - keras_epsilon ? 0.0F : scale * ((1.0F - y[i]) / miss - y[i] / hit);
  }
  return sum;
}

// The same of o = sigmoid(z), without rounding o: max(z, 0) - z y + log(1 + e^-|z|), d = sigmoid(z) - y
double binary_of_logits(const float* z, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto x = static_cast<double>(z[i]);
    sum += std::max(x, 0.0) - x * static_cast<double>(y[i]) + std::log1p(std::exp(-std::abs(x)));
    if (d != nullptr)
      d[i] = scale * static_cast<float>(1 / (1 + std::exp(-x)) - static_cast<double>(y[i]));
  }
  return sum;
}

// y log(y / o), both clipped to [epsilon, 1]; d = -y / o, 0 where o is clipped
double divergence(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto target = static_cast<double>(std::clamp(y[i], keras_epsilon, 1.0F));
    const auto found = static_cast<double>(std::clamp(o[i], keras_epsilon, 1.0F));
    sum += target * std::log(target / found);
    if (d != nullptr)
      d[i] = o[i] < keras_epsilon || o[i] > 1.0F ? 0.0F : -scale * static_cast<float>(target / found);
  }
  return sum;
}

// o - y log(o + epsilon), d = 1 - y / (o + epsilon)
double counts(const float* o, const float* y, std::size_t width, float scale, float* d) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const float rate = o[i] + keras_epsilon;
    sum += static_cast<double>(o[i]) - static_cast<double>(y[i]) * std::log(static_cast<double>(rate));
    if (d != nullptr)
      d[i] = scale * (1.0F - y[i] / rate);
  }
  return sum;
}

// -(o / |o|) (y / |y|), each length at least 1e-6; so -1 is the best there is. d = -(y' - o' (o' y')) / |o|
double cosine_of_rows(const float* o, const float* y, std::size_t width, float scale, float* d) {
  constexpr double least = 1e-12; // of a squared length
  double oo = 0;
  double yy = 0;
  double oy = 0;
  for (std::size_t i = 0; i < width; ++i) {
    oo += static_cast<double>(o[i]) * static_cast<double>(o[i]);
    yy += static_cast<double>(y[i]) * static_cast<double>(y[i]);
    oy += static_cast<double>(o[i]) * static_cast<double>(y[i]);
  }
  const double o_length = std::sqrt(std::max(oo, least));
  const double y_length = std::sqrt(std::max(yy, least));
  const double cosine = oy / (o_length * y_length);
  const double along = oo > least ? cosine : 0; // a length that is not followed does not change
  if (d != nullptr)
    for (std::size_t i = 0; i < width; ++i)
      d[i] = -scale *
             static_cast<float>((static_cast<double>(y[i]) / y_length - static_cast<double>(o[i]) / o_length * along) /
                                o_length);
  return -cosine;
}

constexpr row_rule crossentropy{"binary_crossentropy", binary, true, binary_of_logits};
constexpr row_rule kullback_leibler{"kullback_leibler_divergence", divergence, false};
constexpr row_rule poisson{"poisson", counts};
constexpr row_rule cosine_similarity{"cosine_similarity", cosine_of_rows, false};

} // namespace

extern const loss_kind binary_crossentropy_loss;
const loss_kind binary_crossentropy_loss{
    crossentropy.name,       "sigmoid", make_by_row<crossentropy>, {"bce"}, label_kind::numbers, false, false,
    label_range::probability};

extern const loss_kind kullback_leibler_divergence_loss;
const loss_kind kullback_leibler_divergence_loss{kullback_leibler.name,
                                                 "",
                                                 make_by_row<kullback_leibler>,
                                                 {"kl_divergence", "kld", "k_l_divergence"},
                                                 label_kind::numbers,
                                                 true,
                                                 false,
                                                 label_range::probability};

extern const loss_kind poisson_loss;
const loss_kind poisson_loss{poisson.name, "",   make_by_row<poisson>,  {}, label_kind::numbers,
                             true,         true, label_range::from_zero};

extern const loss_kind cosine_similarity_loss;
const loss_kind cosine_similarity_loss{cosine_similarity.name,
                                       "",
                                       make_by_row<cosine_similarity>,
                                       {"cosine_proximity", "cosine"},
                                       label_kind::numbers,
                                       true,
                                       true};

} // namespace dk::nn
