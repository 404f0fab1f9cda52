#include "runtime/record/commit_format.hpp"

#include "nn/kernels/arithmetic.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/trainer_parts.hpp"
#include "runtime/enlist/enlist.hpp"

namespace dk {

nlohmann::json commits_header(const job& which, const chunk_grid& grid) {
  const auto policy = policy_of(which);
  nlohmann::json header{{"log", "dk-commits"},
                        {"version", 1},
                        {"seed", which.seed},
                        {"rows", grid.rows},
                        {"epochs", grid.epochs},
                        {"batch_size", which.trainer.batch_size},
                        {"communication_window", which.trainer.communication_window},
                        {"shuffle", which.data.shuffle},
                        {"servers", which.trainer.servers},
                        {"workers", which.trainer.workers},
                        {"algorithm", which.trainer.algorithm.name()},
                        {"keys", which.trainer.algorithm.keys},
                        {"policy", name_of(policy.kind)},
                        {"arithmetic", nn::arithmetic()}};
  if (!which.trainer.compress.none())
    header["compress"] = compress_value(which.trainer.compress);
  if (is_bounded(policy.kind))
    header["max_staleness"] = policy.max_staleness;
  return header;
}

nlohmann::json restart_line(std::uint32_t session, const std::vector<std::uint64_t>& versions, bool keeps_worker,
                            std::uint32_t epochs) {
  nlohmann::json line{{"restart", session}, {"versions", versions}};
  if (keeps_worker)
    line["keeps_worker"] = true;
  if (epochs > 0)
    line["epochs"] = epochs;
  return line;
}

const char* name_of(verdict_kind kind) {
  switch (kind) {
  case verdict_kind::applied:
    return "applied";
  case verdict_kind::duplicate:
    return "duplicate";
  case verdict_kind::fenced:
    return "fenced";
  case verdict_kind::rejected:
    break;
  }
  return "rejected";
}

std::optional<verdict_kind> find_verdict(std::string_view name) {
  for (const auto kind : {verdict_kind::applied, verdict_kind::duplicate, verdict_kind::fenced, verdict_kind::rejected})
    if (name == name_of(kind))
      return kind;
  return std::nullopt;
}

} // namespace dk
