#include "compiler/lower/GemmPanel.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

SmallVector<Value> GemmPanelCall::flatten() const {
  SmallVector<Value> values = {depth,    a,       b,      bStep,  bPanelStep, c,   cStep,  rows,
                               tileRows, columns, panels, resume, last,       row, column, edge};
  values.append(flattenExtras(extras));
  return values;
}

GemmPanelCall GemmPanelCall::unflatten(ValueRange v) {
  GemmPanelCall call{v[0], v[1],  v[2],  v[3],  v[4],  v[5],  v[6],  v[7], v[8],
                     v[9], v[10], v[11], v[12], v[13], v[14], v[15], {}};
  call.extras = unflattenExtras(v.drop_front(16));
  return call;
}

namespace {

class PanelBuilder {
public:
  PanelBuilder(GemmEmitter &e, GemmMicroKernels &tiles, GemmFinish &finish)
      : e(e), tiles(tiles), finish(finish), width(tiles.panelColumns()) {}

  void body(const GemmPanelCall &call) {
    Value here = e.min(call.columns, e.mul(call.panels, width));
    Value whole = e.compare(Predicate::sge, call.columns, e.mul(call.panels, width));
    Value nextBStep = bytesFetchedPerWord(call);
    e.forEach(e.constant(0), call.rows, call.tileRows, [&](Value row) {
      Value rows = e.min(call.tileRows, e.sub(call.rows, row));
      Value c = e.at(call.c, e.mul(row, call.cStep));
      // Below, or at the top of the next panel.
      Value below = e.compare(Predicate::slt, e.add(row, call.tileRows), call.rows);
      Value nextC = e.select(below, e.at(c, e.mul(call.tileRows, call.cStep)),
                             e.at(call.c, e.mul(call.panels, width)));
      GemmTileCall tile{call.depth,
                        e.at(call.a, e.mul(row, call.depth)),
                        call.b,
                        call.bStep,
                        call.bPanelStep,
                        c,
                        call.cStep,
                        nextC,
                        nextB(call, row, nextBStep),
                        nextBStep,
                        call.resume};
      e.ifElse(whole, [&] { wholeTile(call, tile, rows); }, [&] { edgeTile(call, tile, rows); });
      if (finish)
        e.ifThen(call.last, [&] {
          finish.call({c, call.cStep, rows, here, e.add(call.row, row), call.column}, call.extras);
        });
    });
  }

private:
  /// While the tiles of a panel are computed, the next one is fetched, each time an equal part.
  Value bytesFetchedPerWord(const GemmPanelCall &call) {
    if (!tiles.fetchesB())
      return e.constant(0);
    Value tileCount = e.max(e.ceilDiv(call.rows, call.tileRows), e.constant(1));
    return e.div(e.constant(width * e.elementBytes), tileCount);
  }
  /// The part of the tile at `row`.
  Value nextB(const GemmPanelCall &call, Value row, Value step) {
    if (!tiles.fetchesB())
      return call.b;
    Value bytes = e.mul(e.mul(e.div(row, call.tileRows), call.depth), step);
    return e.at(e.at(call.b, call.bPanelStep), bytes, e.builder.getI8Type());
  }

  /// The tile accumulates in C itself.
  void wholeTile(const GemmPanelCall &call, const GemmTileCall &tile, Value rows) {
    e.ifElse(
        e.compare(Predicate::eq, call.panels, e.constant(1)), [&] { tiles.callPanel(rows, tile); },
        [&] { tiles.callWide(rows, tile); });
  }

  /// Fewer columns than the panel has: the tile accumulates in call.edge, and only what exists is
  /// read from C and written to it.
  void edgeTile(const GemmPanelCall &call, GemmTileCall tile, Value rows) {
    Value c = tile.c;
    e.ifThen(call.resume, [&] {
      eachEdgeVector(call, c, rows, [&](Value mask, Value inC, Value inEdge) {
        e.store(e.loadMasked(inC, mask), inEdge);
      });
    });
    tile.c = call.edge;
    tile.cStep = e.constant(width);
    e.ifElse(
        e.compare(Predicate::sle, call.columns, e.constant(width / 2)),
        [&] { tiles.callHalfPanel(rows, tile); }, [&] { tiles.callPanel(rows, tile); });
    eachEdgeVector(call, c, rows, [&](Value mask, Value inC, Value inEdge) {
      e.storeMasked(e.loadVector(inEdge), inC, mask);
    });
  }

  void eachEdgeVector(const GemmPanelCall &call, Value c, Value rows,
                      function_ref<void(Value mask, Value inC, Value inEdge)> visit) {
    for (int64_t n = 0; n < width; n += e.lanes) {
      Value mask = e.maskBelow(e.sub(call.columns, e.constant(n)));
      e.forEach(e.constant(0), rows, e.constant(1), [&](Value row) {
        visit(mask, e.at(e.at(c, e.mul(row, call.cStep)), n),
              e.at(e.at(call.edge, e.mul(row, width)), n));
      });
    }
  }

  GemmEmitter &e;
  GemmMicroKernels &tiles;
  GemmFinish &finish;
  int64_t width;
};

} // namespace

func::FuncOp buildGemmPanel(GemmEmitter &e, const GemmSpec &spec, GemmMicroKernels &tiles,
                            GemmFinish &finish) {
  Type flag = e.builder.getI1Type();
  SmallVector<Type> types = {e.i64, e.ptr, e.ptr, e.i64, e.i64, e.ptr, e.i64, e.i64,
                             e.i64, e.i64, e.i64, flag,  flag,  e.i64, e.i64, e.ptr};
  types.append(extraTypes(e, spec));
  func::FuncOp function =
      e.function("panel", types, /*isPublic=*/false, {}, [&](ValueRange arguments) {
        PanelBuilder(e, tiles, finish).body(GemmPanelCall::unflatten(arguments));
      });
  keepOutOfLine(function);
  return function;
}

} // namespace rx::compiler
