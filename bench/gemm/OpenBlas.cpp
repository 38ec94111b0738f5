#include "bench/gemm/OpenBlas.h"
#include <cstdlib>
#include <dlfcn.h>

namespace rx::bench {

// Constants of the CBLAS interface.
constexpr int rowMajor = 101, noTrans = 111, trans = 112;

OpenBlas::OpenBlas() {
  unsetenv("OPENBLAS_CORETYPE");
  unsetenv("OPENBLAS_L2_SIZE");
  load();
  // It chooses kernels by the model when it is loaded, and takes those of SSE3 for an Intel model
  // that is newer than itself.
  if (__builtin_cpu_supports("avx2") && describe().find("Prescott") != std::string::npos) {
    setenv("OPENBLAS_CORETYPE", __builtin_cpu_supports("avx512f") ? "SkylakeX" : "Haswell", 1);
    dlclose(library);
    load();
  }
}

void OpenBlas::load() {
  library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return;
  sgemm = reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm"));
  sgemv = reinterpret_cast<Sgemv>(dlsym(library, "cblas_sgemv"));
  setNumThreads = reinterpret_cast<void (*)(int)>(dlsym(library, "openblas_set_num_threads"));
  getConfig = reinterpret_cast<char *(*)()>(dlsym(library, "openblas_get_config"));
}

std::string OpenBlas::describe() const { return getConfig ? getConfig() : "not found"; }

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
