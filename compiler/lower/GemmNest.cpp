#include "compiler/lower/GemmNest.h"
#include "compiler/lower/GemmDirect.h"
#include "compiler/lower/GemmPacking.h"
#include "compiler/lower/GemmPanel.h"
#include "compiler/lower/PanelDecode.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

GemmScratch::GemmScratch(const GemmSpec &spec) {
  const GemmTiling &tiling = spec.target->gemm;
  int64_t lanes = spec.target->lanes(spec.elementBits), columns = tiling.vectors * lanes;
  auto aligned = [](int64_t elements) { return (elements + 15) / 16 * 16; };
  packedA = 0;
  packedB = aligned(tiling.rowBlock * tiling.depthBlock + packSlack(lanes));
  edge = packedB + aligned(tiling.columnBlock * tiling.depthBlock);
  bool addsRows = !spec.packedB && !spec.transB; // see GemmDirect
  int64_t direct = addsRows ? tiling.directRows * tiling.directColumns : lanes * lanes;
  total = edge + aligned(std::max(tiling.rows * columns, direct));
}

SmallVector<Value> GemmRange::flatten() const {
  SmallVector<Value> values = {a,     aStride,  b,      bStride,     c,         cStride,
                               depth, rowBegin, rowEnd, columnBegin, columnEnd, scratch};
  values.append(flattenExtras(extras));
  return values;
}

GemmRange GemmRange::unflatten(ValueRange values) {
  GemmRange range{values[0], values[1], values[2], values[3],  values[4],  values[5], values[6],
                  values[7], values[8], values[9], values[10], values[11], {}};
  range.extras = unflattenExtras(values.drop_front(12));
  return range;
}

SmallVector<Type> GemmRange::types(GemmEmitter &e, const GemmSpec &spec) {
  SmallVector<Type> types = {e.ptr, e.i64, e.ptr, e.i64, e.ptr, e.i64,
                             e.i64, e.i64, e.i64, e.i64, e.i64, e.ptr};
  types.append(extraTypes(e, spec));
  return types;
}

namespace {

class NestBuilder {
public:
  NestBuilder(GemmEmitter &e, const GemmSpec &spec)
      : e(e), spec(spec), tiling(spec.target->gemm), scratch(spec),
        words(*spec.target, gemmOrder(spec)), form(gemmPanelForm(spec)),
        decodes(spec.packedB && (spec.formB != RX_F32 || words.steps() > 1)),
        tiles(e, tiling, words, /*fetches=*/spec.packedB && !decodes), finish(e, spec),
        columns(tiles.panelColumns()) {
    packA = buildPack(e, "pack_a", tiling.rows, !spec.transA, /*padded=*/false, words);
    if (!spec.packedB)
      packB = buildPack(e, "pack_b", columns, spec.transB, /*padded=*/true, words);
    if (decodes)
      decodeB = buildPanelDecode(e, form, words);
    panel = buildGemmPanel(e, spec, tiles, finish);
    if ((!spec.packedB || decodes) && words.steps() == 1) // there A and B are read as they lie
      direct = buildGemmDirect(e, spec, finish);
  }

  void body(const GemmRange &arguments) {
    range = arguments;
    rows = e.sub(range.rowEnd, range.rowBegin);
    Value some = e.both(is(Predicate::sgt, rows, e.constant(0)),
                        is(Predicate::sgt, range.columnEnd, range.columnBegin));
    e.ifThen(some, [&] {
      if (!direct)
        return blockedNest();
      int64_t most = decodes ? tiling.decodeRows : tiling.directRows;
      Value few = is(Predicate::sle, rows, e.constant(most));
      e.ifElse(few, [&] { directProduct(); }, [&] { blockedNest(); });
    });
  }

private:
  /// Blocks of columns, of k, of rows, groups of panels, panels. B is packed (or panels of another
  /// form than f32 are decoded, which is the same to everything else) with the first block
  /// of rows, group by group, and kept for the others; with one block of rows there are no others,
  /// and one group's room is used again and again.
  void blockedNest() {
    Value rowBlocks = e.ceilDiv(rows, tiling.rowBlock);
    Value rowStep = e.roundUp(e.ceilDiv(rows, rowBlocks), tiling.rows);
    Value oneBlock = is(Predicate::eq, rowBlocks, e.constant(1));
    Value allColumns = e.sub(range.columnEnd, range.columnBegin);
    Value columnStep = e.select(oneBlock, allColumns, e.constant(tiling.columnBlock));
    Value zero = e.constant(0);
    forBlocks(range.columnBegin, range.columnEnd, columnStep, [&](Value column, Value columnEnd) {
      forDepth(balancedDepth(), [&](GemmPanelCall call, Value depthBegin, Value depth) {
        forBlocks(range.rowBegin, range.rowEnd, rowStep, [&](Value row, Value rowEnd) {
          placeRows(call, row, e.sub(rowEnd, row));
          call.a = packRows(call, depthBegin, depth);
          Value firstRows = is(Predicate::eq, row, range.rowBegin);
          forBlocks(column, columnEnd, e.constant(tiling.columnGroup),
                    [&](Value group, Value groupEnd) {
                      Value kept = e.select(oneBlock, zero, e.sub(group, column));
                      placeGroup(call, depthBegin, depth, group, groupEnd, kept, firstRows);
                      forPanels(call, group, groupEnd);
                    });
        });
      });
    });
  }

  void directProduct() {
    Value aRow = spec.transA ? e.at(range.a, range.rowBegin)
                             : e.at(range.a, e.mul(range.rowBegin, range.aStride));
    GemmDirectCall call{aRow,
                        range.aStride,
                        decodes ? panelsAt(e.constant(0), range.columnBegin)
                                : sourceB(e.constant(0), range.columnBegin),
                        range.bStride,
                        startC(range.rowBegin, range.columnBegin),
                        range.cStride,
                        range.depth,
                        rows,
                        e.sub(range.columnEnd, range.columnBegin),
                        range.rowBegin,
                        range.columnBegin,
                        e.at(range.scratch, scratch.edge),
                        range.extras};
    e.call(direct, call.flatten());
  }

  /// Equal blocks of at most depthBlock steps, in whole chains; of more where rows are few and
  /// nothing else is packed. Those are whole vectors, too, so that transposing packs have no rest
  /// but at the end, and whole blocks of every stored form.
  Value balancedDepth() {
    Value most = e.constant(tiling.depthBlock);
    if (spec.packedB && !decodes) {
      int64_t few = 2 * tiling.rows, room = tiling.rowBlock * tiling.depthBlock / few;
      most = e.select(is(Predicate::sle, rows, e.constant(few)),
                      e.constant(room / gemmChain * gemmChain), most);
    }
    Value blocks = e.max(e.ceilDiv(range.depth, most), e.constant(1));
    return e.max(e.roundUp(e.ceilDiv(range.depth, blocks), gemmChain), e.constant(gemmChain));
  }

  GemmPanelCall emptyCall() {
    GemmPanelCall call;
    call.cStep = range.cStride;
    call.edge = e.at(range.scratch, scratch.edge);
    call.extras = range.extras;
    return call;
  }

  /// Blocks [begin, end) of [from, to).
  void forBlocks(Value from, Value to, Value step, function_ref<void(Value, Value)> body) {
    e.forEach(from, to, step, [&](Value begin) { body(begin, e.min(e.add(begin, step), to)); });
  }

  /// Blocks of k, `depth` steps from `begin` on; one of length 0 when K = 0, so that zeros are
  /// stored.
  void forDepth(Value step, function_ref<void(GemmPanelCall, Value begin, Value depth)> body) {
    Value end = e.max(range.depth, e.constant(1));
    e.forEach(e.constant(0), end, step, [&](Value begin) {
      GemmPanelCall call = emptyCall();
      Value depth = e.min(step, e.sub(range.depth, begin));
      call.depth = words.count(e, depth);
      call.resume = is(Predicate::ne, begin, e.constant(0));
      call.last = is(Predicate::sge, e.add(begin, step), range.depth);
      body(call, begin, depth);
    });
  }

  /// Equal tiles: 16 rows are two tiles of 8, not one of 14 and one of 2.
  void placeRows(GemmPanelCall &call, Value row, Value count) {
    call.row = row;
    call.rows = count;
    call.tileRows = e.ceilDiv(count, e.ceilDiv(count, tiles.maxRows()));
  }

  /// Packs call.rows of A from `depthBegin` on and returns where they are. A single row that is
  /// stored along k is packed as it lies if its elements are words.
  Value packRows(const GemmPanelCall &call, Value depthBegin, Value depth) {
    Value packed = e.at(range.scratch, scratch.packedA);
    Value source = spec.transA ? e.at(e.at(range.a, e.mul(depthBegin, range.aStride)), call.row)
                               : e.at(e.at(range.a, e.mul(call.row, range.aStride)), depthBegin);
    auto pack = [&] {
      e.call(packA, {call.rows, depth, call.tileRows, source, range.aStride, packed,
                     e.mul(call.tileRows, call.depth)});
    };
    if (spec.transA || words.steps() > 1) {
      pack();
      return packed;
    }
    Value several = is(Predicate::sgt, call.rows, e.constant(1));
    e.ifThen(several, pack);
    return e.select(several, packed, source);
  }

  /// Points call.b at the columns [begin, end) of B, packing or decoding them behind `kept` packed
  /// columns if `fresh`. Packed B of f32 is there already.
  void placeGroup(GemmPanelCall &call, Value depthBegin, Value depth, Value begin, Value end,
                  Value kept, Value fresh) {
    call.bStep = e.constant(columns);
    if (spec.packedB && !decodes) {
      call.bPanelStep = e.mul(range.depth, columns);
      call.b = panelsAt(depthBegin, begin);
      return;
    }
    call.bPanelStep = e.mul(e.roundUp(call.depth, e.lanes), columns);
    Value start = e.mul(e.div(kept, e.constant(columns)), call.bPanelStep);
    call.b = e.at(e.at(range.scratch, scratch.packedB), start);
    e.ifThen(fresh, [&] {
      if (decodes)
        return e.call(decodeB,
                      {e.ceilDiv(e.sub(end, begin), columns), depth, panelsAt(depthBegin, begin),
                       panelBytes(range.depth), call.b, call.bPanelStep});
      e.call(packB, {e.sub(end, begin), depth, e.constant(columns), sourceB(depthBegin, begin),
                     range.bStride, call.b, call.bPanelStep});
    });
  }

  /// Of a panel of `depth` steps, whole blocks.
  Value panelBytes(Value depth) {
    return e.mul(e.div(depth, e.constant(form.blockElements())), form.recordBytes());
  }

  /// Step `depth` of the panel that begins at `column` of packed B.
  Value panelsAt(Value depth, Value column) {
    Value panels = e.mul(e.div(column, e.constant(columns)), panelBytes(range.depth));
    return e.at(range.b, e.add(panels, panelBytes(depth)), e.builder.getI8Type());
  }

  Value sourceB(Value depth, Value column) {
    return spec.transB ? e.at(e.at(range.b, e.mul(column, range.bStride)), depth)
                       : e.at(e.at(range.b, e.mul(depth, range.bStride)), column);
  }

  /// The panels of columns [begin, end), whose first is at call.b: several at once where the row
  /// tile is low and alone, then one at a time.
  void forPanels(const GemmPanelCall &call, Value begin, Value end) {
    Value alone = is(Predicate::eq, call.rows, call.tileRows);
    Value panels = e.select(alone, tiles.widePanels(call.rows), e.constant(1));
    Value several = is(Predicate::sgt, panels, e.constant(1));
    Value width = e.mul(panels, columns), count = e.sub(end, begin);
    Value wide = e.select(several, e.sub(count, e.rem(count, width)), e.constant(0));
    Value split = e.add(begin, wide);
    auto loop = [&](Value from, Value to, Value step, Value panelsAtOnce) {
      e.forEach(from, to, step, [&](Value column) {
        GemmPanelCall one = call;
        one.panels = panelsAtOnce;
        one.column = column;
        one.columns = e.sub(end, column);
        Value index = e.div(e.sub(column, begin), e.constant(columns));
        one.b = e.at(call.b, e.mul(index, call.bPanelStep));
        one.c = startC(call.row, column);
        e.call(panel, one.flatten());
      });
    };
    loop(begin, split, width, panels);
    loop(split, end, e.constant(columns), e.constant(1));
  }

  Value startC(Value row, Value column) {
    return e.at(e.at(range.c, e.mul(row, range.cStride)), column);
  }

  Value is(Predicate predicate, Value a, Value b) { return e.compare(predicate, a, b); }

  GemmEmitter &e;
  const GemmSpec &spec;
  const GemmTiling &tiling;
  GemmScratch scratch;
  GemmWords words;
  PanelForm form; ///< Of packed B.
  bool decodes;   ///< B is panels of other words than those that are multiplied.
  GemmMicroKernels tiles;
  GemmFinish finish;
  int64_t columns;
  func::FuncOp packA, packB, decodeB, panel, direct;
  GemmRange range;
  Value rows; ///< Of the range.
};

} // namespace

func::FuncOp buildGemmRange(GemmEmitter &e, const GemmSpec &spec) {
  NestBuilder nest(e, spec);
  SmallVector<bool> noalias(12, false);
  noalias[11] = true; // scratch
  return e.function("range", GemmRange::types(e, spec), /*isPublic=*/false, noalias,
                    [&](ValueRange arguments) { nest.body(GemmRange::unflatten(arguments)); });
}

} // namespace rx::compiler
