#include "compiler/lower/BlockSums.h"
#include "compiler/lower/ChainSums.h"
#include "compiler/lower/IntegerSums.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

std::unique_ptr<BlockSums> BlockSums::make(GemmEmitter &e, const GemmSpec &spec) {
  std::unique_ptr<BlockSums> sums;
  if (hasIntegerSums(*spec.target))
    sums = std::make_unique<IntegerSums>(e, spec);
  else
    sums = std::make_unique<ChainSums>(e, spec);
  sums->build();
  return sums;
}

bool hasIntegerSums(const CpuTarget &target) { return target.hasByteDots; }

BlockSumsSizes blockSumsSizes(const GemmSpec &spec, int64_t rows) {
  return hasIntegerSums(*spec.target) ? IntegerSums::sizes(spec, rows)
                                      : ChainSums::sizes(spec, rows);
}

void BlockSums::build() {
  SmallVector<Type> types = {e.ptr, e.ptr, e.i64, e.ptr, e.i64, e.i64,
                             e.i64, e.i64, e.i64, e.ptr, e.ptr, e.i64};
  SmallVector<bool> noalias = {true,  true,  false, true, false, false,
                               false, false, false, true, false, false};
  function = e.function("panels", types, /*isPublic=*/false, noalias, [&](ValueRange v) {
    call = BlockPanels::unflatten(v);
    body();
  });
  keepOutOfLine(function);
}

void BlockSums::body() {
  e.forEach(e.constant(0), call.columns, e.constant(form.columns), [&](Value column) {
    Value index = e.div(column, e.constant(form.columns));
    forSums(column, [&](Value c, Value sums, Value mask) {
      Value resumes = e.compare(Predicate::ne, call.resume, e.constant(0));
      e.ifElse(
          resumes, [&] { e.store(e.loadMasked(c, mask), sums); },
          [&] { e.store(e.zeroVector(), sums); });
    });
    addPanel(index);
    forSums(column,
            [&](Value c, Value sums, Value mask) { e.storeMasked(e.loadVector(sums), c, mask); });
  });
}

/// Vectors of the panel at `column`, in C and in the sums.
void BlockSums::forSums(Value column, function_ref<void(Value c, Value sums, Value mask)> visit) {
  e.forEach(e.constant(0), call.rows, e.constant(1), [&](Value row) {
    Value c = e.at(e.at(call.c, e.mul(row, call.cStride)), column);
    Value sums = sumsOf(row);
    for (int64_t n = 0; n < form.columns; n += e.lanes) {
      Value left = e.sub(call.columns, e.add(column, e.constant(n)));
      visit(e.at(c, n), e.at(sums, n), e.maskBelow(left));
    }
  });
}

void BlockSums::fetchAhead(Value record, Value share, int64_t shares, int64_t records) {
  constexpr int64_t line = GemmEmitter::cacheLine;
  int64_t count = std::max(records, leastAhead() / form.recordBytes());
  int64_t ahead = count * form.recordBytes() / line * line;
  int64_t lines = (form.recordBytes() + shares * line - 1) / (shares * line);
  Value from = bytesAt(record, e.mul(share, lines * line));
  for (int64_t i = 0; i < lines; ++i)
    e.prefetch(e.at(from, ahead + i * line, e.builder.getI8Type()));
}

} // namespace rx::compiler
