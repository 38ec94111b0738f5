//===- Draw.cpp - random numbers ---===//
#include "dialects/rxt/Evaluation.h"
#include "dialects/rxt/LoopEmitter.h"
#include "runtime/abi/Philox.h"

#include <cmath>

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// (C2) which elements a law can give.
static bool suits(DrawLaw law, Type element) {
  switch (law) {
  case DrawLaw::Uniform:
  case DrawLaw::Normal:
    return element.isF32() || element.isF64();
  case DrawLaw::UniformInt:
    return element.isInteger(32);
  case DrawLaw::Bernoulli:
    return element.isInteger(1);
  }
  llvm_unreachable("every law is listed");
}

LogicalResult DrawOp::verify() {
  TensorType key = getKey().getType();
  if (!key.getElementType().isInteger(64) || key.rank() != 1 || key.getAxes()[0].getSize() != "2")
    return emitOpError() << "the key is i64[2] = (seed, step), not " << key;
  Type element = getResult().getType().getElementType();
  if (!suits(getLaw(), element))
    return emitOpError() << "the law " << stringifyDrawLaw(getLaw())
                         << " does not give elements of " << element;
  return success();
}

//===-- Reference evaluation ---===//

/// `u` in [0, 1) from words `first` and, for f64, the next one.
static double unit(const rx_philox_block &block, unsigned element, bool wide) {
  if (wide)
    return rx_unit_f64(block.word[2 * element], block.word[2 * element + 1]);
  return rx_unit_f32(block.word[element]);
}

/// The largest element below `b`.
static double below(double b, bool wide) {
  return wide ? std::nextafter(b, -INFINITY)
              : double(std::nextafter(static_cast<float>(b), -INFINITY));
}

static Scalar drawOne(DrawOp op, const Evaluation &evaluation, ElementKind kind,
                      const rx_philox_block &block) {
  double a = op.getA().convertToDouble(), b = op.getB().convertToDouble();
  bool wide = kind == ElementKind::F64;
  switch (op.getLaw()) {
  case DrawLaw::Uniform: {
    double value = evaluation.round(kind, a + unit(block, 0, wide) * (b - a));
    return scalarOf(std::min(value, below(b, wide)));
  }
  case DrawLaw::Normal: {
    double radius = std::sqrt(-2.0 * std::log1p(-unit(block, 0, wide)));
    double angle = 2.0 * M_PI * unit(block, 1, wide);
    return scalarOf(evaluation.round(kind, a + b * radius * std::cos(angle)));
  }
  case DrawLaw::UniformInt: {
    auto range = static_cast<uint32_t>(int64_t(b) - int64_t(a));
    return scalarOf(int64_t(a) + int64_t(rx_below(block.word[0], range)));
  }
  case DrawLaw::Bernoulli:
    return scalarOf(int64_t(rx_unit_f32(block.word[0]) < a));
  }
  llvm_unreachable("every law is listed");
}

LogicalResult DrawOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &key = evaluation.tensor(getKey());
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  uint64_t path = rx_path_hash(getPath().data(), getPath().size());
  for (int64_t i = 0; i < result.count(); ++i)
    result.values[i] =
        drawOne(*this, evaluation, result.kind, rx_draw(key.integer(0), path, key.integer(1), i));
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

namespace {

/// Emits what runtime/abi/Philox.h defines, for one element or for 16. All arithmetic of floats is
/// in f64, as there, and rounded once.
class DrawLoops {
public:
  DrawLoops(DrawOp op, LoopEmitter &emitter)
      : op(op), e(emitter), builder(emitter.builder),
        elementType(op.getResult().getType().getElementType()) {
    Value seed = e.load(e.input(0), {e.constant(0)});
    step = e.load(e.input(0), {e.constant(1)});
    uint64_t path = rx_path_hash(op.getPath().data(), op.getPath().size());
    key = make<arith::XOrIOp>(mixed(seed), e.constant(static_cast<int64_t>(path)));
  }

  Value element(const Point &point) {
    inLanes = point.laneDim.has_value();
    Words words = philox(linearIndex(point));
    double a = op.getA().convertToDouble(), b = op.getB().convertToDouble();
    switch (op.getLaw()) {
    case DrawLaw::Uniform:
      return uniform(unit(words, 0), a, b);
    case DrawLaw::Normal:
      return normal(unit(words, 0), unit(words, 1), a, b);
    case DrawLaw::UniformInt: {
      auto range = static_cast<uint32_t>(int64_t(b) - int64_t(a));
      Value scaled = highWord(words[0], range);
      return make<arith::AddIOp>(scaled, integer(builder.getI32Type(), int64_t(a)));
    }
    case DrawLaw::Bernoulli:
      return arith::CmpFOp::create(builder, e.loc, arith::CmpFPredicate::OLT, unit(words, 0),
                                   real(a));
    }
    llvm_unreachable("every law is listed");
  }

private:
  using Words = std::array<Value, 4>;

  /// rx_mix64
  Value mixed(Value x) {
    auto shifted = [&](Value y, int64_t by) { return make<arith::ShRUIOp>(y, e.constant(by)); };
    x = e.add(x, e.constant(int64_t(0x9e3779b97f4a7c15u)));
    x = e.mul(make<arith::XOrIOp>(x, shifted(x, 30)), e.constant(int64_t(0xbf58476d1ce4e5b9u)));
    x = e.mul(make<arith::XOrIOp>(x, shifted(x, 27)), e.constant(int64_t(0x94d049bb133111ebu)));
    return make<arith::XOrIOp>(x, shifted(x, 31));
  }

  Value linearIndex(const Point &point) {
    TensorType type = op.getResult().getType();
    Value linear = e.constant(0);
    for (int64_t axis = 0; axis < type.rank(); ++axis)
      linear = e.add(e.mul(linear, e.size(type.size(axis))), point.indices[axis]);
    return inLanes ? e.add(e.splat(linear), e.iota(builder.getI64Type())) : linear;
  }

  /// rx_philox4x32_10 of the counter (index, step).
  Words philox(Value index) {
    Words counter = {low(index), high(index), lanes(low(step)), lanes(high(step))};
    Value key0 = low(key), key1 = high(key);
    for (int round = 0; round < 10; ++round) {
      Value product0 = wideProduct(counter[0], 0xD2511F53u);
      Value product1 = wideProduct(counter[2], 0xCD9E8D57u);
      counter = {exclusive(high(product1), counter[1], lanes(key0)), low(product1),
                 exclusive(high(product0), counter[3], lanes(key1)), low(product0)};
      key0 = e.add(key0, scalar(builder.getI32IntegerAttr(static_cast<int32_t>(0x9E3779B9u))));
      key1 = e.add(key1, scalar(builder.getI32IntegerAttr(static_cast<int32_t>(0xBB67AE85u))));
    }
    return counter;
  }

  /// u in [0, 1): rx_unit_f32 of one word, rx_unit_f64 of two; f64 either way.
  Value unit(const Words &words, unsigned number) {
    Type f64 = typeLike(builder.getF64Type());
    if (!elementType.isF64()) {
      Value top = make<arith::ShRUIOp>(words[number], integer(builder.getI32Type(), 8));
      return make<arith::MulFOp>(arith::UIToFPOp::create(builder, e.loc, f64, top), real(0x1p-24));
    }
    Type i64 = builder.getI64Type();
    Value upper = make<arith::ShLIOp>(wide(words[2 * number + 1]), integer(i64, 32));
    Value both = make<arith::OrIOp>(upper, wide(words[2 * number]));
    Value top = make<arith::ShRUIOp>(both, integer(i64, 11));
    return make<arith::MulFOp>(arith::UIToFPOp::create(builder, e.loc, f64, top), real(0x1p-53));
  }

  Value uniform(Value u, double a, double b) {
    Value value = rounded(make<arith::AddFOp>(real(a), make<arith::MulFOp>(u, real(b - a))));
    Value most = lanes(scalar(FloatAttr::get(elementType, below(b, elementType.isF64()))));
    Value over = arith::CmpFOp::create(builder, e.loc, arith::CmpFPredicate::OLT, most, value);
    return e.select(over, most, value);
  }

  /// The product of b and the radius comes first, as in the reference.
  Value normal(Value u, Value v, double a, double b) {
    Value log = math::Log1pOp::create(builder, e.loc, arith::NegFOp::create(builder, e.loc, u));
    Value radius = math::SqrtOp::create(builder, e.loc, make<arith::MulFOp>(real(-2.0), log));
    Value angle = make<arith::MulFOp>(real(2.0 * M_PI), v);
    Value scaled = make<arith::MulFOp>(make<arith::MulFOp>(real(b), radius),
                                       math::CosOp::create(builder, e.loc, angle));
    return rounded(make<arith::AddFOp>(real(a), scaled));
  }

  Value rounded(Value value) {
    if (elementType.isF64())
      return value;
    return arith::TruncFOp::create(builder, e.loc, typeLike(elementType), value);
  }

  //===-- Words ---===//
  Type typeLike(Type type) { return inLanes ? Type(e.vectorOf(type)) : type; }
  Type typeLike(Value value, Type type) {
    return e.isVector(value) ? Type(e.vectorOf(type)) : type;
  }
  Value lanes(Value value) { return inLanes ? e.splat(value) : value; }
  Value scalar(TypedAttr value) { return arith::ConstantOp::create(builder, e.loc, value); }
  Value integer(Type type, int64_t value) {
    return lanes(scalar(builder.getIntegerAttr(type, value)));
  }
  Value real(double value) { return lanes(scalar(builder.getF64FloatAttr(value))); }
  Value low(Value word) {
    Type i32 = typeLike(word, builder.getI32Type());
    return arith::TruncIOp::create(builder, e.loc, i32, word);
  }
  Value high(Value word) {
    Value by = e.constant(32);
    return low(make<arith::ShRUIOp>(word, e.isVector(word) ? e.splat(by) : by));
  }
  Value wide(Value word) {
    return arith::ExtUIOp::create(builder, e.loc, typeLike(word, builder.getI64Type()), word);
  }
  Value wideProduct(Value word, uint32_t factor) {
    return make<arith::MulIOp>(wide(word), integer(builder.getI64Type(), factor));
  }
  Value highWord(Value word, uint32_t factor) { return high(wideProduct(word, factor)); }
  Value exclusive(Value a, Value b, Value c) {
    return make<arith::XOrIOp>(make<arith::XOrIOp>(a, b), c);
  }
  template <typename Op> Value make(Value a, Value b) { return Op::create(builder, e.loc, a, b); }

  DrawOp op;
  LoopEmitter &e;
  OpBuilder &builder;
  Type elementType;
  Value step, key;
  bool inLanes = false;
};

} // namespace

SizeExpr DrawOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult DrawOp::emitLoops(LoopEmitter &emitter) {
  DrawLoops loops(*this, emitter);
  emitter.forPoints(getResult().getType(), [&](const Point &point) {
    emitter.store(loops.element(point), emitter.result(), point);
  });
  return success();
}

} // namespace rx::rxt
