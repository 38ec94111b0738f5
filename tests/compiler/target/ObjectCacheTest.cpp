#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tests/compiler/target/KernelFixture.h"
#include "llvm/Support/FileSystem.h"
#include <fstream>
#include <thread>

namespace rx::compiler {

using ObjectCacheTest = KernelFixture;

constexpr llvm::StringLiteral twice = "%y = arith.addf %x, %x : f32";
constexpr llvm::StringLiteral square = "%y = arith.mulf %x, %x : f32";

TEST_F(ObjectCacheTest, CompilesLoadsAndRuns) {
  const CpuTarget *host = detectHost();
  if (!host)
    GTEST_SKIP() << "this CPU has no AVX2 and FMA";
  ObjectCache cache(folder);
  auto module = parse(elementwiseKernel("twice", twice));
  KernelObject object = expect(cache.get(*module, *host));
  LoadedKernels kernels = expect(LoadedKernels::load(object));
  rx_kernel kernel = kernels.find(object.symbol);
  ASSERT_TRUE(kernel);
  EXPECT_EQ(runElementwise<float>(kernel, {1, -2, 0.5f}), (std::vector<float>{2, -4, 1}));
}

TEST_F(ObjectCacheTest, LeavesTheModuleAlone) {
  auto module = parse(elementwiseKernel("twice", twice));
  std::string before;
  llvm::raw_string_ostream(before) << *module;
  ObjectCache cache(folder);
  expect(cache.get(*module, cpuTargets()[0]));
  std::string after;
  llvm::raw_string_ostream(after) << *module;
  EXPECT_EQ(before, after);
}

TEST_F(ObjectCacheTest, EqualStructureCompilesOnce) {
  auto a = parse(elementwiseKernel("layer_0", twice)),
       b = parse(elementwiseKernel("layer_1", twice)),
       c = parse(elementwiseKernel("layer_0", square));
  ObjectCache cache(folder);
  auto objects = expect(cache.getAll({*a, *b, *c}, cpuTargets()[0]));
  EXPECT_EQ(objects[0].symbol, objects[1].symbol);
  EXPECT_NE(objects[0].symbol, objects[2].symbol);
  EXPECT_EQ(cache.compiledCount(), 2u);
  ObjectCache again(folder);
  EXPECT_EQ(expect(again.get(*b, cpuTargets()[0])).symbol, objects[0].symbol);
  EXPECT_EQ(again.compiledCount(), 0u);
}

TEST_F(ObjectCacheTest, TargetAndLevelAreInTheKey) {
  auto module = parse(elementwiseKernel("twice", twice));
  ObjectCache cache(folder);
  expect(cache.get(*module, cpuTargets()[0]));
  expect(cache.get(*module, cpuTargets()[1]));
  expect(cache.get(*module, cpuTargets()[0], {.optLevel = 0}));
  EXPECT_EQ(cache.compiledCount(), 3u);
}

TEST_F(ObjectCacheTest, DamagedFileIsCompiledAnew) {
  auto module = parse(elementwiseKernel("twice", twice));
  ObjectCache cache(folder);
  KernelObject object = expect(cache.get(*module, cpuTargets()[0]));
  std::ofstream(object.path, std::ios::trunc) << "half an object";
  expect(cache.get(*module, cpuTargets()[0]));
  EXPECT_EQ(cache.compiledCount(), 2u);
  expect(cache.get(*module, cpuTargets()[0]));
  EXPECT_EQ(cache.compiledCount(), 2u);
}

TEST_F(ObjectCacheTest, TwoInstancesMayCompileTheSameKernelAtOnce) {
  auto module = parse(elementwiseKernel("twice", twice));
  ObjectCache first(folder), second(folder);
  std::string symbols[2];
  // Each thread parses for itself: a context belongs to one thread.
  auto compile = [&](ObjectCache &cache, std::string &symbol) {
    mlir::MLIRContext own(registry, mlir::MLIRContext::Threading::DISABLED);
    auto copy = mlir::parseSourceString<mlir::ModuleOp>(elementwiseKernel("twice", twice), &own);
    symbol = llvm::cantFail(cache.get(*copy, cpuTargets()[0])).symbol;
  };
  std::thread other([&] { compile(second, symbols[1]); });
  compile(first, symbols[0]);
  other.join();
  EXPECT_EQ(symbols[0], symbols[1]);
  EXPECT_GE(first.compiledCount() + second.compiledCount(), 1u);
}

TEST_F(ObjectCacheTest, RefusesAModuleWithoutOneEntry) {
  auto module = parse("func.func private @f() { return }");
  ObjectCache cache(folder);
  auto object = cache.get(*module, cpuTargets()[0]);
  ASSERT_FALSE(static_cast<bool>(object));
  EXPECT_EQ(llvm::toString(object.takeError()),
            "a kernel module defines exactly one public function; this one defines 0");
}

TEST_F(ObjectCacheTest, AssemblyUsesTheTargetsRegisters) {
  for (const CpuTarget &target : cpuTargets()) {
    auto module = parse(elementwiseKernel("square", square));
    std::string assembly = expect(emitAssembly(*module, target));
    EXPECT_EQ(assembly.find("%zmm") != std::string::npos, target.vectorBits == 512)
        << target.name.str();
    EXPECT_NE(assembly.find("%ymm"), std::string::npos) << target.name.str();
  }
}

} // namespace rx::compiler
