// Compiled kernels on disk, found again by what they compute.
#pragma once

#include "compiler/target/EmitObject.h"
#include "llvm/ADT/ArrayRef.h"
#include <atomic>
#include <string>
#include <vector>

namespace rx::compiler {

/// Where the code of a kernel is: `symbol` (an rx_kernel) in the relocatable object at `path`.
struct KernelObject {
  std::string symbol;
  std::string path;
};

/// A folder of objects named by the hash of (kernel text, target, options, lowering pipeline, LLVM
/// version). The kernel's own name and locations do not count: structurally equal kernels share
/// one object and one symbol, "rxk_" and the hash. Several processes and threads may use one
/// folder: files appear whole, by rename, and a damaged file is compiled anew.
class ObjectCache {
public:
  /// Objects live in `cacheFolder`/objects, created on first use.
  explicit ObjectCache(llvm::StringRef cacheFolder);

  /// The object of `module`, which defines exactly one public function; compiled if it is not
  /// there. `module` is left as it was.
  llvm::Expected<KernelObject> get(mlir::ModuleOp module, const CpuTarget &target,
                                   const EmitOptions &options = {});

  /// The objects of `modules`, in their order; what is missing compiles on `threads` threads. The
  /// error joins those of all kernels that failed.
  llvm::Expected<std::vector<KernelObject>> getAll(llvm::ArrayRef<mlir::ModuleOp> modules,
                                                   const CpuTarget &target,
                                                   const EmitOptions &options = {},
                                                   unsigned threads = 2);

  /// How many kernels this instance compiled, as opposed to found.
  unsigned compiledCount() const { return compiled; }

private:
  struct Entry;
  llvm::Expected<Entry> describe(mlir::ModuleOp module, const CpuTarget &target,
                                 const EmitOptions &options) const;
  llvm::Error ensure(const Entry &entry, const CpuTarget &target, const EmitOptions &options);

  std::string folder;
  std::atomic<unsigned> compiled = 0;
};

} // namespace rx::compiler
