#include "compiler/target/CpuTarget.h"
#include "runtime/abi/RequestTiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

namespace rx::compiler {

// Register tiles: rows x vectors accumulators + one row of B + one broadcast fit the register file
// (16 or 32). See bench/gemm for the measurements behind the numbers.
static constexpr GemmTiling tilingOfAvx2 = {
    /*rows=*/6,
    /*vectors=*/2,
    /*depthBlock=*/512,
    /*rowBlock=*/120,
    /*columnBlock=*/768,
    /*columnGroup=*/128,
    /*directRows=*/4,
    /*decodeRows=*/4,
    /*directColumns=*/8192};
static constexpr GemmTiling tilingOfAvx512 = {
    /*rows=*/14,           /*vectors=*/2,       /*depthBlock=*/1024, /*rowBlock=*/84,
    /*columnBlock=*/768,   /*columnGroup=*/128, /*directRows=*/4,    /*decodeRows=*/8,
    /*directColumns=*/8192};

#define RX_AVX2 "+avx2,+fma,+bmi2,+f16c"
#define RX_AVXVNNI RX_AVX2 ",+avxvnni"
#define RX_AVX512 RX_AVX2 ",+avx512f,+avx512bw,+avx512vl,+avx512dq"
#define RX_AVX512VNNI RX_AVX512 ",+avx512vnni"
#define RX_AVX512BF16 RX_AVX512VNNI ",+avx512bf16"

#define RX_AMX RX_AVX512BF16 ",+amx-tile,+amx-bf16"

using rxk::TileOrder;
static constexpr TileOrder ofVectors[] = {TileOrder::Chain};
static constexpr TileOrder ofBf16[] = {TileOrder::Chain, TileOrder::Pairs};
static constexpr TileOrder ofAmx[] = {TileOrder::Chain, TileOrder::Pairs, TileOrder::Amx};

// Zen 4 and 5 multiply bytes beside the rest of IntegerSums; ports 0 and 5 of Intel's cores have to
// do both, so there 31 operations for 512 products gain nothing over 32 (BlockSums).
static const CpuTarget targets[] = {
    {"avx2", "x86-64-v3", RX_AVX2, 256, /*hasByteDots=*/false, /*prefersByteDots=*/false, ofVectors,
     TileOrder::Pairs, tilingOfAvx2},
    {"avxvnni", "x86-64-v3", RX_AVXVNNI, 256, /*hasByteDots=*/true, /*prefersByteDots=*/false,
     ofVectors, TileOrder::Pairs, tilingOfAvx2},
    {"avx512", "x86-64-v4", RX_AVX512, 512, /*hasByteDots=*/false, /*prefersByteDots=*/false,
     ofVectors, TileOrder::Pairs, tilingOfAvx512},
    {"avx512vnni", "x86-64-v4", RX_AVX512VNNI, 512, /*hasByteDots=*/true, /*prefersByteDots=*/false,
     ofVectors, TileOrder::Pairs, tilingOfAvx512},
    {"avx512bf16", "x86-64-v4", RX_AVX512BF16, 512, /*hasByteDots=*/true, /*prefersByteDots=*/true,
     ofBf16, TileOrder::Pairs, tilingOfAvx512},
    {"amx", "x86-64-v4", RX_AMX, 512, /*hasByteDots=*/true, /*prefersByteDots=*/false, ofAmx,
     TileOrder::Amx, tilingOfAvx512},
};

#undef RX_AVX2
#undef RX_AVXVNNI
#undef RX_AVX512
#undef RX_AVX512VNNI
#undef RX_AVX512BF16
#undef RX_AMX

llvm::ArrayRef<CpuTarget> cpuTargets() { return targets; }

std::string cpuTargetNames() {
  return llvm::join(llvm::map_range(targets, [](const CpuTarget &t) { return t.name; }), ", ");
}

bool hostRuns(const CpuTarget &target) {
  // LLVM reports a feature only when XGETBV says that the system saves its registers. Tiles must
  // be asked for besides.
  static const llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  llvm::SmallVector<llvm::StringRef, 16> needed;
  target.features.split(needed, ',');
  bool hasAll = llvm::all_of(
      needed, [&](llvm::StringRef feature) { return host.lookup(feature.drop_front()); });
  return hasAll && (!target.computes(TileOrder::Amx) || requestTiles());
}

/// vdpbf16ps of 512 bits takes two cycles on Intel's cores, which do two fused multiply-adds in one
/// (2.1 measured on Emerald Rapids); on Zen 4 and 5 it takes as long as one of them.
static bool multipliesPairsSlowly() {
  using namespace llvm::sys::detail::x86;
  return getVendorSignature() == VendorSignatures::GENUINE_INTEL;
}

const CpuTarget *detectHost() {
  static const CpuTarget *const best = [] {
    const CpuTarget *found = nullptr;
    for (const CpuTarget &target : targets) {
      bool isOfPairs = target.gainsFromBf16() && target.bf16Order == TileOrder::Pairs;
      if (hostRuns(target) && !(isOfPairs && multipliesPairsSlowly()))
        found = &target;
    }
    return found;
  }();
  return best;
}

llvm::Expected<const CpuTarget *> findCpuTarget(llvm::StringRef name) {
  if (name == "host") {
    if (const CpuTarget *host = detectHost())
      return host;
    return llvm::createStringError(
        "this machine's CPU has no AVX2 and FMA; rxc generates code for "
        "x86-64 with AVX2 or more, and can still compile with --cpu avx2");
  }
  for (const CpuTarget &target : targets)
    if (target.name == name)
      return &target;
  return llvm::createStringError("no CPU target is called '" + name + "'; choose one of: host, " +
                                 cpuTargetNames());
}

} // namespace rx::compiler
