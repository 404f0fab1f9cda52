#pragma once

/// DK_CLONES before a function: it is compiled for AVX-512, for AVX2 with FMA and for plain x86-64, and the loader
/// picks the best that the machine has. One machine always picks the same, so results are repeatable there; between
/// machines the last bits may differ (FMA rounds once). Off under sanitizers (their runtime starts after the loader
/// picks) and elsewhere.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__) && !defined(__AVX512F__)
#define DK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DK_CLONES
#endif

/// DK_INDEPENDENT before a loop: no pass of it reads what another one writes, which the compiler cannot see.
#if defined(__clang__)
#define DK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define DK_INDEPENDENT _Pragma("GCC ivdep")
#endif

/// For the helpers of such functions, which must become part of each clone.
#define DK_INLINE inline __attribute__((always_inline))
