// Kernels called from the process that compiled them: tests and benchmarks. Programs go through a
// bundle and the runtime instead.
#pragma once

#include "compiler/target/ObjectCache.h"
#include "runtime/abi/Kernel.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace rx::compiler {

/// A shared object, mapped as long as this lives.
class LoadedKernels {
public:
  /// Links `objects` into a temporary shared object and maps it.
  static llvm::Expected<LoadedKernels> load(llvm::ArrayRef<KernelObject> objects);

  /// The kernel called `symbol`; null when there is none.
  rx_kernel find(llvm::StringRef symbol) const;

private:
  struct Unmap {
    void operator()(void *handle) const;
  };
  explicit LoadedKernels(void *handle) : handle(handle) {}
  std::unique_ptr<void, Unmap> handle;
};

} // namespace rx::compiler
