// OpenBLAS, found at run time: the benchmark builds without it.
#pragma once

#include <cstdint>
#include <string>

namespace rx::bench {

struct Product {
  int64_t m, n, k;
  bool transA, transB;
};

class OpenBlas {
public:
  /// available() says whether it could be loaded. The environment variables that force a kernel are
  /// cleared first, so that it has those of this CPU.
  OpenBlas();

  bool available() const { return sgemm != nullptr; }
  std::string describe() const; ///< Version, kernel, threading.
  void setThreads(int count) const;

  /// C = op(A) op(B), row-major and dense.
  void gemm(const Product &p, const float *a, const float *b, float *c) const;
  /// The same for M = 1.
  void gemv(const Product &p, const float *a, const float *b, float *c) const;

private:
  using Sgemm = void(int, int, int, int, int, int, float, const float *, int, const float *, int,
                     float, float *, int);
  using Sgemv = void(int, int, int, int, float, const float *, int, const float *, int, float,
                     float *, int);
  Sgemm *sgemm = nullptr;
  Sgemv *sgemv = nullptr;
  void (*setNumThreads)(int) = nullptr;
};

} // namespace rx::bench
