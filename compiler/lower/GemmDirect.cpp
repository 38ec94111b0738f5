#include "compiler/lower/GemmDirect.h"
#include "compiler/lower/GemmPacking.h"
#include "compiler/lower/GemmBlocks.h"
#include "compiler/lower/PanelDecode.h"

using namespace mlir;

namespace rx::compiler {

SmallVector<Value> GemmDirectCall::flatten() const {
  SmallVector<Value> values = {a,     aStride, b,       bStride, c,      cStride,
                               depth, rows,    columns, row,     column, scratch};
  values.append(flattenExtras(extras));
  return values;
}

GemmDirectCall GemmDirectCall::unflatten(ValueRange v) {
  return {v[0],
          v[1],
          v[2],
          v[3],
          v[4],
          v[5],
          v[6],
          v[7],
          v[8],
          v[9],
          v[10],
          v[11],
          unflattenExtras(v.drop_front(12))};
}

namespace {

class DirectBuilder {
public:
  DirectBuilder(GemmEmitter &e, const GemmSpec &spec, GemmFinish &finish)
      : e(e), spec(spec), finish(finish) {}
  virtual ~DirectBuilder() = default;

  /// Blocks of columns whose sums stay in L1.
  void body(const GemmDirectCall &whole) {
    Value block = e.constant(spec.target->gemm.directColumns);
    e.forEach(e.constant(0), whole.columns, block, [&](Value column) {
      GemmDirectCall call = whole;
      call.columns = e.min(block, e.sub(whole.columns, column));
      call.b = columnsFrom(whole, column);
      call.c = e.at(whole.c, column);
      call.column = e.add(whole.column, column);
      SmallVector<std::function<void()>> cases;
      Value index = e.constant(1);
      for (int64_t rows : heights()) {
        cases.push_back([this, call, rows] { products(call, rows); });
        Value above = e.compare(arith::CmpIPredicate::sgt, call.rows, e.constant(rows));
        index = e.select(above, e.constant(static_cast<int64_t>(cases.size()) + 1), index);
      }
      e.switchFrom1(index, cases);
      finish.call({call.c, call.cStride, call.rows, call.columns, call.row, call.column},
                  call.extras);
    });
  }

protected:
  /// Of `rows` rows; call.rows of them exist, more than of the next smaller height.
  virtual void products(const GemmDirectCall &call, int64_t rows) = 0;
  /// The numbers of rows that code is made for, ascending.
  virtual SmallVector<int64_t> heights() const {
    return llvm::to_vector(llvm::seq_inclusive<int64_t>(1, spec.target->gemm.directRows));
  }
  /// B from `column` on, a multiple of directColumns.
  virtual Value columnsFrom(const GemmDirectCall &whole, Value column) {
    return e.at(whole.b, spec.transB ? e.mul(column, whole.bStride) : column);
  }

  /// A(m, k) in every lane.
  Value factor(const GemmDirectCall &call, int64_t row, Value k) {
    return factor(call, e.constant(row), k);
  }
  Value factor(const GemmDirectCall &call, Value m, Value k) {
    Value offset =
        spec.transA ? e.add(e.mul(k, call.aStride), m) : e.add(e.mul(m, call.aStride), k);
    return e.splat(e.load(e.elementType, e.at(call.a, offset)));
  }
  Value multiplyAdd(Value a, Value b, Value sum) {
    return vector::FMAOp::create(e.builder, e.loc, a, b, sum);
  }
  /// Sums of `count` elements over all of k; `chain` maps (first step, how many, zeros) to the sums
  /// of a chain.
  GemmEmitter::Values
  sumChains(Value depth, int64_t count,
            function_ref<GemmEmitter::Values(Value, Value, GemmEmitter::Values)> chain) {
    GemmEmitter::Values zeros(count, e.zeroVector());
    return e.forCarry(e.constant(0), depth, e.constant(gemmChain), zeros,
                      [&](Value first, ValueRange totals) {
                        Value steps = e.min(e.sub(depth, first), e.constant(gemmChain));
                        GemmEmitter::Values sums = chain(first, steps, zeros);
                        for (auto [sum, total] : llvm::zip(sums, totals))
                          sum = e.addFloats(total, sum);
                        return sums;
                      });
  }

  GemmEmitter &e;
  const GemmSpec &spec;
  GemmFinish &finish;
};

/// B stored [K, N]: a few of its rows at a time are scaled and added to a chain's sums, which lie
/// in scratch, a row behind the other. Every load instruction walks along a row of B, as
/// prefetchers like it.
class RowsBuilder : public DirectBuilder {
  using DirectBuilder::DirectBuilder;

  void products(const GemmDirectCall &call, int64_t rows) override {
    forSums(call, rows,
            [&](Value inC, Value, Value mask) { e.storeMasked(e.zeroVector(), inC, mask); });
    e.forEach(e.constant(0), call.depth, e.constant(gemmChain), [&](Value first) {
      addChain(call, rows, first, e.min(e.add(first, e.constant(gemmChain)), call.depth));
    });
  }

  void addChain(const GemmDirectCall &call, int64_t rows, Value first, Value end) {
    forSums(call, rows, [&](Value, Value inChain, Value mask) {
      e.storeMasked(e.zeroVector(), inChain, mask);
    });
    int64_t steps = stepsAtOnce(rows);
    Value whole = e.add(first, e.mul(e.div(e.sub(end, first), e.constant(steps)), steps));
    e.forEach(first, whole, e.constant(steps), [&](Value k) { addRows(call, rows, steps, k); });
    e.forEach(whole, end, e.constant(1), [&](Value k) { addRows(call, rows, 1, k); });
    forSums(call, rows, [&](Value inC, Value inChain, Value mask) {
      Value sum = e.addFloats(e.loadMasked(inC, mask), e.loadMasked(inChain, mask));
      e.storeMasked(sum, inC, mask);
    });
  }

  Value chainRow(const GemmDirectCall &call, int64_t row) {
    return e.at(call.scratch, row * spec.target->gemm.directColumns);
  }

  void forSums(const GemmDirectCall &call, int64_t rows,
               function_ref<void(Value inC, Value inChain, Value mask)> visit) {
    for (int64_t row = 0; row < rows; ++row) {
      Value c = e.at(call.c, e.mul(call.cStride, row)), chain = chainRow(call, row);
      e.forVectors(call.columns,
                   [&](Value n, Value mask) { visit(e.at(c, n), e.at(chain, n), mask); });
    }
  }

  /// Factors take a register each and the sums need some, too.
  int64_t stepsAtOnce(int64_t rows) const {
    const GemmTiling &tiling = spec.target->gemm;
    int64_t registers = tiling.rows * tiling.vectors, steps = 16;
    while (steps * rows > registers / 2 + 4)
      steps /= 2;
    return steps;
  }

  void addRows(const GemmDirectCall &call, int64_t rows, int64_t steps, Value k) {
    GemmEmitter::Values factors, b;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t step = 0; step < steps; ++step)
        factors.push_back(factor(call, row, e.add(k, e.constant(step))));
    }
    for (int64_t step = 0; step < steps; ++step)
      b.push_back(e.at(call.b, e.mul(e.add(k, e.constant(step)), call.bStride)));
    // The next rows of B, or those after them. Every line is asked for once.
    Value ahead = e.mul(call.bStride, std::max<int64_t>(steps, 8));
    e.forVectors(call.columns, [&](Value n, Value mask) {
      GemmEmitter::Values vectors;
      for (Value row : b)
        vectors.push_back(e.loadMasked(e.at(row, n), mask));
      if (!mask && steps > 1)
        for (Value row : b)
          e.prefetch(e.at(e.at(row, n), ahead));
      for (int64_t row = 0; row < rows; ++row) {
        Value address = e.at(chainRow(call, row), n), sum = e.loadMasked(address, mask);
        for (int64_t step = 0; step < steps; ++step)
          sum = multiplyAdd(factors[row * steps + step], vectors[step], sum);
        e.storeMasked(sum, address, mask);
      }
    });
  }
};

/// B stored [N, K]: squares of lanes columns by lanes steps are transposed in registers.
class ColumnsBuilder : public DirectBuilder {
  using DirectBuilder::DirectBuilder;

  void products(const GemmDirectCall &call, int64_t rows) override {
    e.forEach(e.constant(0), call.columns, e.constant(e.lanes), [&](Value n) {
      Value left = e.sub(call.columns, n);
      auto chain = [&](Value first, Value count, GemmEmitter::Values sums) {
        Value rest = e.rem(count, e.constant(e.lanes));
        Value whole = e.add(first, e.sub(count, rest));
        sums = addSquares(call, n, left, first, whole, sums);
        return addRest(call, n, left, whole, rest, sums);
      };
      GemmEmitter::Values sums = sumChains(call.depth, rows, chain);
      Value mask = e.maskBelow(left);
      for (int64_t row = 0; row < rows; ++row)
        e.storeMasked(sums[row], e.at(e.at(call.c, e.mul(call.cStride, row)), n), mask);
    });
  }

  GemmEmitter::Values addSquares(const GemmDirectCall &call, Value n, Value left, Value first,
                                 Value end, ArrayRef<Value> sums) {
    return e.forCarry(first, end, e.constant(e.lanes), sums, [&](Value k, ValueRange carried) {
      GemmEmitter::Values next(carried), steps = square(call, n, left, k, Value());
      for (int64_t step = 0; step < e.lanes; ++step)
        for (auto [row, sum] : llvm::enumerate(next))
          sum = multiplyAdd(factor(call, static_cast<int64_t>(row), e.add(k, e.constant(step))),
                            steps[step], sum);
      return next;
    });
  }

  /// Steps k .. k + lanes of the columns n .. n + lanes, one vector a step. Columns that do not
  /// exist repeat the last one and end in lanes that are not stored.
  GemmEmitter::Values square(const GemmDirectCall &call, Value n, Value left, Value k, Value mask) {
    GemmEmitter::Values columns;
    Value last = e.sub(left, e.constant(1)), ahead = e.mul(call.bStride, e.lanes);
    for (int64_t i = 0; i < e.lanes; ++i) {
      Value column = e.add(n, e.min(e.constant(i), last));
      Value from = e.at(e.at(call.b, e.mul(column, call.bStride)), k);
      columns.push_back(e.loadMasked(from, mask));
      if (!mask)
        e.prefetch(e.at(from, ahead));
    }
    transposeInRegisters(e, columns);
    return columns;
  }

  /// The last steps, fewer than lanes, go through memory: how many there are is known at run time.
  GemmEmitter::Values addRest(const GemmDirectCall &call, Value n, Value left, Value k, Value rest,
                              ArrayRef<Value> sums) {
    e.ifThen(e.compare(arith::CmpIPredicate::ne, rest, e.constant(0)), [&] {
      GemmEmitter::Values steps = square(call, n, left, k, e.maskBelow(rest));
      for (int64_t step = 0; step < e.lanes; ++step)
        e.store(steps[step], e.at(call.scratch, step * e.lanes));
    });
    return e.forCarry(
        e.constant(0), rest, e.constant(1), sums, [&](Value step, ValueRange carried) {
          GemmEmitter::Values next(carried);
          Value b = e.loadVector(e.at(call.scratch, e.mul(step, e.lanes)));
          for (auto [row, sum] : llvm::enumerate(next))
            sum = multiplyAdd(factor(call, static_cast<int64_t>(row), e.add(k, step)), b, sum);
          return next;
        });
  }
};

/// B in panels of a stored form, decoded into registers: every panel's sums stay there over a whole
/// chain. Decoding makes long code, hence a few heights only; rows beyond those that exist repeat
/// the last one and are not stored.
class PanelsBuilder : public DirectBuilder {
public:
  PanelsBuilder(GemmEmitter &e, const GemmSpec &spec, GemmFinish &finish)
      : DirectBuilder(e, spec, finish), form(gemmPanelForm(spec)), decoder(makePanelDecoder(form)) {
  }

private:
  SmallVector<int64_t> heights() const override {
    if (usesBlockProducts(spec)) // the rare rows that those leave
      return {1};
    SmallVector<int64_t> powers;
    for (int64_t rows = 1; rows <= spec.target->gemm.decodeRows; rows *= 2)
      powers.push_back(rows);
    return powers;
  }

  Value panelBytes(Value depth) {
    return e.mul(e.div(depth, e.constant(form.blockElements())), form.recordBytes());
  }
  Value columnsFrom(const GemmDirectCall &whole, Value column) override {
    Value panel = e.div(column, e.constant(form.columns));
    return e.at(whole.b, e.mul(panel, panelBytes(whole.depth)), e.builder.getI8Type());
  }

  void products(const GemmDirectCall &call, int64_t rows) override {
    int64_t vectors = form.columns / e.lanes;
    GemmEmitter::Values existing;
    for (int64_t row = 0; row < rows; ++row)
      existing.push_back(e.min(e.constant(row), e.sub(call.rows, e.constant(1))));
    e.forEach(e.constant(0), call.columns, e.constant(form.columns), [&](Value n) {
      Value panel = columnsFrom(call, n);
      auto chain = [&](Value first, Value count, const GemmEmitter::Values &sums) {
        Value steps = e.constant(decoder->steps());
        Value begin = e.div(first, steps), end = e.add(begin, e.div(count, steps));
        return e.forCarry(begin, end, e.constant(1), sums, [&](Value group, ValueRange carried) {
          GemmEmitter::Values next(carried);
          fetchAhead(panel, group);
          addGroup(call, panel, group, existing, next);
          return next;
        });
      };
      GemmEmitter::Values sums = sumChains(call.depth, rows * vectors, chain);
      for (int64_t row = 0; row < rows; ++row)
        e.ifThen(e.compare(arith::CmpIPredicate::slt, e.constant(row), call.rows), [&] {
          Value c = e.at(e.at(call.c, e.mul(call.cStride, row)), n);
          for (int64_t v = 0; v < vectors; ++v) {
            Value mask = e.maskBelow(e.sub(call.columns, e.add(n, e.constant(v * e.lanes))));
            e.storeMasked(sums[row * vectors + v], e.at(c, v * e.lanes), mask);
          }
        });
    });
  }

  /// The steps of a group, for the rows `existing`: sums[row * vectors + v].
  void addGroup(const GemmDirectCall &call, Value panel, Value group,
                const GemmEmitter::Values &existing, GemmEmitter::Values &sums) {
    Value first = e.mul(group, decoder->steps());
    auto addStep = [&](int64_t step, ArrayRef<Value> columns) {
      for (auto [row, m] : llvm::enumerate(existing)) {
        Value a = factor(call, m, e.add(first, e.constant(step)));
        for (auto [v, column] : llvm::enumerate(columns)) {
          Value &sum = sums[row * columns.size() + v];
          sum = multiplyAdd(a, column, sum);
        }
      }
    };
    decoder->decode(e, panel, group, {e.constant(0), form.columns}, addStep);
  }

  /// The lines that will be read some groups later: panels follow each other in memory, and
  /// decoding is too slow a reader for prefetchers to run far ahead.
  void fetchAhead(Value panel, Value group) {
    constexpr int64_t ahead = 2048, line = GemmEmitter::cacheLine;
    int64_t bytes = form.recordBytes() * decoder->steps() / form.blockElements();
    Type byte = e.builder.getI8Type();
    Value from = e.at(panel, e.mul(group, bytes), byte);
    for (int64_t offset = 0; offset < bytes; offset += line)
      e.prefetch(e.at(from, ahead + offset, byte));
  }

  PanelForm form;
  std::unique_ptr<PanelDecoder> decoder;
};

} // namespace

func::FuncOp buildGemmDirect(GemmEmitter &e, const GemmSpec &spec, GemmFinish &finish) {
  SmallVector<Type> types = {e.ptr, e.i64, e.ptr, e.i64, e.ptr, e.i64,
                             e.i64, e.i64, e.i64, e.i64, e.i64, e.ptr};
  types.append(extraTypes(e, spec));
  SmallVector<bool> noalias = {true, false, true, false, spec.extraInputs == 0};
  func::FuncOp function =
      e.function("direct", types, /*isPublic=*/false, noalias, [&](ValueRange arguments) {
        std::unique_ptr<DirectBuilder> builder;
        if (spec.packedB)
          builder = std::make_unique<PanelsBuilder>(e, spec, finish);
        else if (spec.transB)
          builder = std::make_unique<ColumnsBuilder>(e, spec, finish);
        else
          builder = std::make_unique<RowsBuilder>(e, spec, finish);
        builder->body(GemmDirectCall::unflatten(arguments));
      });
  keepOutOfLine(function);
  return function;
}

} // namespace rx::compiler
