//===- LoopLanes.cpp - loads, stores and bodies in lanes -------------------===//
#include "dialects/rxt/LoopWindow.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::rxt {

//===-- Vectors ---===//

VectorType LoopEmitter::vectorOf(Type element) const { return VectorType::get(lanes, element); }

Value LoopEmitter::splat(Value scalar) {
  if (isVector(scalar))
    return scalar;
  return vector::BroadcastOp::create(builder, loc, vectorOf(scalar.getType()), scalar);
}

Value LoopEmitter::iota(Type integer) {
  auto numbers = llvm::map_to_vector(llvm::seq<int64_t>(0, lanes), [&](int64_t lane) {
    return APInt(integer.getIntOrFloatBitWidth(), lane);
  });
  auto value = DenseElementsAttr::get(vectorOf(integer), ArrayRef<APInt>(numbers));
  return arith::ConstantOp::create(builder, loc, value);
}

Value LoopEmitter::maskBelow(Value count) {
  // i32 lanes: AVX2 compares 16 of them in two registers, the width of the f32 they mostly mask.
  Type i32 = builder.getI32Type();
  Value bound = arith::TruncIOp::create(builder, loc, i32, count);
  return compare(Predicate::slt, iota(i32), splat(bound));
}

Value LoopEmitter::allLanes() {
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(vectorOf(builder.getI1Type()), true));
}

Value LoopEmitter::widen(Value integer) {
  Type i64 = builder.getI64Type();
  return arith::ExtSIOp::create(builder, loc, isVector(integer) ? vectorOf(i64) : i64, integer);
}

Value LoopEmitter::lane(Value vector, int64_t index) {
  return vector::ExtractOp::create(builder, loc, vector, index);
}

Value LoopEmitter::product(Value a, Value b) {
  align(a, b);
  return arith::MulFOp::create(builder, loc, a, b);
}

Value LoopEmitter::less(Value a, Value b) {
  align(a, b);
  return compare(Predicate::slt, a, b);
}

Value LoopEmitter::both(Value a, Value b) {
  if (!a || !b)
    return a ? a : b;
  align(a, b);
  return arith::AndIOp::create(builder, loc, a, b);
}

//===-- Memory ---===//

/// What the elements of a tensor are in memory.
static Type storedType(Type element) {
  return element.isInteger(1) ? Type(IntegerType::get(element.getContext(), 8)) : element;
}

constexpr int64_t lineBytes = 64; ///< of a cache line: 16 lanes of 4 bytes

static unsigned bytesOf(Type stored) { return stored.getIntOrFloatBitWidth() / 8; }

Value LoopEmitter::storedToValue(Value stored, Type element) {
  if (!element.isInteger(1))
    return stored;
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(stored.getType()));
  return compare(Predicate::ne, stored, zero);
}

Value LoopEmitter::valueToStored(Value value, Type element) {
  if (!element.isInteger(1))
    return value;
  Type stored = builder.getI8Type();
  return arith::ExtUIOp::create(builder, loc, isVector(value) ? vectorOf(stored) : stored, value);
}

SmallVector<Position> LoopEmitter::placed(const View &view, ArrayRef<Position> positions,
                                          Value mask) {
  SmallVector<Position> result(positions);
  if (!view.places)
    return result;
  auto read = llvm::map_to_vector(view.places->dims, [&](unsigned dim) { return positions[dim]; });
  result[view.places->axis] = {widen(loadAt(*view.places->table, read, mask))};
  return result;
}

Value LoopEmitter::address(const View &view, ArrayRef<Value> indices) {
  Value offset = constant(0);
  auto asked = llvm::map_to_vector(indices, [](Value index) { return Position{index}; });
  for (auto [position, stride] : llvm::zip_equal(placed(view, asked, Value()), view.strides))
    offset = add(offset, mul(position.at, stride));
  return LLVM::GEPOp::create(builder, loc, view.pointer.getType(),
                             storedType(view.type.getElementType()), view.pointer,
                             ValueRange(offset));
}

Value LoopEmitter::load(const View &view, ArrayRef<Value> indices) {
  if (view.window)
    return loadAt(view, llvm::map_to_vector(indices, [](Value index) { return Position{index}; }),
                  Value());
  Type element = view.type.getElementType(), stored = storedType(element);
  Value loaded =
      LLVM::LoadOp::create(builder, loc, stored, address(view, indices), bytesOf(stored));
  return storedToValue(loaded, element);
}

void LoopEmitter::store(Value value, const View &view, ArrayRef<Value> indices) {
  Type element = view.type.getElementType();
  LLVM::StoreOp::create(builder, loc, valueToStored(value, element), address(view, indices),
                        bytesOf(storedType(element)));
}

Value LoopEmitter::loadContiguous(const View &view, Value pointer, Value mask) {
  Type element = view.type.getElementType(), stored = storedType(element);
  VectorType type = vectorOf(stored);
  unsigned alignment = bytesOf(stored);
  if (view.ahead) {
    Value later = LLVM::GEPOp::create(builder, loc, pointer.getType(), stored, pointer,
                                      ValueRange(view.ahead));
    LLVM::Prefetch::create(builder, loc, later, /*rw=*/0, /*hint=*/3, /*cache=*/1);
  }
  if (!mask)
    return storedToValue(LLVM::LoadOp::create(builder, loc, type, pointer, alignment), element);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  Value loaded =
      LLVM::MaskedLoadOp::create(builder, loc, type, pointer, mask, zero,
                                 builder.getI32IntegerAttr(alignment), /*nontemporal=*/UnitAttr());
  return storedToValue(loaded, element);
}

Value LoopEmitter::loadScattered(const View &view, Value pointer, Value offsets, Value mask) {
  Type element = view.type.getElementType(), stored = storedType(element);
  Value pointers = LLVM::GEPOp::create(builder, loc, vectorOf(pointer.getType()), stored, pointer,
                                       ValueRange(offsets));
  if (!mask)
    mask = allLanes();
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorOf(stored)));
  Value loaded =
      LLVM::masked_gather::create(builder, loc, vectorOf(stored), pointers, mask, ValueRange(zero),
                                  builder.getI32IntegerAttr(bytesOf(stored)));
  return storedToValue(loaded, element);
}

Value LoopEmitter::loadAt(const View &view, ArrayRef<Position> positions, Value mask) {
  if (view.window)
    return WindowRead(*this, view.window, *view.source, positions, mask).value();
  if (view.places) {
    View inPlace = view;
    inPlace.places.reset();
    return loadAt(inPlace, placed(view, positions, mask), mask);
  }
  Values starts;
  Value offsets; // of the lanes, from the element at `starts`
  bool contiguous = false;
  auto addOffsets = [&](Value more) { offsets = offsets ? add(offsets, more) : more; };
  for (auto [axis, position] : llvm::enumerate(positions)) {
    bool scattered = isVector(position.at);
    starts.push_back(scattered ? constant(0) : position.at);
    if (!scattered && position.step == 0)
      continue;
    contiguous = !offsets && !scattered && position.step == 1 && axis + 1 == positions.size();
    Value lane =
        scattered ? position.at : mul(iota(builder.getI64Type()), splat(constant(position.step)));
    addOffsets(mul(lane, splat(view.strides[axis])));
  }
  if (!offsets)
    return load(view, starts);
  Value pointer = address(view, starts);
  return contiguous ? loadContiguous(view, pointer, mask)
                    : loadScattered(view, pointer, offsets, mask);
}

Value LoopEmitter::load(const View &view, ArrayRef<unsigned> dims, const Point &point) {
  auto positions = llvm::map_to_vector(dims, [&](unsigned dim) {
    if (dim != point.laneDim)
      return Position{point.indices[dim]};
    return Position{point.indices[dim], 1, point.aligned ? lanes : 1, point.piece};
  });
  return loadAt(view, positions, point.mask);
}

void LoopEmitter::store(Value value, const View &view, const Point &point) {
  ArrayRef<Value> indices = ArrayRef(point.indices).take_front(view.type.rank());
  if (!point.laneDim)
    return store(value, view, indices);
  Type element = view.type.getElementType();
  Value stored = valueToStored(splat(value), element), pointer = address(view, indices);
  unsigned alignment = bytesOf(storedType(element));
  if (point.mask) {
    LLVM::MaskedStoreOp::create(builder, loc, stored, pointer, point.mask,
                                builder.getI32IntegerAttr(alignment));
    return;
  }
  auto ordinary = [&] { LLVM::StoreOp::create(builder, loc, stored, pointer, alignment); };
  if (!view.streams || !point.aligned)
    return ordinary();
  auto past = [&] {
    LLVM::StoreOp::create(builder, loc, stored, pointer, lineBytes, /*isVolatile=*/false,
                          /*isNonTemporal=*/true);
    return Values();
  };
  ifElse(view.streams, past, [&] { return ordinary(), Values(); });
}

Value LoopEmitter::streams(const View &result) {
  constexpr int64_t largest = 32 << 20; // bytes that a last level of cache may hold
  if (result.type.rank() == 0 || bytesOf(storedType(result.type.getElementType())) != 4)
    return {};
  Value bytes = mul(size(result.type.elementCount()), constant(4));
  Value address = LLVM::PtrToIntOp::create(builder, loc, builder.getI64Type(), result.pointer);
  Value offsets = address; // whose low bits are zero if lines begin where strips do
  for (Value stride : ArrayRef(result.strides).drop_back())
    offsets = arith::OrIOp::create(builder, loc, offsets, mul(stride, constant(4)));
  return both(compare(Predicate::sgt, bytes, constant(largest)),
              compare(Predicate::eq, rem(offsets, constant(lineBytes)), constant(0)));
}

void LoopEmitter::orderStreams(Value streams) {
  if (streams)
    ifThen(streams,
           [&] { LLVM::FenceOp::create(builder, loc, LLVM::AtomicOrdering::seq_cst, ""); });
}

} // namespace rx::rxt
