#include "nn/keras/class_names.hpp"

#include "common/error.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"

#include <cctype>

namespace dk::nn::keras {

namespace {

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}

bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}

bool is_own(const nlohmann::json& object) {
  try {
    check_object(part::object, object);
    return false;
  } catch (const failure&) {
    return true;
  }
}

} // namespace

std::string in_small_letters(const std::string& name) {
  std::string small;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins_word =
        is_upper(name[i]) && i > 0 && (!is_upper(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
    if (begins_word && small.back() != '_')
      small += '_';
    small += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return small;
}

std::string in_class_letters(const std::string& name) {
  std::string letters;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (name[i] != '_')
      letters +=
          i == 0 || name[i - 1] == '_' ? static_cast<char>(std::toupper(static_cast<unsigned char>(name[i]))) : name[i];
  return letters;
}

std::string name_in(const nlohmann::json& value) {
  const auto& name = plain(value);
  if (!name.is_string())
    return "";
  const auto text = name.get<std::string>();
  if (!value.is_object() || !value.contains("class_name") || !is_own(value))
    return in_small_letters(text);
  const auto& registered = at(value, "registered_name");
  return registered.is_string() ? registered.get<std::string>() : shown(at(value, "module")) + '>' + text;
}

} // namespace dk::nn::keras
