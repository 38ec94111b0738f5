//===- LoopReduction.cpp - loops that fold dimensions away -----------------===//
#include "dialects/rxt/LoopReduction.h"

#include "dialects/rxt/LoopCombiner.h"
#include "dialects/rxt/LoopPresence.h"

using namespace mlir;

namespace rx::rxt {
namespace {

using Values = LoopEmitter::Values;

/// The loops around a LoopCombiner.
class ReductionNest {
public:
  ReductionNest(LoopEmitter &e, const ReductionSpace &space, LoopCombiner combiner,
                const LoopPresence &present, ReductionBody body)
      : e(e), space(space), combiner(combiner), present(present), body(body),
        type(e.result().type) {}

  /// Lanes are partial results of one element: each element walks its reduced dimensions.
  void emitAlongReduced(unsigned laneDim) {
    e.forRows(type, [&](ArrayRef<Value> outer, Value lo, Value hi) {
      e.forLoop(lo, hi, [&](Value last) {
        Point point = pointAt(outer);
        if (type.rank() > 0)
          point.indices[type.rank() - 1] = last;
        point.laneDim = laneDim;
        point.aligned = true; // from 0 on, in blocks
        Values partial = reduce(point, space.resultRank, combiner.identity(/*inLanes=*/true));
        Point target{point.indices, std::nullopt, Value()};
        e.store(combiner.result(combiner.acrossLanes(partial)), e.result(), target);
      });
    });
  }

  /// Lanes are elements of the result; without axes there is one element.
  void emitAlongResult() {
    e.forPoints(type, [&](const Point &target) {
      Point point = pointAt(target.indices);
      point.laneDim = target.laneDim;
      point.mask = target.mask;
      point.aligned = target.aligned;
      Values partial =
          reduce(point, space.resultRank, combiner.identity(point.laneDim.has_value()));
      e.store(combiner.result(partial), e.result(), target);
    });
  }

private:
  Point pointAt(ArrayRef<Value> known) {
    Point point;
    point.indices.assign(known.begin(), known.end());
    point.indices.resize(space.rank());
    return point;
  }

  bool inReducedLanes(const Point &point) {
    return point.laneDim && *point.laneDim >= space.resultRank;
  }

  /// The dimension that is walked innermost.
  std::optional<unsigned> innermost(const Point &point) {
    if (inReducedLanes(point))
      return point.laneDim;
    return space.rank() > space.resultRank ? std::optional(space.rank() - 1) : std::nullopt;
  }

  /// Combines everything below the reduced dimensions before `dim` into `partial`: dimensions in
  /// order, the lane dimension innermost.
  Values reduce(Point point, unsigned dim, Values partial) {
    std::optional<unsigned> last = innermost(point);
    if (dim == last)
      ++dim;
    if (dim < space.rank())
      return e.forCarry(e.constant(0), e.size(space.sizes[dim]), e.constant(1), partial,
                        [&](Value index, ValueRange carried) {
                          point.indices[dim] = index;
                          return reduce(point, dim + 1, Values(carried));
                        });
    return last ? reduceBlocks(point, *last, partial) : add(partial, point, Value());
  }

  Values reduceBlocks(Point point, unsigned dim, Values total) {
    Value length = e.size(space.sizes[dim]), step = e.constant(blockLength);
    return e.forCarry(e.constant(0), length, step, total, [&](Value begin, ValueRange carried) {
      Value end = e.min(e.add(begin, step), length);
      Values block = combiner.identity(point.laneDim.has_value());
      return combiner.join(carried, reduceBlock(point, dim, begin, end, block));
    });
  }

  Values reduceBlock(Point point, unsigned dim, Value begin, Value end, Values partial) {
    if (!inReducedLanes(point))
      return e.forCarry(begin, end, e.constant(1), partial, [&](Value index, ValueRange carried) {
        point.indices[dim] = index;
        return add(carried, point, Value());
      });
    return e.forStripsCarry(begin, end, partial, [&](Value first, Value mask, ValueRange carried) {
      point.indices[dim] = first;
      point.mask = mask;
      return add(carried, point, mask);
    });
  }

  Values add(ValueRange partial, const Point &point, Value mask) {
    Value exists = e.both(mask, present.at(e, point));
    if (exists && e.isVector(partial[0]))
      exists = e.splat(exists);
    // Along the first reduced dimension, the only one of argmax and argmin.
    Value position =
        space.resultRank < space.rank() ? e.position(point, space.resultRank) : Value();
    return combiner.add(partial, body(point), position, exists);
  }

  static constexpr int64_t blockLength = 512;

  LoopEmitter &e;
  const ReductionSpace &space;
  LoopCombiner combiner;
  const LoopPresence &present;
  ReductionBody body;
  TensorType type;
};

/// How many inputs would be gathered lane by lane if lanes ran along `dim`.
unsigned gatheredInputs(const ReductionSpace &space, unsigned dim) {
  return llvm::count_if(space.dimensions, [&](ArrayRef<unsigned> dims) {
    return llvm::is_contained(dims, dim) && (dims.back() != dim || llvm::count(dims, dim) > 1);
  });
}

/// How many inputs differ along `dim`.
unsigned readingInputs(const ReductionSpace &space, unsigned dim) {
  return llvm::count_if(space.dimensions,
                        [&](ArrayRef<unsigned> dims) { return llvm::is_contained(dims, dim); });
}

/// The reduced dimension for lanes: one that is read without gathering, else the last.
unsigned bestReducedDim(const ReductionSpace &space) {
  unsigned best = space.rank() - 1;
  for (unsigned dim = space.rank(); dim-- > space.resultRank;) {
    auto cost = [&](unsigned d) {
      return std::pair(gatheredInputs(space, d), -int(readingInputs(space, d)));
    };
    if (cost(dim) < cost(best))
      best = dim;
  }
  return best;
}

} // namespace

bool lanesAreReduced(const ReductionSpace &space) {
  if (space.rank() == space.resultRank || space.resultRank == 0)
    return space.rank() > space.resultRank;
  return gatheredInputs(space, space.resultRank - 1) >=
         gatheredInputs(space, bestReducedDim(space));
}

LogicalResult emitReduction(LoopEmitter &emitter, Operation *op, const ReductionSpace &space,
                            ReduceKind kind, Type element, ReductionBody body) {
  LoopPresence present;
  for (auto [input, dims] : llvm::zip_equal(op->getOperands(), space.dimensions))
    if (failed(present.add(emitter, op, cast<TensorType>(input.getType()), dims, space.resultRank)))
      return failure();
  ReductionNest nest(emitter, space, LoopCombiner(emitter, kind, element), present, body);
  if (lanesAreReduced(space))
    nest.emitAlongReduced(bestReducedDim(space));
  else
    nest.emitAlongResult();
  return success();
}

} // namespace rx::rxt
