// The inner loop of the full register tile keeps everything in registers.
#include "compiler/lower/Gemm.h"
#include "compiler/target/EmitObject.h"
#include "mlir/IR/MLIRContext.h"
#include "tests/compiler/lower/harness/TestCode.h"
#include "llvm/ADT/StringRef.h"
#include <gtest/gtest.h>

namespace rx::compiler {
namespace {

/// Instructions of the function called `name`.
llvm::StringRef functionText(llvm::StringRef assembly, const std::string &name) {
  size_t begin = assembly.find("\n" + name + ":");
  EXPECT_NE(begin, llvm::StringRef::npos) << name;
  return assembly.slice(begin, assembly.find(".Lfunc_end", begin));
}

TEST(GemmAssembly, FullTileDoesNotSpill) {
  for (const CpuTarget &target : cpuTargets()) {
    if (target.bf16Order == rxk::TileOrder::Amx)
      continue; // its tiles: GemmTileAssembly
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    GemmSpec spec;
    spec.target = &target;
    auto module = buildGemm(context, spec);
    if (&codeTarget(*module, target) != &target)
      continue; // the same code
    std::string assembly = llvm::cantFail(emitAssembly(*module, target));
    llvm::StringRef tile = functionText(assembly, "tile_" + std::to_string(target.gemm.rows) + "x" +
                                                      std::to_string(target.gemm.vectors));
    llvm::StringRef wide = target.vectorBits == 512 ? "%zmm" : "%ymm";
    size_t multiplyAdds = 0;
    while (!tile.empty()) {
      auto [line, rest] = tile.split('\n');
      tile = rest;
      multiplyAdds += line.contains("vfmadd");
      EXPECT_FALSE(line.contains("(%rsp)") && line.contains(wide))
          << target.name.str() << ": " << line.str();
    }
    EXPECT_GE(multiplyAdds, static_cast<size_t>(target.gemm.rows * target.gemm.vectors));
  }
}

} // namespace
} // namespace rx::compiler
