#include "compiler/lower/GemmPanel.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

SmallVector<Value> GemmPanelCall::flatten() const {
  SmallVector<Value> values = {depth, a,       b,      bStep,  bPanelStep, c,   cStep,  rows, tileRows,
                               columns, panels, resume, last, row,        column, edge};
  for (const GemmExtra &extra : extras)
    values.append({extra.pointer, extra.rowStride, extra.columnStride});
  return values;
}

GemmPanelCall GemmPanelCall::unflatten(ValueRange v) {
  GemmPanelCall call{v[0], v[1], v[2],  v[3],  v[4],  v[5],  v[6],  v[7], v[8],
                     v[9], v[10], v[11], v[12], v[13], v[14], v[15], {}};
  for (size_t i = 16; i < v.size(); i += 3)
    call.extras.push_back({v[i], v[i + 1], v[i + 2]});
  return call;
}

namespace {

class PanelBuilder {
public:
  PanelBuilder(GemmEmitter &e, const GemmSpec &spec, GemmMicroKernels &tiles)
      : e(e), spec(spec), tiles(tiles), columns(tiles.panelColumns()) {}

  void body(const GemmPanelCall &call) {
    Value whole = e.compare(Predicate::sge, call.columns, e.mul(call.panels, columns));
    e.forEach(e.constant(0), call.rows, call.tileRows, [&](Value row) {
      Value rows = e.min(call.tileRows, e.sub(call.rows, row));
      GemmTileCall tile{call.depth,
                        e.at(call.a, e.mul(row, call.depth)),
                        call.b,
                        call.bStep,
                        call.bPanelStep,
                        e.at(call.c, e.mul(row, call.cStep)),
                        call.cStep,
                        call.resume};
      Value firstRow = e.add(call.row, row);
      e.ifElse(whole, [&] { wholeTile(call, tile, firstRow, rows); },
               [&] { edgeTile(call, tile, firstRow, rows); });
    });
  }

private:
  /// The tile accumulates in C itself; the epilogue then passes over it while it is in L1.
  void wholeTile(const GemmPanelCall &call, const GemmTileCall &tile, Value firstRow, Value rows) {
    Value one = e.constant(1);
    e.ifElse(e.compare(Predicate::eq, call.panels, one), [&] { tiles.callNarrow(rows, tile); },
             [&] { tiles.callWide(rows, tile); });
    if (!spec.epilogue)
      return;
    e.ifThen(call.last, [&] {
      e.forEach(e.constant(0), rows, one, [&](Value row) {
        Value to = e.at(tile.c, e.mul(row, call.cStep));
        e.forEach(e.constant(0), e.mul(call.panels, columns), e.constant(e.lanes), [&](Value n) {
          Value address = e.at(to, n);
          e.store(finish(call, e.loadVector(address), Value(), e.add(firstRow, row), n), address);
        });
      });
    });
  }

  /// Fewer columns than the panel has: the tile accumulates in call.edge, and only what exists is
  /// read from C and written to it.
  void edgeTile(const GemmPanelCall &call, GemmTileCall tile, Value firstRow, Value rows) {
    Value c = tile.c;
    e.ifThen(call.resume, [&] {
      eachEdgeVector(call, c, rows, [&](Value, Value, Value mask, Value inC, Value inEdge) {
        e.store(e.loadMasked(inC, mask), inEdge);
      });
    });
    tile.c = call.edge;
    tile.cStep = e.constant(columns);
    tiles.callNarrow(rows, tile);
    auto store = [&](bool finished) {
      eachEdgeVector(call, c, rows, [&](Value row, Value n, Value mask, Value inC, Value inEdge) {
        Value sums = e.loadVector(inEdge);
        if (finished)
          sums = finish(call, sums, mask, e.add(firstRow, row), n);
        e.storeMasked(sums, inC, mask);
      });
    };
    if (spec.epilogue)
      e.ifElse(call.last, [&] { store(true); }, [&] { store(false); });
    else
      store(false);
  }

  void eachEdgeVector(const GemmPanelCall &call, Value c, Value rows,
                      function_ref<void(Value row, Value n, Value mask, Value inC, Value inEdge)> visit) {
    for (int64_t v = 0; v < columns; v += e.lanes) {
      Value n = e.constant(v), mask = e.maskBelow(e.sub(call.columns, n));
      e.forEach(e.constant(0), rows, e.constant(1), [&](Value row) {
        visit(row, n, mask, e.at(e.at(c, e.mul(row, call.cStep)), n),
              e.at(e.at(call.edge, e.mul(row, columns)), n));
      });
    }
  }

  Value finish(const GemmPanelCall &call, Value sums, Value mask, Value row, Value n) {
    return spec.epilogue(e.builder, e.loc,
                         {sums, mask, row, e.add(call.column, n), call.extras});
  }

  GemmEmitter &e;
  const GemmSpec &spec;
  GemmMicroKernels &tiles;
  int64_t columns;
};

} // namespace

func::FuncOp buildGemmPanel(GemmEmitter &e, const GemmSpec &spec, GemmMicroKernels &tiles) {
  Type flag = e.builder.getI1Type();
  SmallVector<Type> types = {e.i64, e.ptr, e.ptr, e.i64, e.i64, e.ptr, e.i64, e.i64, e.i64,
                             e.i64, e.i64, flag,  flag,  e.i64, e.i64, e.ptr};
  for (unsigned i = 0; i < spec.extraInputs; ++i)
    types.append({e.ptr, e.i64, e.i64});
  func::FuncOp function =
      e.function("panel", types, /*isPublic=*/false, {}, [&](ValueRange arguments) {
        PanelBuilder(e, spec, tiles).body(GemmPanelCall::unflatten(arguments));
      });
  function.setNoInline(true);
  return function;
}

} // namespace rx::compiler
