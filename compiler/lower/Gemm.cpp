#include "compiler/lower/Gemm.h"
#include "compiler/lower/FlushSubnormals.h"
#include "compiler/lower/GemmNest.h"
#include "compiler/lower/GemmPacking.h"
#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/GemmTileNest.h"
#include "compiler/lower/GemmWords.h"
#include "compiler/lower/TileMultiply.h"
#include "dialects/rxk/Rxk.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "runtime/abi/Kernel.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

/// The fields of rx_launch and rx_operand, as 8-byte words.
class LaunchReader {
public:
  LaunchReader(GemmEmitter &e, Value launch)
      : e(e), operands(e.load(e.ptr, launch)), sizes(e.load(e.ptr, word(launch, 1))),
        begin(e.load(e.i64, word(launch, 2))), end(e.load(e.i64, word(launch, 3))),
        scratch(e.load(e.ptr, word(launch, 4))) {}

  Value data(int64_t operand) { return e.load(e.ptr, word(operands, operand * operandWords)); }
  Value stride(int64_t operand, int64_t axis) {
    return e.load(e.i64, word(operands, operand * operandWords + 1 + axis));
  }
  Value size(int64_t index) { return e.load(e.i64, word(sizes, index)); }

private:
  static constexpr int64_t operandWords = sizeof(rx_operand) / 8;
  Value word(Value pointer, int64_t index) { return e.at(pointer, index, e.i64); }

  GemmEmitter &e;
  Value operands, sizes;

public:
  const Value begin, end, scratch;
};

class EntryBuilder {
public:
  EntryBuilder(GemmEmitter &e, const GemmSpec &spec, Value launch, func::FuncOp compute)
      : e(e), spec(spec), tileRows(spec.target->gemm.rows), panelColumns(gemmPanelColumns(spec)),
        reader(e, launch), compute(compute), m(reader.size(spec.batchRank)),
        n(reader.size(spec.batchRank + 1)), k(reader.size(spec.batchRank + 2)) {}

  /// Steps of the parallel dimension count the tiles of one batch element after the other.
  void body() {
    Value rowTiles = e.ceilDiv(m, tileRows), columnTiles = e.ceilDiv(n, panelColumns);
    Value byColumns = e.compare(Predicate::sge, columnTiles, rowTiles);
    Value tiles = e.max(e.max(rowTiles, columnTiles), e.constant(1));
    if (spec.batchRank == 0)
      return batchElement(Value(), reader.begin, reader.end, byColumns);
    Value one = e.constant(1), zero = e.constant(0);
    Value first = e.div(reader.begin, tiles), last = e.ceilDiv(reader.end, tiles);
    e.forEach(first, last, one, [&](Value batch) {
      Value start = e.mul(batch, tiles);
      Value begin = e.max(e.sub(reader.begin, start), zero);
      Value end = e.min(e.sub(reader.end, start), tiles);
      batchElement(batch, begin, end, byColumns);
    });
  }

private:
  /// Tiles [begin, end) of one element of the batch.
  void batchElement(Value batch, Value begin, Value end, Value byColumns) {
    Value zero = e.constant(0);
    SmallVector<Value> indices = batchIndices(batch);
    int64_t output = 2 + spec.extraInputs;
    GemmRange range;
    range.a = start(0, indices);
    range.aStride = reader.stride(0, spec.batchRank);
    range.b = start(1, indices);
    range.bStride = reader.stride(1, spec.batchRank);
    range.c = start(output, indices);
    range.cStride = reader.stride(output, spec.batchRank);
    range.depth = k;
    range.rowBegin = e.select(byColumns, zero, e.mul(begin, tileRows));
    range.rowEnd = e.select(byColumns, m, e.min(e.mul(end, tileRows), m));
    range.columnBegin = e.select(byColumns, e.mul(begin, panelColumns), zero);
    range.columnEnd = e.select(byColumns, e.min(e.mul(end, panelColumns), n), n);
    range.scratch = reader.scratch;
    for (unsigned i = 0; i < spec.extraInputs; ++i)
      range.extras.push_back({start(2 + i, indices), reader.stride(2 + i, spec.batchRank),
                              reader.stride(2 + i, spec.batchRank + 1)});
    e.call(compute, range.flatten());
  }

  /// The coordinates of a linear batch index, the last axis fastest.
  SmallVector<Value> batchIndices(Value batch) {
    SmallVector<Value> indices(spec.batchRank);
    for (unsigned axis = spec.batchRank; axis-- > 0;) {
      indices[axis] = axis == 0 ? batch : e.rem(batch, reader.size(axis));
      if (axis != 0)
        batch = e.div(batch, reader.size(axis));
    }
    return indices;
  }

  Value start(int64_t operand, ArrayRef<Value> indices) {
    Value pointer = reader.data(operand);
    for (auto [axis, index] : llvm::enumerate(indices))
      pointer = e.at(pointer, e.mul(index, reader.stride(operand, axis)));
    return pointer;
  }

  GemmEmitter &e;
  const GemmSpec &spec;
  int64_t tileRows, panelColumns;
  LaunchReader reader;
  func::FuncOp compute;
  Value m, n, k;
};

OwningOpRef<ModuleOp> newModule(MLIRContext &context) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect,
                      rxk::RxkDialect, scf::SCFDialect, vector::VectorDialect>();
  return ModuleOp::create(UnknownLoc::get(&context));
}

} // namespace

rxk::TileOrder gemmOrder(const GemmSpec &spec) {
  rxk::TileOrder ofBf16 = spec.target->bf16Order;
  bool mayRound = spec.precision == Precision::BF16 || ofBf16 == rxk::TileOrder::Amx;
  bool isBulk = spec.elementBits == 32 && spec.path == GemmPath::Bulk;
  return mayRound && isBulk ? ofBf16 : rxk::TileOrder::Chain;
}

/// The function that computes a GemmRange.
static func::FuncOp buildRange(GemmEmitter &e, const GemmSpec &spec) {
  if (usesBlockProducts(spec))
    return buildGemmBlocksRange(e, spec);
  switch (gemmOrder(spec)) {
  case rxk::TileOrder::Chain:
    return buildGemmRange(e, spec);
  case rxk::TileOrder::Pairs:
    return buildFlushingSubnormals(e, buildGemmRange(e, spec));
  case rxk::TileOrder::Amx:
    return buildGemmTileRange(e, spec);
  }
  llvm_unreachable("an order of products");
}

static int64_t scratchElements(const GemmSpec &spec) {
  if (usesBlockProducts(spec))
    return blockScratchElements(spec);
  return gemmOrder(spec) == rxk::TileOrder::Amx ? tileScratchElements(spec)
                                                : GemmScratch(spec).total;
}

OwningOpRef<ModuleOp> buildGemm(MLIRContext &context, const GemmSpec &spec) {
  OwningOpRef<ModuleOp> module = newModule(context);
  GemmEmitter e(*module, spec.elementBits, spec.target->lanes(spec.elementBits));
  func::FuncOp compute = buildRange(e, spec);
  e.function(spec.name, {e.ptr}, /*isPublic=*/true, {},
             [&](ValueRange arguments) { EntryBuilder(e, spec, arguments[0], compute).body(); });
  lowerTileMultiplies(*module, *spec.target);
  return module;
}

OwningOpRef<ModuleOp> buildGemmPackB(MLIRContext &context, const GemmSpec &spec) {
  OwningOpRef<ModuleOp> module = newModule(context);
  GemmEmitter e(*module, spec.elementBits, spec.target->lanes(spec.elementBits));
  int64_t columns = gemmPanelColumns(spec);
  GemmWords elements(*spec.target, rxk::TileOrder::Chain); // whatever products make of them
  func::FuncOp pack = buildPack(e, "pack_b", columns, spec.transB, /*padded=*/true, elements);
  e.function(spec.name, {e.ptr}, /*isPublic=*/true, {}, [&](ValueRange arguments) {
    LaunchReader reader(e, arguments[0]);
    Value n = reader.size(0), depth = reader.size(1), stride = reader.stride(0, 0);
    Value panelStep = e.mul(depth, columns);
    Value begin = e.mul(reader.begin, columns), end = e.min(e.mul(reader.end, columns), n);
    Value source = e.at(reader.data(0), spec.transB ? e.mul(begin, stride) : begin);
    Value target = e.at(reader.data(1), e.mul(reader.begin, panelStep));
    e.call(pack,
           {e.sub(end, begin), depth, e.constant(columns), source, stride, target, panelStep});
  });
  return module;
}

PanelForm gemmPanelForm(const GemmSpec &spec) { return {spec.formB, gemmPanelColumns(spec)}; }

int64_t gemmPanelColumns(const GemmSpec &spec) {
  return spec.target->gemm.vectors * spec.target->lanes(spec.elementBits);
}

int64_t gemmScratchBytes(const GemmSpec &spec) {
  return scratchElements(spec) * (spec.elementBits / 8);
}

int64_t gemmExtent(const GemmSpec &spec, int64_t batch, int64_t m, int64_t n) {
  auto tiles = [](int64_t size, int64_t tile) { return (size + tile - 1) / tile; };
  return batch *
         std::max({tiles(m, spec.target->gemm.rows), tiles(n, gemmPanelColumns(spec)), int64_t(1)});
}

} // namespace rx::compiler
