#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/GemmDirect.h"
#include "compiler/lower/GemmSplit.h"
#include "compiler/lower/Lanes.h"
#include "compiler/lower/PanelDecode.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

/// Rows and steps of k that are split at a time.
constexpr int64_t mostRows = 64, mostDepth = 2048;

/// Bytes, and how many of them ahead of the reads hide memory's latency.
constexpr int64_t cacheLine = 64, leastAhead = 5000;

/// Steps of one scale.
bool hasTwoScales(const PanelForm &form) { return form.element == RX_Q6_K; }

/// Of `rows` rows and `depth` steps that are split at a time.
struct BlockScratch {
  BlockScratch(const GemmSpec &spec, int64_t rows, int64_t depth) {
    PanelForm form = gemmPanelForm(spec);
    int64_t lanes = spec.target->lanes(32);
    SplitLayout layout(*makeBlockDot(*spec.target), hasTwoScales(form));
    auto aligned = [](int64_t elements) { return (elements + 15) / 16 * 16; };
    sums = aligned(rows * (depth / BlockDot::steps) * layout.bytes / 4);
    ordinary = sums + rows * form.columns;
    edge = ordinary + aligned(rows);
    total = edge + aligned(lanes * lanes);
  }

  int64_t sums, ordinary, edge, total; ///< in elements; split blocks come first
};

/// Products of split rows with the panels of some columns, as values inside their function.
struct BlockPanels {
  Value blocks;     ///< split
  Value b, bStep;   ///< first panel; bytes between panels
  Value c, cStride; ///< first row and column
  Value rows, columns, depth;
  Value resume; ///< i64: whether sums begin with what is in C
  Value sums;   ///< room for rows * panel columns elements

  SmallVector<Value> flatten() const {
    return {blocks, b, bStep, c, cStride, rows, columns, depth, resume, sums};
  }
  static BlockPanels unflatten(ValueRange v) {
    return {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9]};
  }
};

class PanelBuilder {
public:
  PanelBuilder(GemmEmitter &e, const PanelForm &form, const PanelCodes &codes, const BlockDot &dot,
               const SplitLayout &layout)
      : e(e), lanes(e), form(form), codes(codes), dot(dot), layout(layout) {}

  func::FuncOp build() {
    SmallVector<Type> types = {e.ptr, e.ptr, e.i64, e.ptr, e.i64,
                               e.i64, e.i64, e.i64, e.i64, e.ptr};
    SmallVector<bool> noalias = {true, true, false, true, false, false, false, false, false, true};
    func::FuncOp function = e.function("panels", types, /*isPublic=*/false, noalias,
                                       [&](ValueRange v) { body(BlockPanels::unflatten(v)); });
    keepOutOfLine(function);
    return function;
  }

private:
  void body(const BlockPanels &all) {
    call = all;
    e.forEach(e.constant(0), call.columns, e.constant(form.columns), [&](Value column) {
      Value index = e.div(column, e.constant(form.columns));
      Value panel = bytesAt(call.b, e.mul(index, call.bStep));
      forSums(column, [&](Value c, Value sums, Value mask) {
        Value resumes = e.compare(Predicate::ne, call.resume, e.constant(0));
        e.ifElse(
            resumes, [&] { e.store(e.loadMasked(c, mask), sums); },
            [&] { e.store(e.zeroVector(), sums); });
      });
      Value records = e.div(call.depth, e.constant(form.blockElements()));
      e.forEach(e.constant(0), records, e.constant(1),
                [&](Value record) { addRecord(panel, record); });
      forSums(column,
              [&](Value c, Value sums, Value mask) { e.storeMasked(e.loadVector(sums), c, mask); });
    });
  }

  /// Vectors of the panel at `column`, in C and in the sums.
  void forSums(Value column, function_ref<void(Value c, Value sums, Value mask)> visit) {
    e.forEach(e.constant(0), call.rows, e.constant(1), [&](Value row) {
      Value c = e.at(e.at(call.c, e.mul(row, call.cStride)), column);
      Value sums = e.at(call.sums, e.mul(row, form.columns));
      for (int64_t n = 0; n < form.columns; n += e.lanes) {
        Value left = e.sub(call.columns, e.add(column, e.constant(n)));
        visit(e.at(c, n), e.at(sums, n), e.maskBelow(left));
      }
    });
  }

  void addRecord(Value panel, Value index) {
    Value record = bytesAt(panel, e.mul(index, form.recordBytes()));
    int64_t parts = codes.parts();
    for (int64_t part = 0; part < parts; ++part) {
      Value block = e.add(e.mul(index, parts), e.constant(part));
      Value split = bytesAt(call.blocks, e.mul(e.mul(block, call.rows), layout.bytes));
      e.forEach(e.constant(0), e.constant(form.columns), e.constant(e.lanes), [&](Value column) {
        fetchAhead(record, part, column);
        PanelCodes::Group group = codes.group(e, record, part, column);
        BlockDot::Values prepared = dot.prepare(e, group.codes);
        e.forEach(e.constant(0), call.rows, e.constant(1), [&](Value row) {
          Value sums = e.at(e.at(call.sums, e.mul(row, form.columns)), column);
          Value numbers = bytesAt(split, e.mul(row, layout.bytes));
          e.store(add(e.loadVector(sums), group.scales, prepared, numbers), sums);
        });
      });
    }
  }

  /// The lines that will be read some time later, as panels follow each other in memory: this
  /// group's share of them, because many at once would hold up the loads. Within a record reads go
  /// back and forth, so the distance is in records, three of the two K-quants; and it is far enough
  /// in bytes for memory's latency: seven records of Q5_0. Of Q8_0 seven were too many (they pushed
  /// each other out).
  void fetchAhead(Value record, int64_t part, Value column) {
    constexpr int64_t line = cacheLine;
    int64_t records = std::max<int64_t>(3, leastAhead / form.recordBytes());
    int64_t ahead = records * form.recordBytes() / line * line;
    int64_t vectors = form.columns / e.lanes, shares = codes.parts() * vectors;
    int64_t lines = (form.recordBytes() + shares * line - 1) / (shares * line);
    Value share = e.add(e.div(column, e.constant(e.lanes)), e.constant(part * vectors));
    Value from = bytesAt(record, e.mul(share, lines * line));
    for (int64_t i = 0; i < lines; ++i)
      e.prefetch(e.at(from, ahead + i * line, e.builder.getI8Type()));
  }

  /// sum + the product of a group with a block of a row.
  Value add(Value sum, const PanelCodes::Scales &scales, ArrayRef<Value> prepared, Value numbers) {
    int64_t words = PanelCodes::groupSteps / 4 / layout.halves;
    Value value;
    for (int64_t half = 0; half < layout.halves; ++half) {
      Value start = e.at(numbers, layout.sums + 8 * half, e.builder.getI8Type());
      BlockDot::Sums sums = dot.products(
          e, prepared, numbers, half * words, words,
          {lanes.loadBroadcast(start), lanes.loadBroadcast(e.at(start, 4, e.builder.getI8Type()))});
      Value product = lanes.multiplyAdd(lanes.toFloat(sums.high), number(BlockDot::radix),
                                        lanes.toFloat(sums.low));
      Value scale = half == 0 ? scales.low : scales.high;
      value = value ? lanes.multiplyAdd(product, scale, value) : lanes.product(product, scale);
    }
    sum = lanes.multiplyAdd(value, everywhere(numbers, layout.scale), sum);
    if (scales.minusMinimum)
      sum = lanes.multiplyAdd(scales.minusMinimum, everywhere(numbers, layout.total), sum);
    return sum;
  }

  Value number(int64_t value) {
    auto attribute = DenseElementsAttr::get(e.vectorType, static_cast<float>(value));
    return arith::ConstantOp::create(e.builder, e.loc, attribute);
  }
  /// The f32 at that byte, in every lane.
  Value everywhere(Value numbers, int64_t byte) {
    return e.splat(e.load(e.elementType, e.at(numbers, byte, e.builder.getI8Type())));
  }
  Value bytesAt(Value pointer, Value offset) {
    return e.at(pointer, offset, e.builder.getI8Type());
  }

  GemmEmitter &e;
  Lanes lanes;
  const PanelForm &form;
  const PanelCodes &codes;
  const BlockDot &dot;
  const SplitLayout &layout;
  BlockPanels call;
};

class BlocksBuilder {
public:
  BlocksBuilder(GemmEmitter &e, const GemmSpec &spec, const BlockScratch &scratch)
      : e(e), form(gemmPanelForm(spec)), scratch(scratch), codes(makePanelCodes(form)),
        dot(makeBlockDot(*spec.target)), layout(*dot, hasTwoScales(form)), finish(e, spec),
        split(e, *dot, layout, codes->bias()),
        panels(PanelBuilder(e, form, *codes, *dot, layout).build()),
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
        split.judge({a, range.aStride, count, range.depth}, ordinary);
        // Once where K = 0, so that zeros are stored.
        Value depth = e.max(range.depth, e.constant(1));
        forBlocks(e.constant(0), depth, e.constant(mostDepth),
                  [&](Value k, Value) { addDepth(a, row, count, k); });
        finishRows(a, row, count);
      });
    });
  }

  /// Rows of a whole depth, to their scratch.
  void splitRows(const GemmSplit::Rows &rows, Value target) {
    Value ordinary = e.at(target, scratch.ordinary);
    split.judge(rows, ordinary);
    split.split(rows, ordinary, target);
  }

  /// The products of all rows [0, rowEnd), which are split.
  void multiplyRows(const GemmRange &arguments) {
    range = arguments;
    columns = e.sub(range.columnEnd, range.columnBegin);
    Value zero = e.constant(0);
    multiplyDepth(zero, range.rowEnd, zero, range.depth);
    finishRows(range.a, zero, range.rowEnd);
  }

private:
  /// The records that PanelBuilder::fetchAhead comes too late for: while they are on their way, the
  /// rows are split.
  void fetchFirst() {
    Value panel = firstPanel();
    for (int64_t byte = 0; byte < leastAhead; byte += cacheLine)
      e.prefetch(e.at(panel, byte, e.builder.getI8Type()));
  }

  /// Blocks of [from, to) and their sizes.
  void forBlocks(Value from, Value to, Value step, function_ref<void(Value, Value)> body) {
    e.forEach(from, to, step, [&](Value begin) { body(begin, e.min(step, e.sub(to, begin))); });
  }

  void addDepth(Value a, Value row, Value rows, Value k) {
    Value depth = e.min(e.constant(mostDepth), e.sub(range.depth, k));
    split.split({e.at(a, k), range.aStride, rows, depth}, e.at(range.scratch, scratch.ordinary),
                range.scratch);
    multiplyDepth(row, rows, k, depth);
  }

  /// Adds steps [k, k + depth), of which the rows are split.
  void multiplyDepth(Value row, Value rows, Value k, Value depth) {
    Value b = e.at(firstPanel(), panelBytes(k), e.builder.getI8Type());
    BlockPanels call{range.scratch,
                     b,
                     panelBytes(range.depth),
                     startC(row),
                     range.cStride,
                     rows,
                     columns,
                     depth,
                     k,
                     e.at(range.scratch, scratch.sums)};
    e.call(panels, call.flatten());
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
  std::unique_ptr<PanelCodes> codes;
  std::unique_ptr<BlockDot> dot;
  SplitLayout layout;
  GemmFinish finish;
  GemmSplit split;
  func::FuncOp panels, chain;
  bool isStep;
  GemmRange range;
  Value columns;
};

} // namespace

bool usesBlockProducts(const GemmSpec &spec) {
  bool pays = spec.path == GemmPath::Step || spec.target->hasByteDots;
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
  auto split = [&](ValueRange v) { blocks.splitRows({v[0], v[1], v[2], v[3]}, v[4]); };
  auto multiply = [&](ValueRange v) { blocks.multiplyRows(GemmRange::unflatten(v)); };
  return {
      e.function("split_rows", {e.ptr, e.i64, e.i64, e.i64, e.ptr}, /*isPublic=*/false, {}, split),
      e.function("multiply_rows", GemmRange::types(e, spec), /*isPublic=*/false, {}, multiply)};
}

func::FuncOp buildGemmBlocksRange(GemmEmitter &e, const GemmSpec &spec) {
  BlocksBuilder blocks(e, spec, BlockScratch(spec, mostRows, mostDepth));
  return e.function("range", GemmRange::types(e, spec), /*isPublic=*/false, {},
                    [&](ValueRange arguments) { blocks.body(GemmRange::unflatten(arguments)); });
}

} // namespace rx::compiler
