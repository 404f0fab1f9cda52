#include "jobs/scores/evaluation_text.hpp"

#include "common/or_null.hpp"

#include <fmt/format.h>

namespace dk {

namespace {

std::string measured_text(const nn::loss_sums& found) {
  const auto loss = fmt::format("loss {:.4f}", found.loss());
  return found.accuracy() ? fmt::format("accuracy {:.4f}, ", *found.accuracy()) + loss : loss;
}

} // namespace

nlohmann::json to_json(const nn::loss_sums& found) {
  return {{"accuracy", or_null(found.accuracy())}, {"loss", found.loss()}, {"rows", found.rows}};
}

nlohmann::json to_json(const evaluation& found) {
  auto json = to_json(static_cast<const nn::loss_sums&>(found));
  for (const auto& [name, value] : found.others)
    json[name] = value;
  return json;
}

std::string to_text(const evaluation& found) {
  auto text = measured_text(found);
  for (const auto& [name, value] : found.others)
    text += fmt::format(", {} {:.4f}", name, value);
  return text;
}

} // namespace dk
