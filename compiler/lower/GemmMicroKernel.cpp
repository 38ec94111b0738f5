#include "compiler/lower/GemmMicroKernel.h"
#include "compiler/lower/Gemm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace rx::compiler {

/// Words per trip of the inner loop.
static constexpr int64_t unroll = 4;

GemmMicroKernels::GemmMicroKernels(GemmEmitter &emitter, const GemmTiling &tiling,
                                   const GemmWords &words, bool fetches)
    : emitter(emitter), tiling(tiling), words(words), fetches(fetches) {
  for (int64_t rows = 1; rows <= tiling.rows; ++rows) {
    narrow.push_back(build(rows, tiling.vectors, fetches));
    half.push_back(build(rows, tiling.vectors / 2, /*fetches=*/false));
  }
  for (int64_t rows = 1; widePanelsOf(rows) > 1; ++rows)
    wide.push_back(build(rows, widePanelsOf(rows) * tiling.vectors, /*fetches=*/false));
}

int64_t GemmMicroKernels::widePanelsOf(int64_t rows) const {
  // Two FMA units of four or five stages need eight to ten chains; 16 is enough. Accumulators, one
  // row of B and a broadcast must not need more registers than they do in the full tile.
  int64_t registers = (tiling.rows + 1) * tiling.vectors;
  int64_t panels =
      std::min(16 / (rows * tiling.vectors), registers / ((rows + 1) * tiling.vectors));
  return panels >= 4 ? 4 : panels >= 2 ? 2 : 1;
}

Value GemmMicroKernels::widePanels(Value rows) {
  Value panels = emitter.constant(1);
  for (int64_t height = 1; widePanelsOf(height) > 1; ++height)
    panels =
        emitter.select(emitter.compare(arith::CmpIPredicate::eq, rows, emitter.constant(height)),
                       emitter.constant(widePanelsOf(height)), panels);
  return panels;
}

namespace {

/// One word along k: every accumulator gets one multiply-add.
class TileStep {
public:
  TileStep(GemmEmitter &e, const GemmWords &words, int64_t rows, int64_t vectors, int64_t perPanel,
           Value panelStep)
      : e(e), words(words), rows(rows), vectors(vectors), perPanel(perPanel), panelStep(panelStep) {
  }

  void operator()(Value a, Value b, GemmEmitter::Values &sums) const {
    GemmEmitter::Values row;
    for (int64_t v = 0; v < vectors; ++v) {
      Value panel = b;
      for (int64_t p = 0; p < v / perPanel; ++p)
        panel = e.at(panel, panelStep);
      row.push_back(e.loadVector(e.at(panel, v % perPanel * e.lanes)));
    }
    for (int64_t r = 0; r < rows; ++r) {
      Value factor = e.load(e.elementType, e.at(a, r));
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = sums[r * vectors + v];
        sum = words.multiplyAdd(e, factor, row[v], sum);
      }
    }
  }

private:
  GemmEmitter &e;
  const GemmWords &words;
  int64_t rows, vectors, perPanel;
  Value panelStep;
};

} // namespace

func::FuncOp GemmMicroKernels::build(int64_t rows, int64_t vectors, bool fetches) {
  GemmEmitter &e = emitter;
  std::string name = "tile_" + std::to_string(rows) + "x" + std::to_string(vectors);
  SmallVector<Type> types = {
      e.i64, e.ptr, e.ptr, e.i64, e.i64, e.ptr, e.i64, e.ptr, e.ptr, e.i64, e.builder.getI1Type()};
  auto body = [&](ValueRange args) {
    Value depth = args[0], a = args[1], b = args[2], bStep = args[3], panelStep = args[4],
          c = args[5], cStep = args[6], nextC = args[7], nextB = args[8], nextBStep = args[9],
          resume = args[10];
    TileStep step(e, words, rows, vectors, tiling.vectors, panelStep);
    int64_t chain = gemmChain / words.steps();
    constexpr int64_t line = GemmEmitter::cacheLine;
    int64_t linesPerWord = (tiling.vectors * e.lanes * e.elementBytes + line - 1) / line;
    auto eachVector = [&](Value start, function_ref<void(int64_t, Value)> visit) {
      Value row = start;
      for (int64_t r = 0; r < rows; ++r, row = e.at(row, cStep))
        for (int64_t v = 0; v < vectors; ++v)
          visit(r * vectors + v, e.at(row, v * e.lanes));
    };

    eachVector(nextC, [&](int64_t, Value line) { e.prefetch(line); });

    auto advance = [&](int64_t steps, ValueRange carried) {
      GemmEmitter::Values next(carried.drop_front(3));
      Value aNow = carried[0], bNow = carried[1], ahead = carried[2];
      for (int64_t s = 0; s < steps; ++s) {
        for (int64_t i = 0; fetches && i < linesPerWord; ++i)
          e.prefetch(e.at(ahead, i * line, e.builder.getI8Type()));
        step(aNow, bNow, next);
        aNow = e.at(aNow, rows);
        bNow = e.at(bNow, bStep);
        ahead = e.at(ahead, nextBStep, e.builder.getI8Type());
      }
      next.insert(next.begin(), {aNow, bNow, ahead});
      return next;
    };
    auto addChain = [&](Value begin, ValueRange from) {
      GemmEmitter::Values sums(rows * vectors, e.zeroVector());
      sums.insert(sums.begin(), from.begin(), from.end());
      Value zero = e.constant(0), all = e.min(e.sub(depth, begin), e.constant(chain));
      Value unrolled = e.mul(e.div(all, e.constant(unroll)), unroll);
      for (auto [first, last, steps] :
           {std::tuple(zero, unrolled, unroll), std::tuple(unrolled, all, int64_t(1))})
        sums = e.forCarry(first, last, e.constant(steps), sums,
                          [&](Value, ValueRange carried) { return advance(steps, carried); });
      Value before = e.maskBelow(e.select(resume, e.constant(e.lanes), begin));
      eachVector(c, [&](int64_t i, Value to) {
        e.store(e.addFloats(e.loadMasked(to, before), sums[i + 3]), to);
      });
      return GemmEmitter::Values{sums[0], sums[1], sums[2]};
    };
    // At least once, so that zeros are stored where there are no steps.
    e.forCarry(e.constant(0), e.max(depth, e.constant(1)), e.constant(chain), {a, b, nextB},
               addChain);
  };
  func::FuncOp function =
      e.function(name, types, /*isPublic=*/false, {false, true, true, false, false, true}, body);
  keepOutOfLine(function);
  return function;
}

void GemmMicroKernels::dispatch(Value rows, const GemmTileCall &tile,
                                ArrayRef<func::FuncOp> byRows) {
  SmallVector<std::function<void()>> calls;
  for (func::FuncOp callee : byRows)
    calls.push_back([&, callee] {
      emitter.call(callee, {tile.depth, tile.a, tile.b, tile.bStep, tile.bPanelStep, tile.c,
                            tile.cStep, tile.nextC, tile.nextB, tile.nextBStep, tile.resume});
    });
  emitter.switchFrom1(rows, calls);
}

void GemmMicroKernels::callPanel(Value rows, const GemmTileCall &tile) {
  dispatch(rows, tile, narrow);
}

void GemmMicroKernels::callHalfPanel(Value rows, const GemmTileCall &tile) {
  dispatch(rows, tile, half);
}

void GemmMicroKernels::callWide(Value rows, const GemmTileCall &tile) {
  dispatch(rows, tile, wide);
}

} // namespace rx::compiler
