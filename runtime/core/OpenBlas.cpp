#include "runtime/core/OpenBlas.h"

#include <dlfcn.h>

#include <cstdlib>

namespace rx::runtime {

const OpenBlas &OpenBlas::instance() {
  static const OpenBlas only;
  return only;
}

OpenBlas::OpenBlas() {
  load();
  bool isPlainest = text("openblas_get_corename") == "Prescott";
  if (!isPlainest || !__builtin_cpu_supports("avx2") || std::getenv("OPENBLAS_CORETYPE"))
    return;
  dlclose(library);
  setenv("OPENBLAS_CORETYPE", __builtin_cpu_supports("avx512f") ? "SkylakeX" : "Haswell", 1);
  load();
}

void OpenBlas::load() {
  library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library)
    return;
  const char *why = dlerror();
  failure = std::string("OpenBLAS is missing (Debian: libopenblas0): ") + (why ? why : "unknown");
}

void *OpenBlas::address(const char *name) const { return library ? dlsym(library, name) : nullptr; }

std::string OpenBlas::text(const char *function) const {
  auto *get = find<char *()>(function);
  return get ? get() : "";
}

std::string OpenBlas::description() const {
  return text("openblas_get_config") + " " + text("openblas_get_corename");
}

} // namespace rx::runtime
