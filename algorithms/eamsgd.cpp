#include "algorithms/eamsgd.hpp"

#include "algorithms/arithmetic.hpp"
#include "algorithms/loops.hpp"

namespace dk {

algorithm eamsgd() {
  algorithm made{"eamsgd",
                 {},
                 {{"rho", 5.0}, {"learning_rate", 0.01}, {"momentum", 0.9}},
                 [](const nlohmann::json& keys) {
                   const auto alpha = spring_of(keys);
                   const auto momentum = keys.at("momentum").get<float>();
                   return elastic([=](worker_ptr self, const shard_slice& s) {
                     const float* const velocity = self->state.own->optimizer->state() + s.first;
                     elastic_step_ahead(s.replica, velocity, momentum, s.center, alpha, s.delta, s.size);
                   });
                 },
                 [](const nlohmann::json&, const spec&) { return add(); },
                 policy_kind::accept,
                 [](const nlohmann::json& keys) {
                   return spec{"sgd",
                               {{"learning_rate", keys.at("learning_rate")},
                                {"momentum", keys.at("momentum")},
                                {"nesterov", true}}};
                 }};
  made.warning = elastic_warning(false);
  return made;
}

} // namespace dk
