// rxk.tile_multiply, by instructions and emulated, against the definition of its orders.
#include "compiler/lower/TileMultiply.h"
#include "compiler/lower/FlushSubnormals.h"
#include "compiler/target/EmitObject.h"
#include "dialects/rxk/Rxk.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "tests/compiler/lower/gemm/GemmHarness.h"
#include "tests/compiler/lower/gemm/TileDefinition.h"

namespace rx::compiler {
namespace {

using mlir::Value;
using rxk::TileOrder;

struct TileShape {
  int64_t m, n, k;
};

/// result = sums + a * b for one tile, each matrix at a pointer in row-major order.
class CompiledTile {
public:
  using Function = void (*)(const void *a, const void *b, const float *sums, float *result);

  CompiledTile(const CpuTarget &target, TileOrder order, TileShape shape) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto module = build(context, target, order, shape);
    // No kernel: its function takes the tiles themselves.
    function = reinterpret_cast<Function>(reinterpret_cast<void *>(codeOf(*module, target)));
  }

  static mlir::OwningOpRef<mlir::ModuleOp>
  build(mlir::MLIRContext &context, const CpuTarget &target, TileOrder order, TileShape shape) {
    context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect,
                        mlir::math::MathDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect,
                        rxk::RxkDialect>();
    mlir::OwningOpRef<mlir::ModuleOp> module =
        mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
    GemmEmitter e(*module, 32, target.lanes(32));
    mlir::SmallVector<mlir::Type> types(4, e.ptr);
    mlir::func::FuncOp inner = e.function("inner", types, /*isPublic=*/false, {},
                                          [&](mlir::ValueRange v) { body(e, order, shape, v); });
    inner = buildFlushingSubnormals(e, inner);
    e.function("tile", types, /*isPublic=*/true, {},
               [&](mlir::ValueRange v) { e.call(inner, llvm::to_vector(v)); });
    lowerTileMultiplies(*module, target);
    return module;
  }

  Function function;

private:
  static void body(GemmEmitter &e, TileOrder order, TileShape shape, mlir::ValueRange v) {
    bool isChain = order == TileOrder::Chain;
    mlir::Type element = isChain ? e.elementType : e.builder.getBF16Type();
    auto rowBytes = [&](mlir::VectorType type) {
      return e.constant(type.getNumElements() / type.getDimSize(0) * type.getElementTypeBitWidth() /
                        8);
    };
    auto load = [&](Value pointer, mlir::ArrayRef<int64_t> sizes, mlir::Type type) -> Value {
      auto shaped = mlir::VectorType::get(sizes, type);
      if (order == TileOrder::Amx)
        return rxk::TileLoadOp::create(e.builder, e.loc, shaped, pointer, rowBytes(shaped));
      auto flat = mlir::VectorType::get(shaped.getNumElements(), type);
      Value loaded = mlir::LLVM::LoadOp::create(e.builder, e.loc, flat, pointer, /*alignment=*/2);
      return mlir::vector::ShapeCastOp::create(e.builder, e.loc, shaped, loaded);
    };
    mlir::SmallVector<int64_t> sizesOfB = {shape.k, shape.n};
    if (!isChain)
      sizesOfB = {shape.k / 2, shape.n, 2};
    Value a = load(v[0], {shape.m, shape.k}, element), b = load(v[1], sizesOfB, element);
    Value sums = load(v[2], {shape.m, shape.n}, e.elementType);
    Value result = rxk::TileMultiplyOp::create(e.builder, e.loc, order, a, b, sums);
    if (order == TileOrder::Amx) {
      Value stride = rowBytes(llvm::cast<mlir::VectorType>(result.getType()));
      rxk::TileStoreOp::create(e.builder, e.loc, v[3], stride, result);
      return;
    }
    auto flat = mlir::VectorType::get(shape.m * shape.n, e.elementType);
    e.store(mlir::vector::ShapeCastOp::create(e.builder, e.loc, flat, result), v[3]);
  }
};

/// Kinds of data: alike, of many sizes, with products around the least normal number, any finite
/// ones, many subnormal ones, any bits.
constexpr int kinds = 6;

float numberOfKind(int kind, std::mt19937 &rng) {
  std::uniform_real_distribution<float> uniform(-1, 1);
  auto exponent = [&](int from, int count) { return from + static_cast<int>(rng() % count); };
  switch (kind) {
  case 0:
    return uniform(rng);
  case 1:
    return std::ldexp(uniform(rng), exponent(-20, 41));
  case 2:
    return std::ldexp(uniform(rng), exponent(-66, 8));
  case 3:
    for (;;)
      if (float x = fromBf16(static_cast<uint16_t>(rng())); std::isfinite(x))
        return x;
  case 4:
    return rng() % 2 ? fromBf16(static_cast<uint16_t>(rng() & 0x807F))
                     : fromBf16(static_cast<uint16_t>(rng()));
  default:
    return fromBf16(static_cast<uint16_t>(rng()));
  }
}

uint16_t upperHalf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return static_cast<uint16_t>(bits >> 16);
}

/// Tiles of every kind of data against the definition; the targets without the instruction emulate.
void checkBf16(TileOrder order, TileShape shape, int rounds) {
  for (const CpuTarget *target : runnableTargets()) {
    CompiledTile tile(*target, order, shape);
    for (int kind = 0; kind < kinds; ++kind) {
      std::mt19937 rng(61);
      auto numbers = [&](int64_t count) {
        std::vector<float> all(static_cast<size_t>(count));
        std::generate(all.begin(), all.end(),
                      [&] { return fromBf16(upperHalf(numberOfKind(kind, rng))); });
        return all;
      };
      for (int round = 0; round < rounds; ++round) {
        std::vector<float> a = numbers(shape.m * shape.k), b = numbers(shape.n * shape.k);
        std::vector<float> sums(static_cast<size_t>(shape.m * shape.n)), result = sums;
        for (float &sum : sums)
          sum = numberOfKind(kind, rng) * (kind == 2 ? 0x1p-62f : 1);
        std::vector<uint16_t> rows, pairs; // b: [k / 2][n][2] of b[n][k]
        for (float number : a)
          rows.push_back(upperHalf(number));
        for (int64_t k = 0; k < shape.k; k += 2)
          for (int64_t j = 0; j < shape.n; ++j)
            for (int64_t step : {k, k + 1})
              pairs.push_back(upperHalf(b[static_cast<size_t>(j * shape.k + step)]));
        tile.function(rows.data(), pairs.data(), sums.data(), result.data());
        for (int64_t i = 0; i < shape.m; ++i)
          for (int64_t j = 0; j < shape.n; ++j) {
            const float *x = &a[static_cast<size_t>(i * shape.k)];
            const float *y = &b[static_cast<size_t>(j * shape.k)];
            size_t at = static_cast<size_t>(i * shape.n + j);
            float expected = sums[at];
            if (order == TileOrder::Amx)
              expected = addTileFlushing(expected, x, y, shape.k);
            else
              for (int64_t k = 0; k < shape.k; k += 2)
                expected = addPairFlushing(expected, x[k], y[k], x[k + 1], y[k + 1]);
            ASSERT_TRUE(sameNumber(result[at], expected))
                << target->name.str() << " kind " << kind << ": " << result[at] << " is not "
                << expected;
          }
      }
    }
  }
}

TEST(TileMultiply, PairsAreWhatTheInstructionComputes) {
  checkBf16(TileOrder::Pairs, {3, 16, 6}, 2000);
}

TEST(TileMultiply, TilesAreWhatTheMatrixUnitComputes) {
  checkBf16(TileOrder::Amx, {16, 16, 32}, 150);
  checkBf16(TileOrder::Amx, {5, 16, 6}, 500);
}

/// 2^-126 - 2^-150 has 24 bits and is subnormal, though fmaf rounds it to 2^-126.
TEST(TileMultiply, WhatIsTinyIsSeenAfterRounding) {
  for (const CpuTarget *target : runnableTargets()) {
    CompiledTile tile(*target, TileOrder::Pairs, {1, 16, 2});
    for (int step : {0, 1})
      for (int exponent : {-75, -76}) { // the latter is a tie, and rounds up
        uint16_t a[2] = {0, 0}, b[16][2] = {};
        a[step] = upperHalf(0x1p-75f);
        b[3][step] = upperHalf(-std::ldexp(1.0f, exponent));
        float sums[16] = {}, result[16];
        sums[3] = leastNormal;
        tile.function(a, b, sums, result);
        EXPECT_EQ(result[3], exponent == -75 ? 0 : leastNormal) << target->name.str();
      }
  }
}

TEST(TileMultiply, ChainsAscendInK) {
  constexpr TileShape shape{2, 16, 5};
  for (const CpuTarget *target : runnableTargets()) {
    CompiledTile tile(*target, TileOrder::Chain, shape);
    std::mt19937 rng(62);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (int round = 0; round < 100; ++round) {
      float a[shape.m][shape.k], b[shape.k][shape.n], sums[shape.m][shape.n];
      float result[shape.m][shape.n];
      auto fill = [&](float *numbers, int64_t count) {
        std::generate_n(numbers, count, [&] { return uniform(rng); });
      };
      fill(a[0], shape.m * shape.k), fill(b[0], shape.k * shape.n),
          fill(sums[0], shape.m * shape.n);
      tile.function(a, b, sums[0], result[0]);
      for (int64_t i = 0; i < shape.m; ++i)
        for (int64_t j = 0; j < shape.n; ++j) {
          float expected = sums[i][j];
          for (int64_t k = 0; k < shape.k; ++k)
            expected = std::fma(a[i][k], b[k][j], expected);
          ASSERT_EQ(result[i][j], expected) << target->name.str();
        }
    }
  }
}

/// Every target assembles, also where it does not run, and takes its instruction where it has one.
TEST(TileMultiplyAssembly, InstructionsWhereTheTargetHasThem) {
  for (const CpuTarget &target : cpuTargets())
    for (auto [order, instruction] :
         {std::pair(TileOrder::Pairs, "vdpbf16ps"), std::pair(TileOrder::Amx, "tdpbf16ps")}) {
      mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
      auto module = CompiledTile::build(context, target, order, {1, 16, 2});
      std::string assembly = llvm::cantFail(emitAssembly(*module, target));
      EXPECT_EQ(assembly.find(instruction) != std::string::npos, target.computes(order))
          << target.name.str();
    }
}

} // namespace
} // namespace rx::compiler
