// Small problems that every algorithm must solve, trained as a run is.
#include "tests/runtime/small_job.hpp"

#include <catch2/catch.hpp>

using namespace dk;
using namespace dk::test;

TEST_CASE("every algorithm fits a plane", "[algorithms][problems]") {
  const auto rows = plane(400);
  for (const auto& name : algorithm_names()) {
    INFO(name);
    auto which = small_job(name, workers_of(name, 2));
    which.trainer.epochs = 20;
    const auto result = train(which, rows);
    CHECK(result.rows.balanced());
    CHECK(evaluate(which, result.weights, rows).loss() < 0.01);
  }
}

TEST_CASE("every algorithm tells two classes apart", "[algorithms][problems]") {
  const auto rows = blobs(400);
  const auto held_out = blobs(200, 2);
  for (const auto& name : algorithm_names()) {
    INFO(name);
    auto which = blob_job(name, workers_of(name, 3));
    which.trainer.epochs = 20;
    const auto result = train(which, rows);
    const auto seen = evaluate(which, result.weights, held_out);
    CHECK(seen.loss() < 0.15);
    CHECK(seen.accuracy() > 0.98);
  }
}
