// A whole job from your own program: all that dk_driver does with a config, in five lines.
//
//   Run it:       build/release/bin/011-job examples/regression.cfg
//   You will see: the report that dk_driver prints, with the run's folder on its last line

#include "common/error.hpp"
#include "jobs/runs/run_job.hpp"

#include <cstdio>

int main(int argc, char** argv) try {
  const auto which = dk::load_job(argc > 1 ? argv[1] : "examples/mnist.cfg");
  const auto report = dk::run(which);
  std::fputs(dk::to_text(report).c_str(), stdout);
} catch (const dk::failure& why) {
  std::fprintf(stderr, "%s\n", dk::to_line(why).c_str());
  return dk::exit_status(why.code());
}
