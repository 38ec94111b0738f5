// The CPUs that kernels are generated for: what LLVM must be told about each, and the register and
// cache tiles of the GEMM generator.
#pragma once

#include "dialects/rxk/TileOrder.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace rx::compiler {

/// Blocking of the GEMM generator. Tiles decide speed only: an output element is the same sum of
/// chains (gemmChain in lower/Gemm.h) under every tiling.
struct GemmTiling {
  int64_t rows;          ///< Rows of the register tile.
  int64_t vectors;       ///< Vectors per row of the register tile.
  int64_t depthBlock;    ///< Steps of k that are packed together; whole chains.
  int64_t rowBlock;      ///< Rows of A packed together; rowBlock * depthBlock elements stay in L2.
  int64_t columnBlock;   ///< Columns of B packed together when several row blocks reuse them.
  int64_t columnGroup;   ///< Columns of B packed together when they are used at once.
  int64_t directRows;    ///< Up to so many rows, B is read where it lies (row-major B only).
  int64_t decodeRows;    ///< Up to so many rows, panels of stored forms are decoded in registers.
  int64_t directColumns; ///< Columns whose partial sums stay in L1 on that path.
};

struct CpuTarget {
  llvm::StringRef name;     ///< What --cpu takes and manifests record.
  llvm::StringRef llvmCpu;  ///< `target-cpu` of every function.
  llvm::StringRef features; ///< `target-features` of every function, "+a,+b".
  unsigned vectorBits;      ///< Also `prefer-vector-width`.
  bool hasByteDots;         ///< vpdpbusd: sums of four products of bytes, exact.
  /// Whether three of them beat four fused multiply-adds also where many rows share the decoding
  /// of weights: where conversions and additions have ports of their own.
  bool prefersByteDots;
  /// Orders of rxk.tile_multiply that its instructions compute; the others are emulated.
  llvm::ArrayRef<rxk::TileOrder> tileOrders;
  /// The order of products of bf16 on path `bulk`. Where it is `amx`, products of f32 are made of
  /// such products, too.
  rxk::TileOrder bf16Order;
  GemmTiling gemm;

  int64_t lanes(unsigned elementBits) const { return vectorBits / elementBits; }
  bool computes(rxk::TileOrder order) const { return llvm::is_contained(tileOrders, order); }
  /// Whether products of bf16 take less time than products of f32.
  bool gainsFromBf16() const { return computes(bf16Order); }
};

/// Every target, the most capable last.
llvm::ArrayRef<CpuTarget> cpuTargets();

/// The names of cpuTargets(), with commas.
std::string cpuTargetNames();

/// The target called `name`; "host" means detectHost(). The error lists the names.
llvm::Expected<const CpuTarget *> findCpuTarget(llvm::StringRef name);

/// Whether this machine and its operating system run code for `target` (cpuid and the registers
/// that the system saves, XCR0).
bool hostRuns(const CpuTarget &target);

/// The fastest target that this machine runs, null when it has not even AVX2: the most capable one,
/// except that CPUs by Intel are left without vdpbf16ps. Without AMX, bf16 is slower there than f32.
const CpuTarget *detectHost();

} // namespace rx::compiler
