#pragma once

#include "common/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

namespace dk::fuzz {

/// A target defines these two. What reads an input; it aborts where an answer is wrong, and what it throws is wrong,
/// too.
void read(std::string_view bytes);

/// And how much memory that may take, besides the input itself, in bytes. Copies that are made of it count.
std::size_t most_memory(std::string_view bytes);

/// For what any input takes: threads, names, errors.
constexpr std::size_t usual = std::size_t{1} << 20U;

/// The largest part of the bound that an input has taken so far.
double largest_share();

/// An answer, or a failure of one of these codes.
template <class F>
void answer_or_fail(std::initializer_list<errc> codes, F f) {
  try {
    f();
  } catch (const failure& why) {
    if (std::find(codes.begin(), codes.end(), why.code()) == codes.end())
      std::abort();
  }
}

} // namespace dk::fuzz
