#include "actors/validator/decide.hpp"

#include "common/text.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <fmt/format.h>
#include <utility>

namespace dk {

namespace {

using validator_ptr = validator_actor::stateful_pointer<validator_state>;

// "0.005", "5.0".
std::string setting_in_words(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  return text.back() == '.' ? text + '0' : text;
}

void note(validator_ptr self, std::string text) {
  for (const auto& watcher : self->state.setup.watchers)
    caf::anon_send(watcher, run_event{run_event::kind::noted, 0, errc::internal, std::move(text), ""});
}

} // namespace

void decide(validator_ptr self, double rate_before) {
  auto& my = self->state;
  const auto at = fmt::format("validation at epoch {:.2f}", double{my.now.epoch});
  if (my.watch.rate() != rate_before) {
    self->send(my.setup.ledger, rate_atom_v, exact{my.watch.rate()});
    note(self, at + ": the loss improved by less than " + setting_in_words(my.setup.rule.emperor->threshold) +
                   "; the learning rate is divided by " + setting_in_words(my.setup.rule.emperor->divide_by));
  }
  if (my.watch.is_out_of_patience() && !my.stopped) {
    my.stopped = true;
    const auto waited = std::max<std::uint64_t>(1, *my.setup.rule.patience);
    self->send(my.setup.ledger, stop_atom_v);
    note(self, at + ": no improvement in " + counted(waited, "measurement") + "; the run stops");
  }
}

} // namespace dk
