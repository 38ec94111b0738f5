#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/BlockSums.h"
#include "compiler/lower/GemmDirect.h"
#include "compiler/lower/OrdinaryRows.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

/// Rows and steps of k that are prepared at a time.
constexpr int64_t mostRows = 64, mostDepth = 2048;

/// Of `rows` rows and `depth` steps that are prepared at a time.
struct BlockScratch {
  BlockScratch(const GemmSpec &spec, int64_t rows, int64_t depth) {
    BlockSumsSizes sizes = blockSumsSizes(spec, rows);
    int64_t lanes = spec.target->lanes(32);
    auto aligned = [](int64_t elements) { return (elements + 15) / 16 * 16; };
    sums = aligned(rows * (depth / BlockSums::steps) * sizes.preparedBytes / 4);
    ordinary = sums + sizes.scratchElements;
    edge = ordinary + aligned(rows);
    total = edge + aligned(lanes * lanes);
  }

  int64_t sums, ordinary, edge, total; ///< in elements; prepared blocks come first
};

class BlocksBuilder {
public:
  BlocksBuilder(GemmEmitter &e, const GemmSpec &spec, const BlockScratch &scratch)
      : e(e), form(gemmPanelForm(spec)), scratch(scratch), finish(e, spec),
        sums(BlockSums::make(e, spec)), judging(buildOrdinaryRows(e, sums->boundPower())),
        chain(buildGemmDirect(e, spec, finish)), isStep(spec.path == GemmPath::Step) {}

  void body(const GemmRange &arguments) {
    range = arguments;
    columns = e.sub(range.columnEnd, range.columnBegin);
    e.ifThen(e.compare(Predicate::sgt, columns, e.constant(0)), [&] {
      if (isStep)
        fetchFirst();
      forBlocks(range.rowBegin, range.rowEnd, e.constant(mostRows), [&](Value row, Value count) {
        Value a = e.at(range.a, e.mul(row, range.aStride));
        Value ordinary = e.at(range.scratch, scratch.ordinary);
        judge({a, range.aStride, count, range.depth}, ordinary);
        // Once where K = 0, so that zeros are stored.
        Value depth = e.max(range.depth, e.constant(1));
        forBlocks(e.constant(0), depth, e.constant(mostDepth),
                  [&](Value k, Value) { addDepth(a, row, count, k); });
        finishRows(a, row, count);
      });
    });
  }

  /// Rows of a whole depth, to their scratch.
  void prepareRows(const BlockRows &rows, Value target) {
    Value ordinary = e.at(target, scratch.ordinary);
    judge(rows, ordinary);
    sums->prepare(rows, ordinary, target);
  }

  /// The products of all rows [0, rowEnd), which are prepared.
  void multiplyRows(const GemmRange &arguments) {
    range = arguments;
    columns = e.sub(range.columnEnd, range.columnBegin);
    Value zero = e.constant(0);
    multiplyDepth(range.a, zero, range.rowEnd, zero, range.depth);
    finishRows(range.a, zero, range.rowEnd);
  }

private:
  void judge(const BlockRows &rows, Value ordinary) {
    e.call(judging, {rows.a, rows.stride, rows.rows, rows.depth, ordinary});
  }

  /// The records that BlockSums::fetchAhead comes too late for: while they are on their way, the
  /// rows are prepared.
  void fetchFirst() {
    Value panel = firstPanel();
    for (int64_t byte = 0; byte < sums->leastAhead(); byte += GemmEmitter::cacheLine)
      e.prefetch(e.at(panel, byte, e.builder.getI8Type()));
  }

  /// Blocks of [from, to) and their sizes.
  void forBlocks(Value from, Value to, Value step, function_ref<void(Value, Value)> body) {
    e.forEach(from, to, step, [&](Value begin) { body(begin, e.min(step, e.sub(to, begin))); });
  }

  void addDepth(Value a, Value row, Value rows, Value k) {
    Value depth = e.min(e.constant(mostDepth), e.sub(range.depth, k)), from = e.at(a, k);
    sums->prepare({from, range.aStride, rows, depth}, e.at(range.scratch, scratch.ordinary),
                  range.scratch);
    multiplyDepth(from, row, rows, k, depth);
  }

  /// Adds steps [k, k + depth), of which the rows are prepared; `a` is where they begin.
  void multiplyDepth(Value a, Value row, Value rows, Value k, Value depth) {
    Value b = e.at(firstPanel(), panelBytes(k), e.builder.getI8Type());
    sums->multiply({range.scratch, b, panelBytes(range.depth), startC(row), range.cStride, rows,
                    columns, depth, k, e.at(range.scratch, scratch.sums), a, range.aStride});
  }

  /// Finishes the rows that are done and computes the others.
  void finishRows(Value a, Value first, Value rows) {
    e.forEach(e.constant(0), rows, e.constant(1), [&](Value index) {
      Type i32 = e.builder.getI32Type();
      Value row = e.add(first, index), one = e.constant(1);
      Value ordinary = e.load(i32, e.at(e.at(range.scratch, scratch.ordinary), index, i32));
      Value isDone =
          e.compare(Predicate::ne, ordinary, arith::ConstantIntOp::create(e.builder, e.loc, 0, 32));
      e.ifElse(
          isDone,
          [&] {
            finish.call({startC(row), range.cStride, one, columns, row, range.columnBegin},
                        range.extras);
          },
          [&] {
            GemmDirectCall call{e.at(a, e.mul(index, range.aStride)),
                                range.aStride,
                                firstPanel(),
                                range.bStride,
                                startC(row),
                                range.cStride,
                                range.depth,
                                one,
                                columns,
                                row,
                                range.columnBegin,
                                e.at(range.scratch, scratch.edge),
                                range.extras};
            e.call(chain, call.flatten());
          });
    });
  }

  /// Of a panel of `depth` steps, whole blocks.
  Value panelBytes(Value depth) {
    return e.mul(e.div(depth, e.constant(form.blockElements())), form.recordBytes());
  }
  Value firstPanel() {
    Value index = e.div(range.columnBegin, e.constant(form.columns));
    return e.at(range.b, e.mul(index, panelBytes(range.depth)), e.builder.getI8Type());
  }
  Value startC(Value row) {
    return e.at(e.at(range.c, e.mul(row, range.cStride)), range.columnBegin);
  }

  GemmEmitter &e;
  PanelForm form;
  BlockScratch scratch;
  GemmFinish finish;
  std::unique_ptr<BlockSums> sums;
  func::FuncOp judging, chain;
  bool isStep;
  GemmRange range;
  Value columns;
};

} // namespace

bool usesBlockProducts(const GemmSpec &spec) {
  bool pays = spec.path == GemmPath::Step || spec.target->prefersByteDots;
  bool isChain = gemmOrder(spec) == rxk::TileOrder::Chain; // others round, or have matrix units
  return pays && isChain && spec.packedB && !spec.transA && spec.elementBits == 32 &&
         gemmPanelForm(spec).blockElements() > 1;
}

int64_t blockScratchElements(const GemmSpec &spec) {
  return blockScratchElements(spec, mostRows, mostDepth);
}

int64_t blockScratchElements(const GemmSpec &spec, int64_t rows, int64_t depth) {
  return BlockScratch(spec, rows, depth).total;
}

BlockProducts buildBlockProducts(GemmEmitter &e, const GemmSpec &spec, int64_t rows,
                                 int64_t depth) {
  BlocksBuilder blocks(e, spec, BlockScratch(spec, rows, depth));
  auto prepare = [&](ValueRange v) { blocks.prepareRows({v[0], v[1], v[2], v[3]}, v[4]); };
  auto multiply = [&](ValueRange v) { blocks.multiplyRows(GemmRange::unflatten(v)); };
  return {e.function("prepare_rows", {e.ptr, e.i64, e.i64, e.i64, e.ptr}, /*isPublic=*/false, {},
                     prepare),
          e.function("multiply_rows", GemmRange::types(e, spec), /*isPublic=*/false, {}, multiply)};
}

func::FuncOp buildGemmBlocksRange(GemmEmitter &e, const GemmSpec &spec) {
  BlocksBuilder blocks(e, spec, BlockScratch(spec, mostRows, mostDepth));
  return e.function("range", GemmRange::types(e, spec), /*isPublic=*/false, {},
                    [&](ValueRange arguments) { blocks.body(GemmRange::unflatten(arguments)); });
}

} // namespace rx::compiler
