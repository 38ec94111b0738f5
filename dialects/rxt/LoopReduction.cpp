//===- LoopReduction.cpp - loops that fold dimensions away -----------------===//
#include "dialects/rxt/LoopReduction.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;

namespace rx::rxt {
namespace {

using Values = LoopEmitter::Values;
using FloatPredicate = arith::CmpFPredicate;

bool isArgument(ReduceKind kind) {
  return kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin;
}

/// Partial results and how they combine: one value, or for argmax and argmin the best value and its
/// position (-1: none yet).
class Combiner {
public:
  Combiner(LoopEmitter &e, ReduceKind kind, Type element)
      : e(e), builder(e.builder), kind(kind), element(element) {}

  Values identity(bool inLanes) {
    Values values = {constant(identityAttr())};
    if (isArgument(kind))
      values.push_back(constant(builder.getI32IntegerAttr(-1)));
    if (inLanes)
      for (Value &value : values)
        value = e.splat(value);
    return values;
  }

  /// `partial` and one element more; lanes outside `mask` stay as they are. `position` is the
  /// element's along the reduced dimension of argmax and argmin.
  Values add(ValueRange partial, Value value, Value position, Value mask) {
    if (e.isVector(partial[0]))
      value = e.splat(value);
    if (!isArgument(kind)) {
      Value next = fused(partial[0], value);
      return {mask ? e.select(mask, next, partial[0]) : next};
    }
    if (e.isVector(partial[0]))
      position = e.splat(position);
    Value none = compareInt(arith::CmpIPredicate::slt, partial[1], 0);
    Value take = better(value, partial[0]);
    take = either(take, isa<FloatType>(element)
                            ? make<arith::AndIOp>(none, compareFloat(FloatPredicate::ORD, value, value))
                            : none);
    if (mask)
      take = arith::AndIOp::create(builder, e.loc, take, mask);
    return {e.select(take, value, partial[0]), e.select(take, position, partial[1])};
  }

  /// The 16 lanes of partial results as one.
  Values acrossLanes(ValueRange partial) {
    Values lanes(partial);
    for (int64_t half = LoopEmitter::lanes / 2; half > 0; half /= 2) {
      Values low, high;
      for (Value value : lanes) {
        low.push_back(part(value, 0, half));
        high.push_back(part(value, half, half));
      }
      lanes = join(low, high);
    }
    for (Value &value : lanes)
      value = e.lane(value, 0);
    return lanes;
  }

  /// What is stored: the combination, or the position.
  Value result(ValueRange partial) { return partial.back(); }

private:
  Value constant(TypedAttr value) { return arith::ConstantOp::create(builder, e.loc, value); }

  TypedAttr identityAttr() {
    bool low = kind == ReduceKind::Max || kind == ReduceKind::ArgMax;
    bool high = kind == ReduceKind::Min || kind == ReduceKind::ArgMin;
    if (auto type = dyn_cast<FloatType>(element)) {
      if (low || high)
        return FloatAttr::get(type, APFloat::getInf(type.getFloatSemantics(), /*Negative=*/low));
      return FloatAttr::get(type, kind == ReduceKind::Prod ? 1.0 : 0.0);
    }
    unsigned width = element.getIntOrFloatBitWidth();
    if (width > 1 && (low || high))
      return IntegerAttr::get(element, low ? APInt::getSignedMinValue(width)
                                           : APInt::getSignedMaxValue(width));
    bool one = kind == ReduceKind::Prod || kind == ReduceKind::All || high;
    return IntegerAttr::get(element, APInt(width, one));
  }

  Values join(ValueRange a, ValueRange b) {
    if (!isArgument(kind))
      return {combined(a[0], b[0])};
    // b's positions may be lower than a's; equal values go to the lowest.
    Value some = compareInt(arith::CmpIPredicate::sge, b[1], 0);
    Value none = compareInt(arith::CmpIPredicate::slt, a[1], 0);
    Value lower = arith::CmpIOp::create(builder, e.loc, arith::CmpIPredicate::slt, b[1], a[1]);
    Value tie = arith::AndIOp::create(builder, e.loc, equal(a[0], b[0]), lower);
    Value wins = either(none, either(better(b[0], a[0]), tie));
    Value take = arith::AndIOp::create(builder, e.loc, some, wins);
    return {e.select(take, b[0], a[0]), e.select(take, b[1], a[1])};
  }

  /// As `combined`, a product going into a sum through one fused multiply-add.
  Value fused(Value partial, Value value) {
    auto product = value.getDefiningOp<arith::MulFOp>();
    if (kind != ReduceKind::Sum || !product || !value.use_empty())
      return combined(partial, value);
    Value sum = math::FmaOp::create(builder, e.loc, product.getLhs(), product.getRhs(), partial);
    product.erase();
    return sum;
  }

  Value combined(Value a, Value b) {
    bool isFloat = isa<FloatType>(element);
    switch (kind) {
    case ReduceKind::Sum:
      return isFloat ? make<arith::AddFOp>(a, b) : make<arith::AddIOp>(a, b);
    case ReduceKind::Prod:
      return isFloat ? make<arith::MulFOp>(a, b) : make<arith::MulIOp>(a, b);
    case ReduceKind::Any:
      return make<arith::OrIOp>(a, b);
    case ReduceKind::All:
      return make<arith::AndIOp>(a, b);
    default: {
      Value take = better(b, a); // and NaN passes through
      if (isFloat)
        take = either(take, compareFloat(FloatPredicate::UNO, b, b));
      return e.select(take, b, a);
    }
    }
  }

  /// Whether `a` beats `b`: never if either is NaN.
  Value better(Value a, Value b) {
    bool greater = kind == ReduceKind::Max || kind == ReduceKind::ArgMax;
    if (isa<FloatType>(element))
      return compareFloat(greater ? FloatPredicate::OGT : FloatPredicate::OLT, a, b);
    bool isBool = element.isInteger(1);
    auto predicate = greater ? (isBool ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt)
                             : (isBool ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt);
    return arith::CmpIOp::create(builder, e.loc, predicate, a, b);
  }

  Value equal(Value a, Value b) {
    if (isa<FloatType>(element))
      return compareFloat(FloatPredicate::OEQ, a, b);
    return arith::CmpIOp::create(builder, e.loc, arith::CmpIPredicate::eq, a, b);
  }

  Value compareFloat(FloatPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(builder, e.loc, predicate, a, b);
  }

  Value compareInt(arith::CmpIPredicate predicate, Value a, int64_t b) {
    Value bound = constant(builder.getI32IntegerAttr(b));
    if (auto type = dyn_cast<VectorType>(a.getType()))
      bound = vector::BroadcastOp::create(builder, e.loc, type, bound);
    return arith::CmpIOp::create(builder, e.loc, predicate, a, bound);
  }

  Value part(Value lanes, int64_t first, int64_t count) {
    auto indices = llvm::to_vector(llvm::seq<int64_t>(first, first + count));
    return vector::ShuffleOp::create(builder, e.loc, lanes, lanes, indices);
  }

  template <typename Op> Value make(Value a, Value b) { return Op::create(builder, e.loc, a, b); }
  Value either(Value a, Value b) { return make<arith::OrIOp>(a, b); }

  LoopEmitter &e;
  OpBuilder &builder;
  ReduceKind kind;
  Type element;
};

/// The loops around a Combiner.
class ReductionNest {
public:
  ReductionNest(LoopEmitter &e, const ReductionSpace &space, Combiner combiner, ReductionBody body)
      : e(e), space(space), combiner(combiner), body(body), type(e.result().type) {}

  /// Lanes are partial results of one element: each element walks its reduced dimensions.
  void emitAlongReduced(unsigned laneDim) {
    e.forRows(type, [&](ArrayRef<Value> outer, Value lo, Value hi) {
      e.forLoop(lo, hi, [&](Value last) {
        Point point = pointAt(outer);
        if (type.rank() > 0)
          point.indices[type.rank() - 1] = last;
        point.laneDim = laneDim;
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
      Values partial = reduce(point, space.resultRank, combiner.identity(point.laneDim.has_value()));
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

  /// Combines everything below the reduced dimensions before `dim` into `partial`: dimensions in
  /// order, the lane dimension innermost.
  Values reduce(Point point, unsigned dim, Values partial) {
    if (dim == point.laneDim)
      ++dim;
    if (dim < space.rank())
      return e.forCarry(e.constant(0), e.size(space.sizes[dim]), e.constant(1), partial,
                        [&](Value index, ValueRange carried) {
                          point.indices[dim] = index;
                          return reduce(point, dim + 1, Values(carried));
                        });
    if (!point.laneDim || *point.laneDim < space.resultRank)
      return combiner.add(partial, body(point), positionOf(point), Value());
    unsigned lanes = *point.laneDim;
    return e.forStripsCarry(e.constant(0), e.size(space.sizes[lanes]), partial,
                            [&](Value first, Value mask, ValueRange carried) {
                              point.indices[lanes] = first;
                              point.mask = mask;
                              return combiner.add(carried, body(point), positionOf(point), mask);
                            });
  }

  /// Along the first reduced dimension, the only one of argmax and argmin.
  Value positionOf(const Point &point) {
    return space.resultRank < space.rank() ? e.position(point, space.resultRank) : Value();
  }

  LoopEmitter &e;
  const ReductionSpace &space;
  Combiner combiner;
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

void emitReduction(LoopEmitter &emitter, const ReductionSpace &space, ReduceKind kind, Type element,
                   ReductionBody body) {
  ReductionNest nest(emitter, space, Combiner(emitter, kind, element), body);
  if (space.rank() == space.resultRank)
    return nest.emitAlongResult();
  unsigned reduced = bestReducedDim(space);
  bool gathersLess = space.resultRank > 0 && gatheredInputs(space, space.resultRank - 1) <
                                                 gatheredInputs(space, reduced);
  if (gathersLess)
    return nest.emitAlongResult();
  nest.emitAlongReduced(reduced);
}

} // namespace rx::rxt
