#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dk::nn::keras {

/// "CategoricalCrossentropy" is the class of categorical_crossentropy, "KLDivergence" that of kl_divergence.
std::string in_small_letters(const std::string& name);

/// "categorical_crossentropy" as "CategoricalCrossentropy".
std::string in_class_letters(const std::string& name);

/// The name of a loss, a metric or a schedule as we write names, wherever Keras puts it: a text, a class or a function.
/// One that is not Keras's own keeps what it is registered as, "mine>hinge", which nothing of ours is called. "" where
/// there is none.
std::string name_in(const nlohmann::json& value);

} // namespace dk::nn::keras
