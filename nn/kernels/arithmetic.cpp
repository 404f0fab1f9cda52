#include "nn/kernels/arithmetic.hpp"

#include "common/version.hpp"

#ifdef DK_WITH_ONEDNN
#include <dnnl.h>
#include <dnnl_debug.h>
#else
#include <Eigen/Core>
#endif

namespace dk::nn {

namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang " __VERSION__;
#else
constexpr const char* compiler = "gcc " __VERSION__;
#endif

// Of DK_CLONES (common/simd.hpp), or what the whole build is for.
std::string loop_instructions() {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&             \
    !defined(__SANITIZE_THREAD__)
  if (__builtin_cpu_supports("x86-64-v4") != 0)
    return "AVX-512";
  return __builtin_cpu_supports("x86-64-v3") != 0 ? "AVX2" : "SSE2";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__x86_64__)
  return "SSE2";
#else
  return "plain";
#endif
}

std::string product_library() {
#ifdef DK_WITH_ONEDNN
  const auto* version = dnnl_version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch) + " " + version->hash + " (" + dnnl_cpu_isa2str(dnnl_get_effective_cpu_isa()) +
         ")";
#else
  return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
         std::to_string(EIGEN_MINOR_VERSION) + " (" + Eigen::SimdInstructionSetsInUse() + ")";
#endif
}

} // namespace

std::string arithmetic() {
  return std::string{"dk "} + version_text + ", " + compiler + ", loops with " + loop_instructions() + ", " +
         product_library();
}

} // namespace dk::nn
