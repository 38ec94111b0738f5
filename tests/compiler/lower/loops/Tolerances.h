// How far a kernel's element may be from the definition computed in f64, and why.
#pragma once

#include <cmath>
#include <cstdint>

namespace rx::compiler {

struct Tolerance {
  double absolute = 0, relative = 0;
  bool allows(double actual, double wanted) const {
    if (std::isnan(wanted) || std::isinf(wanted) || actual == wanted)
      return std::isnan(wanted) ? std::isnan(actual) : actual == wanted;
    return std::fabs(actual - wanted) <= absolute + relative * std::fabs(wanted);
  }
};

/// Moves, comparisons, integers, maxima: nothing is rounded.
constexpr Tolerance exact{0, 0};

/// Short equations of f32 with inputs in [-2, 2]: each op rounds by half an ulp (6e-8), polynomials
/// are within 5 ulp (3e-7), and a sum of terms of magnitude 4 that cancel leaves 4 half ulps of
/// 2^-22.
constexpr Tolerance equation{1e-6, 2e-6};

/// Sums of `terms` f32 terms of magnitude up to 4. Partial sums of n random terms grow like 2
/// sqrt(n) and round n times by half an ulp, in directions that cancel like sqrt(n): 2 n 2^-24, and
/// a factor of 4 for the worst of many elements.
constexpr Tolerance sum(int64_t terms) { return {1e-6 + 5e-7 * static_cast<double>(terms), 1e-6}; }

} // namespace rx::compiler
