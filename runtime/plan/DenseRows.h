// Loops over rows of f64 that vectorise without leave to reorder sums.
#pragma once

#include <cstdint>

namespace rx::runtime {

/// The sum of products in eight interleaved chains, then from left to right: fixed bits at any
/// vector width.
inline double dot(const double *a, const double *b, int64_t count) {
  double lanes[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int lane = 0; lane < 8; ++lane)
      lanes[lane] += a[i + lane] * b[i + lane];
  double sum = 0;
  for (double lane : lanes)
    sum += lane;
  for (; i < count; ++i)
    sum += a[i] * b[i];
  return sum;
}

inline void addScaled(double *to, double factor, const double *from, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    to[i] += factor * from[i];
}

inline void scaleRow(double *row, double factor, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    row[i] *= factor;
}

} // namespace rx::runtime
