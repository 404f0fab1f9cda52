#include "algorithms/ensemble.hpp"

#include "algorithms/loops.hpp"
#include "common/error.hpp"

namespace dk {

namespace {

data_share share_of(const nlohmann::json& keys) {
  const auto& name = keys.at("data").get_ref<const std::string&>();
  if (name == "full")
    return data_share::full;
  if (name == "partition")
    return data_share::partition;
  if (name == "bootstrap")
    return data_share::bootstrap;
  throw failure{errc::config, "trainer.data = \"" + name + "\", expected \"full\", \"partition\" or \"bootstrap\""};
}

} // namespace

algorithm ensemble() {
  algorithm rule{"ensemble", {}, {{"data", "full"}}, [](const nlohmann::json&) { return alone(); }, {}};
  rule.share = share_of;
  return rule;
}

} // namespace dk
