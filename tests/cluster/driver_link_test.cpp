// What passes over the driver's network card in a run on nodes: two hosts as network namespaces.

#include "tests/cluster/two_hosts.hpp"

using namespace dk::test;

namespace {

// Both ways, since the card is there.
double bytes_on(const two_hosts& hosts) {
  double all = 0;
  for (const auto* const way : {"rx", "tx"})
    all += std::stod(run(hosts.here({"cat", std::string{"/sys/class/net/dkt-a/statistics/"} + way + "_bytes"})).out);
  return all;
}

} // namespace

TEST_CASE("neither rows nor weights pass over the driver's card while a run trains", "[cluster][driver_link]") {
  const two_hosts hosts;
  if (!hosts.exist()) {
    WARN("network namespaces cannot be made here; skipped");
    return;
  }
  const temporary_folder cache;
  process node{
      hosts.there({DK_NODE, "--listen", "10.231.7.2:7077", "--workers", "2", "--insecure", "--cache", cache.path("")})};
  REQUIRE(eventually(seconds{60}, [&] { return lines_of(node.out()).size() >= 4; }));
  const toy_job job{4000, "communication_window = 1\nservers = 2\n", 4096};
  const auto exchanges_of = [](int epochs) { return epochs * 400; };
  job.folder.write("held_out.csv", points_csv(500));
  const auto validation =
      GENERATE(std::vector<std::string>{},
               std::vector<std::string>{"--set", R"(data.validate={format="csv",path="held_out.csv"})", "--set",
                                        "trainer.validation_every=0.1"});
  const auto trained = [&](int epochs) {
    const auto before = bytes_on(hosts);
    std::vector<std::string> options{"-q", "--nodes", "10.231.7.2:7077", "--set",
                                     "trainer.epochs=" + std::to_string(epochs)};
    options.insert(options.end(), validation.begin(), validation.end());
    const auto got = run(hosts.here(job.command(options)), {{}, job.path("")}, seconds{200});
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(rows_balance(got.out));
    return bytes_on(hosts) - before;
  };
  trained(1); // sends the rows
  const auto of_short = trained(2);
  const auto of_long = trained(10); // both have the same start and end
  const auto per_exchange = (of_long - of_short) / (exchanges_of(10) - exchanges_of(2));
  constexpr auto center = 20'482 * sizeof(float);
  WARN("bytes on the driver's card per exchange, " << (validation.empty() ? "without" : "with")
                                                   << " measurements: " << per_exchange << "; a center has " << center);
  CHECK(per_exchange < 2048);
}
