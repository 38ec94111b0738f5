#include "compiler/lower/GemmDirect.h"

using namespace mlir;

namespace rx::compiler {

GemmDirect::GemmDirect(GemmEmitter &emitter, const GemmSpec &spec, GemmFinish &finish)
    : e(emitter), spec(spec), finish(finish) {
  SmallVector<Type> types = {e.ptr, e.i64, e.ptr, e.i64, e.ptr, e.i64,
                             e.i64, e.i64, e.i64, e.i64, e.i64};
  types.append(extraTypes(e, spec));
  SmallVector<bool> noalias = {true, false, true, false, spec.extraInputs == 0};
  function = e.function("direct", types, /*isPublic=*/false, noalias, [&](ValueRange v) {
    body({v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10],
          unflattenExtras(v.drop_front(11))});
  });
  function.setNoInline(true);
}

void GemmDirect::call(const GemmDirectCall &c) {
  SmallVector<Value> arguments = {c.a,     c.aStride, c.b,       c.bStride, c.c,     c.cStride,
                                  c.depth, c.rows,    c.columns, c.row,     c.column};
  arguments.append(flattenExtras(c.extras));
  e.call(function, arguments);
}

void GemmDirect::body(const GemmDirectCall &whole) {
  Value block = e.constant(spec.target->gemm.directColumns);
  e.forEach(e.constant(0), whole.columns, block, [&](Value column) {
    GemmDirectCall call = whole;
    call.columns = e.min(block, e.sub(whole.columns, column));
    call.b = e.at(whole.b, column);
    call.c = e.at(whole.c, column);
    call.column = e.add(whole.column, column);
    e.forEach(e.constant(0), call.rows, e.constant(1), [&](Value row) {
      Value c = e.at(call.c, e.mul(row, call.cStride));
      e.forVectors(call.columns,
                   [&](Value n, Value mask) { e.storeMasked(e.zeroVector(), e.at(c, n), mask); });
    });
    SmallVector<std::function<void()>> byRows;
    for (int64_t rows = 1; rows <= spec.target->gemm.directRows; ++rows)
      byRows.push_back([this, call, rows] { products(call, rows); });
    e.switchFrom1(call.rows, byRows);
    finish.call({call.c, call.cStride, call.rows, call.columns, call.row, call.column},
                call.extras);
  });
}

/// Multipliers take a register each and the sums need some, too.
int64_t GemmDirect::stepsAtOnce(int64_t rows) const {
  const GemmTiling &tiling = spec.target->gemm;
  int64_t registers = tiling.rows * tiling.vectors, steps = 16;
  while (steps * rows > registers / 2 + 4)
    steps /= 2;
  return steps;
}

void GemmDirect::products(const GemmDirectCall &call, int64_t rows) {
  int64_t steps = stepsAtOnce(rows);
  Value whole = e.mul(e.div(call.depth, e.constant(steps)), steps);
  e.forEach(e.constant(0), whole, e.constant(steps),
            [&](Value k) { addRows(call, rows, steps, k); });
  e.forEach(whole, call.depth, e.constant(1), [&](Value k) { addRows(call, rows, 1, k); });
}

void GemmDirect::addRows(const GemmDirectCall &call, int64_t rows, int64_t steps, Value k) {
  GemmEmitter::Values factors, b, c;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t step = 0; step < steps; ++step) {
      Value m = e.constant(row), depth = e.add(k, e.constant(step));
      Value offset = spec.transA ? e.add(e.mul(depth, call.aStride), m)
                                 : e.add(e.mul(m, call.aStride), depth);
      factors.push_back(e.splat(e.load(e.elementType, e.at(call.a, offset))));
    }
  for (int64_t step = 0; step < steps; ++step)
    b.push_back(e.at(call.b, e.mul(e.add(k, e.constant(step)), call.bStride)));
  // The next rows of B, or those after them. Every line is asked for once.
  Value ahead = e.mul(call.bStride, std::max<int64_t>(steps, 8));
  for (int64_t row = 0; row < rows; ++row)
    c.push_back(e.at(call.c, e.mul(call.cStride, row)));
  e.forVectors(call.columns, [&](Value n, Value mask) {
    GemmEmitter::Values vectors;
    for (Value row : b)
      vectors.push_back(e.loadMasked(e.at(row, n), mask));
    if (!mask && steps > 1)
      for (Value row : b)
        e.prefetch(e.at(e.at(row, n), ahead));
    for (int64_t row = 0; row < rows; ++row) {
      Value address = e.at(c[row], n), sum = e.loadMasked(address, mask);
      for (int64_t step = 0; step < steps; ++step)
        sum = vector::FMAOp::create(e.builder, e.loc, factors[row * steps + step], vectors[step], sum);
      e.storeMasked(sum, address, mask);
    }
  });
}

} // namespace rx::compiler
