#include "compiler/lower/SoftmaxPanels.h"
#include "compiler/lower/GemmPacking.h"
#include "compiler/lower/PanelDecode.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <limits>

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

using rxt::LoopEmitter;
using rxt::Position;
using Values = LoopEmitter::Values;

constexpr int64_t width = PanelProducts::width, lanes = LoopEmitter::lanes;
constexpr double infinity = std::numeric_limits<double>::infinity();

//===-- Layout ---===//

/// Vectors of 32 elements that a panel needs. An index or a bound is two elements.
static int64_t panelVectors(SoftmaxRows &rows) {
  constexpr int64_t maxima = 1, sums = 2, scales = 1, range = 1;
  int64_t rowAxes = rows.rowRank() - rows.batchRank;
  return rows.depth() + maxima + sums + scales + range + 2 * rowAxes;
}

static int64_t elementsOfPanel(SoftmaxRows &rows, int64_t own, const GemmSpec &spec) {
  int64_t prepared = usesBlockProducts(spec) ? blockScratchElements(spec, width, rows.depth()) : 0;
  return panelVectors(rows) * width + prepared + own;
}

/// Without the block of keys, or of scores.
static int64_t elementsOfPanels(int64_t ofPanel) {
  return SoftmaxPanels::keyBlock * width + SoftmaxPanels::panelsAtOnce * ofPanel;
}

/// Of a block of keys as they are multiplied.
static int64_t elementsOfKeys(SoftmaxRows &rows, const GemmSpec &spec) {
  GemmWords words = PanelProducts::wordsOf(spec);
  bool inTile = spec.packedB || words.steps() > 1 || SoftmaxPanels::isPlaced(rows.scores.getRhs());
  return inTile ? SoftmaxPanels::keyBlock * words.count(rows.depth()) : 0;
}

int64_t SoftmaxPanels::scratchElements(SoftmaxRows &rows, int64_t own, const GemmSpec &spec) {
  int64_t panels = elementsOfPanels(elementsOfPanel(rows, own, spec));
  if (usesBlockProducts(spec))
    return panels + width * scoresStride;
  bool copies = PanelProducts::wordsOf(spec).steps() > 1 && isPlaced(rows.scores.getRhs());
  return panels + elementsOfKeys(rows, spec) + (copies ? keyBlock * rows.depth() : 0);
}

SizeExpr SoftmaxPanels::extent(SoftmaxRows &rows) {
  SizeExpr extent(1);
  for (const SizeExpr &size : rows.sum.getResult().getType().sizes())
    extent = extent * size;
  return extent;
}

SoftmaxPanels::SoftmaxPanels(LoopEmitter &e, PanelProducts &products, SoftmaxRows &rows,
                             int64_t own, const GemmSpec &spec, ViewOf viewOf)
    : SoftmaxArithmetic(e), products(products), rows(rows), viewOf(viewOf), ownElements(own),
      panelElements(elementsOfPanel(rows, own, spec)), batchRank(rows.batchRank),
      rowAxes(rows.rowRank() - rows.batchRank), keyDim(rows.keyDim()),
      sizes(rxt::iterationSizes(rows.scores)), equation(rows, e), scoreTile(e.scratch()),
      keyForm(gemmPanelForm(spec)),
      keyTile(at(scoreTile, e.constant(elementsOfPanels(panelElements)))),
      keyRows(products.rounds() ? at(keyTile, e.constant(elementsOfKeys(rows, spec))) : keyTile) {
  GemmEmitter functions = products.functions();
  if (usesBlockProducts(spec))
    blocks = buildBlockProducts(functions, spec, width, rows.depth());
  else if (spec.packedB)
    keyDecode = buildPanelDecode(functions, keyForm, products.words());
  else if (products.rounds())
    keyPack = buildPack(functions, "pack_keys", keyForm.columns, keysAreAlongDepth(),
                        /*padded=*/true, products.words());
}

//===-- Scratch ---===//

/// Points everything at the scratch of `panel` of the batch element, the one in `slot`.
void SoftmaxPanels::placePanel(Value slot, Value panel) {
  Value pointer = at(scoreTile, e.constant(keyBlock * width));
  pointer = at(pointer, e.mul(slot, e.constant(panelElements)));
  auto take = [&](int64_t vectors) {
    Value taken = pointer;
    pointer = at(pointer, e.constant(vectors * width));
    return taken;
  };
  queries = take(rows.depth());
  maxima = take(1);
  sums = take(1);
  lost = take(1);
  scales = take(1);
  range = take(1);
  indices = take(2 * rowAxes);
  own = pointer;
  preparedRows = at(own, e.constant(ownElements));
  Value left = e.sub(rowCount(), e.mul(panel, e.constant(width)));
  strips =
      e.select(e.compare(Predicate::sgt, left, e.constant(lanes)), e.constant(2), e.constant(1));
}

Value SoftmaxPanels::loadRange(int64_t end) {
  return LLVM::LoadOp::create(e.builder, e.loc, e.builder.getI64Type(),
                              at(range, e.constant(2 * end)), 8);
}

void SoftmaxPanels::storeRange(std::pair<Value, Value> keys) {
  LLVM::StoreOp::create(e.builder, e.loc, keys.first, range, 8);
  LLVM::StoreOp::create(e.builder, e.loc, keys.second, at(range, e.constant(2)), 8);
}

//===-- Rows ---===//

/// Rows of a batch element.
Value SoftmaxPanels::rowCount() {
  SizeExpr count(1);
  for (unsigned axis = 0; axis < rowAxes; ++axis)
    count = count * sizes[batchRank + axis];
  return e.size(count);
}

void SoftmaxPanels::forPanels(const PanelHooks &hooks) {
  Value count = rowCount(), divisor = e.max(count, e.constant(1)), wide = e.constant(width);
  Value panels = e.div(e.add(divisor, e.constant(width - 1)), wide);
  // Bounds are mapped one by one, so parts that touch still do.
  auto panelAt = [&](Value row) {
    Value inside = e.div(e.add(e.rem(row, divisor), e.constant(width - 1)), wide);
    return e.add(e.mul(e.div(row, divisor), panels), inside);
  };
  Value first = panelAt(e.begin()), last = panelAt(e.end()), zero = e.constant(0);
  Value beyond = e.div(e.add(last, e.sub(panels, e.constant(1))), panels);
  e.forLoop(e.div(first, panels), beyond, [&](Value element) {
    Value linear = element, start = e.mul(element, panels);
    batch.assign(batchRank, Value());
    for (unsigned axis = batchRank; axis-- > 0;) {
      Value size = e.size(sizes[axis]);
      batch[axis] = axis == 0 ? linear : e.rem(linear, size);
      linear = axis == 0 ? linear : e.div(linear, size);
    }
    Value from = e.max(e.sub(first, start), zero), to = e.min(e.sub(last, start), panels);
    Value group = e.constant(panelsAtOnce);
    e.forLoop(from, to, group,
              [&](Value panel) { forGroup(panel, e.min(group, e.sub(to, panel)), hooks); });
  });
}

/// Panels that go through the keys together.
void SoftmaxPanels::forGroup(Value first, Value count, const PanelHooks &hooks) {
  Value zero = e.constant(0), one = e.constant(1), size = e.constant(keyBlock);
  auto keys =
      e.forCarry(zero, count, one, {e.size(rows.keys()), zero}, [&](Value slot, ValueRange widest) {
        placePanel(slot, e.add(first, slot));
        locateRows(e.add(first, slot));
        blocks ? prepareQueries() : packQueries();
        forStrips([&](Value lane) {
          store(number(-infinity), at(maxima, lane));
          store(number(0), at(sums, lane));
          store(number(0), at(lost, lane));
        });
        if (hooks.begin)
          hooks.begin();
        auto [from, to] = visibleKeys();
        storeRange({from, to});
        return Values{e.min(widest[0], from), e.max(widest[1], to)};
      });
  e.forLoop(e.mul(e.div(keys[0], size), size), keys[1], size, [&](Value start) {
    Value from = e.max(start, keys[0]), to = e.min(e.add(start, size), keys[1]);
    fetchKeys(start, from, to);
    if (hooks.block)
      hooks.block(from, to);
    e.forLoop(zero, count, [&](Value slot) {
      placePanel(slot, e.add(first, slot));
      computeBlock(start, hooks);
    });
  });
  e.forLoop(zero, count, [&](Value slot) {
    placePanel(slot, e.add(first, slot));
    if (hooks.end)
      hooks.end();
  });
}

/// The keys of the block at `start` that the panel sees, if any.
void SoftmaxPanels::computeBlock(Value start, const PanelHooks &hooks) {
  Value from = e.max(start, loadRange(0));
  Value to = e.min(e.add(start, e.constant(keyBlock)), loadRange(1));
  e.ifThen(e.compare(Predicate::slt, from, to), [&] {
    KeyBlock block{from, e.sub(to, from), scoreTile, scales};
    computeScores(block);
    forStrips([&](Value lane) {
      if (hooks.scored)
        hooks.scored(block, lane);
      Value before = load(at(maxima, lane)), now = computeEquation(block, lane);
      if (hooks.equated)
        hooks.equated(block, lane);
      computeWeights(block, lane, before, now);
    });
    if (hooks.weighed)
      hooks.weighed(block);
  });
}

/// Stores the indices of the panel's rows along each axis. Lanes beyond the last row repeat it.
void SoftmaxPanels::locateRows(Value panel) {
  Value first = e.mul(panel, e.constant(width));
  Value last = e.splat(e.sub(rowCount(), e.constant(1)));
  forStrips([&](Value lane) {
    Value row = e.add(e.splat(e.add(first, lane)), e.iota(e.builder.getI64Type()));
    row = e.min(row, last);
    for (unsigned axis = rowAxes; axis-- > 0;) {
      Value size = e.splat(e.size(sizes[batchRank + axis]));
      Value index = axis == 0 ? row : e.rem(row, size);
      Value pointer = at(indices, e.mul(e.add(lane, e.constant(width * axis)), e.constant(2)));
      LLVM::StoreOp::create(e.builder, e.loc, index, pointer, 8);
      if (axis > 0)
        row = e.div(row, size);
    }
  });
}

void SoftmaxPanels::forStrips(function_ref<void(Value)> body) {
  e.forLoop(e.constant(0), strips, [&](Value strip) { body(e.mul(strip, e.constant(lanes))); });
}

Value SoftmaxPanels::rowIndices(unsigned axis, Value lane) {
  Value pointer = at(indices, e.mul(e.add(lane, e.constant(width * axis)), e.constant(2)));
  return LLVM::LoadOp::create(e.builder, e.loc, e.vectorOf(e.builder.getI64Type()), pointer, 8);
}

Value SoftmaxPanels::rowIndex(unsigned axis, Value lane) {
  Value pointer = at(indices, e.mul(e.add(lane, e.constant(width * axis)), e.constant(2)));
  return LLVM::LoadOp::create(e.builder, e.loc, e.builder.getI64Type(), pointer, 8);
}

Values SoftmaxPanels::indicesOf(Value lane) {
  Values indices(batch);
  for (unsigned axis = 0; axis < rowAxes; ++axis)
    indices.push_back(rowIndex(axis, lane));
  return indices;
}

SmallVector<Position> SoftmaxPanels::positions(ArrayRef<unsigned> dims, Value lane,
                                               function_ref<Value(unsigned)> other) {
  return llvm::map_to_vector(dims, [&](unsigned dim) {
    if (dim < batchRank)
      return Position{batch[dim]};
    return Position{dim < keyDim ? rowIndices(dim - batchRank, lane) : other(dim)};
  });
}

//===-- Queries ---===//

/// Stores the queries of the panel as [depth][32].
void SoftmaxPanels::packQueries() {
  rxt::View view = viewOf(rows.scores.getLhs());
  SmallVector<unsigned> dims = rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 0));
  int64_t inSquares = 0;
  if (dims.back() == keyDim + 1) {
    inSquares = rows.depth() / lanes * lanes;
    packQueriesInSquares(view, dims, inSquares);
  }
  forStrips([&](Value lane) {
    e.forLoop(e.constant(inSquares), e.constant(rows.depth()), [&](Value i) {
      Value column = e.loadAt(view, positions(dims, lane, [&](unsigned) { return i; }), Value());
      store(e.splat(column), at(queries, e.add(e.mul(i, e.constant(width)), lane)));
    });
    toWords(queries, e.constant(rows.depth()), lane);
  });
}

void SoftmaxPanels::toWords(Value tile, Value steps, Value lane) {
  if (!products.rounds())
    return;
  Value two = e.constant(2), pairs = e.div(steps, two);
  auto rowAt = [&](Value index) { return at(tile, e.add(e.mul(index, e.constant(width)), lane)); };
  auto round = [&](Value word, Value second) {
    GemmEmitter emitter = emitterAt(e);
    store(products.words().across(emitter, {load(rowAt(e.mul(word, two))), second}), rowAt(word));
  };
  e.forLoop(e.constant(0), pairs,
            [&](Value word) { round(word, load(rowAt(e.add(e.mul(word, two), e.constant(1))))); });
  e.ifThen(e.compare(Predicate::ne, e.rem(steps, two), e.constant(0)),
           [&] { round(pairs, number(0)); });
}

/// The first `count` elements of each query, which lie side by side.
void SoftmaxPanels::packQueriesInSquares(const rxt::View &view, ArrayRef<unsigned> dims,
                                         int64_t count) {
  forStrips([&](Value lane) {
    e.forLoop(e.constant(0), e.constant(count), e.constant(lanes), [&](Value i) {
      Values square;
      for (int64_t l = 0; l < lanes; ++l) {
        Value row = e.add(lane, e.constant(l));
        auto index = llvm::map_to_vector(dims, [&](unsigned dim) {
          return dim < batchRank ? batch[dim] : dim < keyDim ? rowIndex(dim - batchRank, row) : i;
        });
        square.push_back(load(e.address(view, index)));
      }
      transpose(square);
      for (int64_t l = 0; l < lanes; ++l) {
        Value row = e.mul(e.add(i, e.constant(l)), e.constant(width));
        store(square[l], at(queries, e.add(row, lane)));
      }
    });
  });
}

void SoftmaxPanels::transpose(Values &square) {
  GemmEmitter emitter = emitterAt(e);
  transposeInRegisters(emitter, square);
}

} // namespace rx::compiler
