#include "compiler/lower/GemmFinish.h"

using namespace mlir;

namespace rx::compiler {

SmallVector<Type> extraTypes(GemmEmitter &e, const GemmSpec &spec) {
  SmallVector<Type> types;
  for (unsigned i = 0; i < spec.extraInputs; ++i)
    types.append({e.ptr, e.i64, e.i64});
  return types;
}

SmallVector<Value> flattenExtras(ArrayRef<GemmExtra> extras) {
  SmallVector<Value> values;
  for (const GemmExtra &extra : extras)
    values.append({extra.pointer, extra.rowStride, extra.columnStride});
  return values;
}

SmallVector<GemmExtra> unflattenExtras(ValueRange values) {
  SmallVector<GemmExtra> extras;
  for (size_t i = 0; i < values.size(); i += 3)
    extras.push_back({values[i], values[i + 1], values[i + 2]});
  return extras;
}

GemmFinish::GemmFinish(GemmEmitter &e, const GemmSpec &spec) : emitter(e), spec(spec) {
  if (!spec.epilogue)
    return;
  SmallVector<Type> types = {e.ptr, e.i64, e.i64, e.i64, e.i64, e.i64};
  types.append(extraTypes(e, spec));
  function = e.function("finish", types, /*isPublic=*/false, {}, [&](ValueRange v) {
    body({v[0], v[1], v[2], v[3], v[4], v[5]}, unflattenExtras(v.drop_front(6)));
  });
  keepOutOfLine(function);
}

void GemmFinish::call(const GemmFinishedBlock &block, ArrayRef<GemmExtra> extras) {
  if (!function)
    return;
  SmallVector<Value> arguments = {block.c,       block.cStep, block.rows,
                                  block.columns, block.row,   block.column};
  arguments.append(flattenExtras(extras));
  emitter.call(function, arguments);
}

void GemmFinish::body(const GemmFinishedBlock &block, ArrayRef<GemmExtra> extras) {
  GemmEmitter &e = emitter;
  e.forEach(e.constant(0), block.rows, e.constant(1), [&](Value row) {
    Value c = e.at(block.c, e.mul(row, block.cStep)), m = e.add(block.row, row);
    e.forVectors(block.columns, [&](Value n, Value mask) {
      Value address = e.at(c, n), sums = e.loadMasked(address, mask);
      Value result =
          spec.epilogue(e.builder, e.loc, {sums, mask, m, e.add(block.column, n), extras});
      e.storeMasked(result, address, mask);
    });
  });
}

} // namespace rx::compiler
