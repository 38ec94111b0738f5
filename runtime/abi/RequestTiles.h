// Permission to use the tile registers of AMX.
#pragma once

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace rx {

/// Asks Linux to save tiles for this process: once, before the first tile instruction; threads that
/// begin later have the permission, too. Without it that instruction ends the process, whatever
/// cpuid says. False where the processor has no tiles or the system refuses.
inline bool requestTiles() {
#if defined(__linux__) && defined(__x86_64__)
  static const bool granted = [] {
    constexpr long archReqXcompPerm = 0x1023, xfeatureXtileData = 18; // asm/prctl.h
    return syscall(SYS_arch_prctl, archReqXcompPerm, xfeatureXtileData) == 0;
  }();
  return granted;
#else
  return false;
#endif
}

} // namespace rx
