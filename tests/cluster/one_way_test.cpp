// A network that carries nothing in one direction: what a driver sends is dropped, what it is sent arrives.

#include "tests/cluster/two_hosts.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <unistd.h>

using namespace dk::test;
namespace fs = std::filesystem;

namespace {

std::size_t chunks_in(const toy_job& job) {
  const auto text = content_of(job.path("run/history.jsonl"));
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// A run of two workers on the other host, of 800 chunks, until so many are in; then nothing that it sends arrives.
struct cut_off {
  two_hosts hosts;
  toy_job job = long_job(2);
  std::unique_ptr<process> node;
  std::unique_ptr<process> driver;

  explicit cut_off(std::size_t chunks, const std::string& servers = "driver") {
    if (!hosts.exist()) {
      WARN("network namespaces cannot be made here; skipped");
      return;
    }
    node = std::make_unique<process>(
        hosts.there({DK_NODE, "--listen", "10.231.7.2:7077", "--workers", "2", "--insecure"}));
    REQUIRE(eventually(seconds{60}, [&] { return lines_of(node->out()).size() >= 2; }));
    // CAF 0.17 keeps an actor that has asked one of another process when the connection breaks.
    std::map<std::string, std::string> environment;
    if (servers == "nodes")
      environment["ASAN_OPTIONS"] = "detect_leaks=0";
    driver = std::make_unique<process>(
        hosts.here(
            job.command({"--out", "run", "-q", "--nodes", "10.231.7.2:7077", "--set", "cluster.connection_timeout=4",
                         "--set", "cluster.request_timeout=5", "--set", "cluster.servers=" + servers})),
        process_options{environment, job.path("")});
    const bool began = eventually(seconds{100}, [&] { return chunks_in(job) >= chunks; });
    INFO(driver->err());
    REQUIRE(began);
    hosts.drop_what_is_sent();
  }
};

} // namespace

TEST_CASE("a run whose last words do not arrive ends all the same", "[cluster][one_way]") {
  cut_off it{800};
  if (!it.driver)
    return;
  const auto status = it.driver->wait(seconds{60});
  INFO(it.driver->err());
  CHECK(status == 0);
  CHECK(rows_balance(it.driver->out()));
  CHECK(fs::exists(it.job.path("run/model.h5")));
}

TEST_CASE("a run whose words do not arrive ends with what it has, and can be gone on with", "[cluster][one_way]") {
  cut_off it{100};
  if (!it.driver)
    return;
  const auto status = it.driver->wait(seconds{90});
  INFO(it.driver->err());
  CHECK((status == 8 || status == 5)); // no worker is left
  const auto rest = run({DK_DRIVER, "--resume", "run", "-q", "--set", "cluster.nodes=[]"}, {{}, it.job.path("")});
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
}

TEST_CASE("a run whose shards are out of reach says so, and can be gone on with", "[cluster][one_way]") {
  cut_off it{100, "nodes"};
  if (!it.driver)
    return;
  const auto status = it.driver->wait(seconds{90});
  INFO(it.driver->err());
  CHECK((status == 8 || status == 5));
  CHECK(it.driver->err().find("E_INTERNAL") == std::string::npos);
  const auto rest =
      run({DK_DRIVER, "--resume", "run", "-q", "--set", "cluster.nodes=[]", "--set", "cluster.servers=driver"},
          {{}, it.job.path("")});
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
}
