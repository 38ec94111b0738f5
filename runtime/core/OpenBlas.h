// OpenBLAS, loaded when something first needs it, with kernels for this CPU.
#pragma once

#include <string>

namespace rx::runtime {

/// It picks its kernels by the CPU's model while it is loaded. A model by Intel that is newer than
/// the library gets those of SSE3, which take twice as long; it is then loaded again as for the
/// nearest one that it knows. OPENBLAS_CORETYPE, where set, decides instead.
class OpenBlas {
public:
  /// The only one of the process.
  static const OpenBlas &instance();

  /// Why it could not be loaded and what to install; empty if it was.
  const std::string &error() const { return failure; }
  /// The function of that name, null if there is none or no library.
  template <typename Function> Function *find(const char *name) const {
    return reinterpret_cast<Function *>(address(name));
  }
  /// Version, options and the kernels in use.
  std::string description() const;

private:
  OpenBlas();
  void load();
  std::string text(const char *function) const;
  void *address(const char *name) const;

  void *library = nullptr;
  std::string failure;
};

} // namespace rx::runtime
