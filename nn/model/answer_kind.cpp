#include "nn/model/answer_kind.hpp"

#include "nn/catalog.hpp"
#include "nn/model/network.hpp"

namespace dk::nn {

namespace {

answer_kind kind_of_answer(const loss_kind* loss, std::size_t width, bool is_softmax, bool is_sigmoid) {
  if (loss == nullptr)
    return is_softmax ? answer_kind::choice : is_sigmoid ? answer_kind::each : answer_kind::numbers;
  if (loss->of_numbers && !(is_softmax && width > 1))
    return answer_kind::numbers;
  return loss->exclusive && width > 1 ? answer_kind::choice : answer_kind::each;
}

} // namespace

std::vector<answer_kind> answer_kinds(const architecture& of, const objective& loss) {
  network all{of}; // which loses its last activations
  std::vector<answer_kind> kinds;
  for (std::size_t i = 0; i < all.output_sizes().size(); ++i) {
    const bool is_softmax = all.leave_activation(i, "softmax");
    const bool is_sigmoid = !is_softmax && all.leave_activation(i, "sigmoid");
    const auto* const known = loss.empty() ? nullptr : &find_loss(loss.loss_of(i).name);
    kinds.push_back(kind_of_answer(known, all.output_sizes()[i], is_softmax, is_sigmoid));
  }
  return kinds;
}

} // namespace dk::nn
