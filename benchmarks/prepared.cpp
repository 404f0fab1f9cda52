// How fast is a prepared folder read, with every byte checked, beside a bare sum over a file of the same numbers that
// is mapped into memory? Both on all cores, from what the system has cached.
//
//   prepared [MB]

#include "data/formats/prepared/prepared.hpp"
#include "benchmarks/arguments.hpp"
#include "benchmarks/w1.hpp"
#include "common/parallel.hpp"
#include "data/formats/catalog.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr int rounds = 9;

double read_prepared(const std::string& folder, std::size_t rows) {
  const auto begun = benchmark::now();
  const auto table = dk::data::read({"prepared", {{"path", folder}}});
  const auto seconds = benchmark::now() - begun;
  if (table.rows() != rows)
    std::exit(1);
  return seconds;
}

double sum_mapped(const std::string& path, std::size_t bytes, std::uint64_t& sum) {
  const auto begun = benchmark::now();
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  if (at == MAP_FAILED)
    std::exit(1);
  const auto* const words = static_cast<const std::uint64_t*>(at);
  std::atomic<std::uint64_t> total{0};
  dk::over_ranges(bytes / 8, 1U << 16U, [&](std::size_t first, std::size_t last) {
    std::uint64_t own = 0;
    for (auto i = first; i < last; ++i)
      own += words[i];
    total += own;
  });
  ::munmap(at, bytes);
  sum = total;
  return benchmark::now() - begun;
}

} // namespace

int main(int argc, char** argv) {
  const benchmark::arguments given{argc, argv, "prepared [MB]"};
  const auto& words = given.words(0, 1);
  const auto megabytes = words.empty() ? 400 : given.number("MB", words[0], 100'000);
  constexpr std::size_t wide = 784;
  const auto rows = megabytes * 1'000'000 / (wide * sizeof(float));
  dk::block_writer numbers{rows * wide};
  for (std::size_t i = 0; i < rows * wide; ++i)
    numbers.data()[i] = static_cast<float>(i % 977);
  dk::data::table table;
  table.put({"features", {wide}, std::move(numbers).done(), "", {}});
  const auto folder = std::filesystem::temp_directory_path() / ("dk_prepared_" + std::to_string(::getpid()));
  dk::data::prepared::write(table, {}, folder.string(), false);
  const auto file = (folder / "column-0.col").string();
  const auto bytes = std::filesystem::file_size(file) / 8 * 8;
  std::vector<double> ours;
  std::vector<double> bare;
  std::uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(static_cast<double>(bytes) / read_prepared(folder.string(), rows) / 1e9);
    bare.push_back(static_cast<double>(bytes) / sum_mapped(file, bytes, sum) / 1e9);
  }
  std::filesystem::remove_all(folder);
  std::printf("%zu MB: prepared %.1f GB/s, a sum over the mapped file %.1f GB/s: %.2f (sum %llu)\n", bytes / 1'000'000,
              benchmark::median(ours), benchmark::median(bare), benchmark::median(ours) / benchmark::median(bare),
              static_cast<unsigned long long>(sum));
}
