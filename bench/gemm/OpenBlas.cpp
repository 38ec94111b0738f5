#include "bench/gemm/OpenBlas.h"
#include "runtime/core/OpenBlas.h"
#include <cstdlib>

namespace rx::bench {

// Constants of the CBLAS interface.
constexpr int rowMajor = 101, noTrans = 111, trans = 112;

OpenBlas::OpenBlas() {
  unsetenv("OPENBLAS_CORETYPE");
  unsetenv("OPENBLAS_L2_SIZE");
  const runtime::OpenBlas &library = runtime::OpenBlas::instance();
  sgemm = library.find<Sgemm>("cblas_sgemm");
  sgemv = library.find<Sgemv>("cblas_sgemv");
  setNumThreads = library.find<void(int)>("openblas_set_num_threads");
}

std::string OpenBlas::describe() const {
  const runtime::OpenBlas &library = runtime::OpenBlas::instance();
  return available() ? library.description() : library.error();
}

void OpenBlas::setThreads(int count) const { setNumThreads(count); }

void OpenBlas::gemm(const Product &p, const float *a, const float *b, float *c) const {
  sgemm(rowMajor, p.transA ? trans : noTrans, p.transB ? trans : noTrans, static_cast<int>(p.m),
        static_cast<int>(p.n), static_cast<int>(p.k), 1, a, static_cast<int>(p.transA ? p.m : p.k),
        b, static_cast<int>(p.transB ? p.k : p.n), 0, c, static_cast<int>(p.n));
}

void OpenBlas::gemv(const Product &p, const float *a, const float *b, float *c) const {
  int rows = static_cast<int>(p.transB ? p.n : p.k),
      columns = static_cast<int>(p.transB ? p.k : p.n);
  sgemv(rowMajor, p.transB ? noTrans : trans, rows, columns, 1, b, columns, a, 1, 0, c, 1);
}

} // namespace rx::bench
