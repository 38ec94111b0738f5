#include "compiler/target/LoadedKernels.h"
#include "compiler/target/LinkSharedObject.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include <dlfcn.h>

namespace rx::compiler {

void LoadedKernels::Unmap::operator()(void *handle) const { dlclose(handle); }

llvm::Expected<LoadedKernels> LoadedKernels::load(llvm::ArrayRef<KernelObject> objects) {
  llvm::SmallString<128> path;
  if (std::error_code code = llvm::sys::fs::createTemporaryFile("rxc-kernels", "so", path))
    return llvm::createStringError(code, "no temporary file for kernels: " + code.message());
  // A mapped file stays usable after its name is gone.
  llvm::scope_exit removeFile([&] { llvm::sys::fs::remove(path); });
  auto paths = llvm::map_to_vector(objects, [](const KernelObject &object) { return object.path; });
  if (llvm::Error error = linkSharedObject(paths, path))
    return error;
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return llvm::createStringError(std::string("kernels cannot be loaded: ") + dlerror());
  return LoadedKernels(handle);
}

rx_kernel LoadedKernels::find(llvm::StringRef symbol) const {
  return reinterpret_cast<rx_kernel>(dlsym(handle.get(), symbol.str().c_str()));
}

} // namespace rx::compiler
