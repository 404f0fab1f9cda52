// Runs in the laboratory in which much goes wrong, one a seed; each must balance.
//   chaos FIRST COUNT    runs seeds FIRST, FIRST + 1, ...; ends with status 1 when one does not balance

#include "tests/runtime/laboratory/chaos.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  const auto first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const auto count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000;
  dk::test::chaos_result sum;
  unsigned long long deserted = 0;
  unsigned long long wrong = 0;
  for (auto seed = first; seed < first + count; ++seed) {
    const auto one = dk::test::run_chaos(seed);
    sum.workers_lost += one.workers_lost;
    sum.duplicates += one.duplicates;
    sum.fenced += one.fenced;
    sum.redone += one.redone;
    deserted += one.deserted ? 1 : 0;
    if (one.finding.empty())
      continue;
    ++wrong;
    std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed), one.what.c_str(), one.finding.c_str());
    std::fflush(stdout);
  }
  std::printf("%llu runs, %llu do not balance; %llu lost their last worker and ended with an error\n"
              "%llu workers lost, %llu chunks redone, %llu duplicates, %llu fenced\n",
              count, wrong, deserted, static_cast<unsigned long long>(sum.workers_lost),
              static_cast<unsigned long long>(sum.redone), static_cast<unsigned long long>(sum.duplicates),
              static_cast<unsigned long long>(sum.fenced));
  return wrong == 0 ? 0 : 1;
}
