#include "nn/keras/json.hpp"

#include "common/error.hpp"

namespace dk::nn::keras {

void refuse(const std::string& why) {
  throw failure{errc::model, why};
}

nlohmann::json parse(const std::string& text, const std::string& what) {
  constexpr int deepest = 100; // what reads it goes down by calling itself
  const auto check = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > deepest)
      refuse(what + " is nested too deeply for a model");
    return true;
  };
  auto parsed = nlohmann::json::parse(text, check, false);
  if (parsed.is_discarded())
    refuse(what + " is not JSON");
  return parsed;
}

const nlohmann::json& at(const nlohmann::json& in, const char* key) {
  static const nlohmann::json nothing;
  if (!in.is_object())
    return nothing;
  const auto found = in.find(key);
  return found == in.end() ? nothing : *found;
}

std::string text_at(const nlohmann::json& in, const char* key) {
  const auto& value = at(in, key);
  if (!value.is_string())
    refuse("the model's description has no text \"" + std::string{key} + "\" where one is expected");
  return value.get<std::string>();
}

nlohmann::json plain(const nlohmann::json& value) {
  const auto& name = at(value, "class_name");
  if (name == "function" && at(value, "config").is_string())
    return value["config"];
  return name.is_string() ? name : value;
}

} // namespace dk::nn::keras
