// How fast do 4 MB of floats become bytes and floats again: our block, beside CAF's own way with std::vector<float> and
// a bare copy there and back?
//
//   payload

#include "actors/protocol/protocol.hpp"
#include "benchmarks/arguments.hpp"
#include "benchmarks/w1.hpp"
#include "runtime/enlist/system.hpp"

#include <caf/all.hpp>
#include <cstdio>
#include <cstring>

namespace {

constexpr int rounds = 9;

// MB/s, counting the payload once each way.
template <class Value, class Check>
double round_trip(caf::actor_system& system, Value& value, Check check) {
  std::vector<double> speeds;
  for (int round = 0; round < rounds; ++round) {
    const auto begun = benchmark::now();
    std::vector<char> bytes;
    caf::binary_serializer sink{system, bytes};
    if (sink(value))
      std::exit(1);
    Value back{};
    caf::binary_deserializer source{system, bytes};
    if (source(back))
      std::exit(1);
    const auto seconds = benchmark::now() - begun;
    check(back);
    speeds.push_back(2 * benchmark::w1_weights * sizeof(float) / seconds / 1e6);
  }
  return benchmark::median(speeds);
}

double bare_copy(const std::vector<float>& values) {
  std::vector<double> speeds;
  std::vector<char> bytes(values.size() * sizeof(float));
  std::vector<float> back(values.size());
  for (int round = 0; round < rounds; ++round) {
    const auto begun = benchmark::now();
    std::memcpy(bytes.data(), values.data(), bytes.size());
    std::memcpy(back.data(), bytes.data(), bytes.size());
    speeds.push_back(2 * static_cast<double>(bytes.size()) / (benchmark::now() - begun) / 1e6);
    if (back.back() != values.back())
      std::exit(1);
  }
  return benchmark::median(speeds);
}

} // namespace

int main(int argc, char** argv) {
  benchmark::arguments{argc, argv, "payload"}.words(0, 0);
  dk::system_config config;
  caf::actor_system system{config};
  std::vector<float> values(benchmark::w1_weights, 0.125F);
  auto ours = dk::block::copy_of(values.data(), values.size());
  const auto check = [&](const auto& back) {
    if (back.size() != values.size() || back[back.size() - 1] != 0.125F)
      std::exit(1);
  };
  const auto block = round_trip(system, ours, check);
  const auto vector = round_trip(system, values, check);
  const auto bare = bare_copy(values);
  std::printf("4 MB to bytes and back: block %.0f MB/s; std::vector<float> by CAF %.0f MB/s; bare copy %.0f MB/s\n",
              block, vector, bare);
}
