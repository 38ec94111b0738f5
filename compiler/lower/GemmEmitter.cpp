#include "compiler/lower/GemmEmitter.h"

using namespace mlir;

namespace rx::compiler {

void keepOutOfLine(func::FuncOp function) {
  // FuncOp::setNoInline gets lost on the way from func to llvm.
  function->setAttr("passthrough", Builder(function).getStrArrayAttr({"noinline"}));
}

GemmEmitter::GemmEmitter(ModuleOp module, unsigned elementBits, int64_t lanes)
    : builder(module.getContext()), loc(builder.getUnknownLoc()), lanes(lanes),
      elementBytes(elementBits / 8),
      elementType(elementBits == 64 ? Type(builder.getF64Type()) : Type(builder.getF32Type())),
      i64(builder.getI64Type()), ptr(LLVM::LLVMPointerType::get(module.getContext())),
      vectorType(VectorType::get(lanes, elementType)), module(module) {
  builder.setInsertionPointToEnd(module.getBody());
}

Value GemmEmitter::constant(int64_t value) {
  return arith::ConstantIntOp::create(builder, loc, value, 64);
}
Value GemmEmitter::add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
Value GemmEmitter::sub(Value a, Value b) { return arith::SubIOp::create(builder, loc, a, b); }
Value GemmEmitter::mul(Value a, Value b) { return arith::MulIOp::create(builder, loc, a, b); }
Value GemmEmitter::div(Value a, Value b) { return arith::DivUIOp::create(builder, loc, a, b); }
Value GemmEmitter::rem(Value a, Value b) { return arith::RemUIOp::create(builder, loc, a, b); }
Value GemmEmitter::ceilDiv(Value a, Value b) { return div(add(a, sub(b, constant(1))), b); }
Value GemmEmitter::min(Value a, Value b) { return arith::MinSIOp::create(builder, loc, a, b); }
Value GemmEmitter::max(Value a, Value b) { return arith::MaxSIOp::create(builder, loc, a, b); }
Value GemmEmitter::compare(arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}
Value GemmEmitter::both(Value a, Value b) { return arith::AndIOp::create(builder, loc, a, b); }
Value GemmEmitter::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

Value GemmEmitter::at(Value pointer, Value index, Type type) {
  return LLVM::GEPOp::create(builder, loc, ptr, type ? type : elementType, pointer,
                             ValueRange(index));
}
Value GemmEmitter::at(Value pointer, int64_t index, Type type) {
  LLVM::GEPArg argument = static_cast<int32_t>(index);
  return LLVM::GEPOp::create(builder, loc, ptr, type ? type : elementType, pointer,
                             ArrayRef<LLVM::GEPArg>(argument));
}
Value GemmEmitter::load(Type type, Value pointer) {
  unsigned alignment = type == vectorType || type == elementType ? elementBytes : 8;
  return LLVM::LoadOp::create(builder, loc, type, pointer, alignment);
}
Value GemmEmitter::loadMasked(Value pointer, Value mask) {
  if (!mask)
    return loadVector(pointer);
  return LLVM::MaskedLoadOp::create(builder, loc, vectorType, pointer, mask, zeroVector(),
                                    builder.getI32IntegerAttr(elementBytes), UnitAttr());
}
void GemmEmitter::store(Value value, Value pointer) {
  LLVM::StoreOp::create(builder, loc, value, pointer, elementBytes);
}
void GemmEmitter::storeMasked(Value value, Value pointer, Value mask) {
  if (!mask)
    return store(value, pointer);
  LLVM::MaskedStoreOp::create(builder, loc, value, pointer, mask,
                              builder.getI32IntegerAttr(elementBytes));
}
void GemmEmitter::prefetch(Value pointer) {
  LLVM::Prefetch::create(builder, loc, pointer, /*rw=*/0, /*hint=*/2, /*cache=*/1);
}
Value GemmEmitter::zeroVector() {
  return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorType));
}
Value GemmEmitter::addFloats(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
Value GemmEmitter::splat(Value scalar) {
  return vector::BroadcastOp::create(builder, loc, vectorType, scalar);
}
Value GemmEmitter::maskBelow(Value count) {
  // i32 lanes: AVX2 compares them in one register for f32.
  SmallVector<int32_t> numbers(lanes);
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers[lane] = static_cast<int32_t>(lane);
  auto type = VectorType::get(lanes, builder.getI32Type());
  Value lane =
      arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, ArrayRef(numbers)));
  Value clamped = min(max(count, constant(0)), constant(lanes));
  Value narrow = arith::TruncIOp::create(builder, loc, builder.getI32Type(), clamped);
  Value bound = vector::BroadcastOp::create(builder, loc, type, narrow);
  return compare(arith::CmpIPredicate::slt, lane, bound);
}

void GemmEmitter::forEach(Value from, Value to, Value step, function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(builder, loc, from, to, step);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

GemmEmitter::Values GemmEmitter::forCarry(Value from, Value to, Value step, ArrayRef<Value> init,
                                          function_ref<Values(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(builder, loc, from, to, step, init);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(builder, loc, next);
  return Values(loop.getResults());
}

void GemmEmitter::forVectors(Value count, function_ref<void(Value, Value)> body) {
  Value rest = rem(count, constant(lanes)), whole = sub(count, rest);
  forEach(constant(0), whole, constant(lanes), [&](Value n) { body(n, Value()); });
  ifThen(compare(arith::CmpIPredicate::ne, rest, constant(0)),
         [&] { body(whole, maskBelow(rest)); });
}

void GemmEmitter::ifThen(Value condition, function_ref<void()> then) {
  auto branch = scf::IfOp::create(builder, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  then();
}

void GemmEmitter::ifElse(Value condition, function_ref<void()> then,
                         function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(builder, loc, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  then();
  builder.setInsertionPointToStart(branch.elseBlock());
  otherwise();
}

void GemmEmitter::switchFrom1(Value value, ArrayRef<std::function<void()>> cases) {
  Value index = arith::IndexCastOp::create(builder, loc, builder.getIndexType(), value);
  SmallVector<int64_t> labels;
  for (size_t label = 1; label < cases.size(); ++label)
    labels.push_back(static_cast<int64_t>(label));
  auto choice = scf::IndexSwitchOp::create(builder, loc, TypeRange(), index, labels,
                                           static_cast<unsigned>(labels.size()));
  OpBuilder::InsertionGuard guard(builder);
  auto fill = [&](Region &region, const std::function<void()> &body) {
    builder.setInsertionPointToStart(&region.emplaceBlock());
    body();
    scf::YieldOp::create(builder, loc);
  };
  for (auto [region, body] : llvm::zip(choice.getCaseRegions(), cases))
    fill(region, body);
  fill(choice.getDefaultRegion(), cases.back());
}

func::FuncOp GemmEmitter::function(StringRef name, ArrayRef<Type> types, bool isPublic,
                                   ArrayRef<bool> noalias, function_ref<void(ValueRange)> body) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(types, {}));
  function.setVisibility(isPublic ? SymbolTable::Visibility::Public
                                  : SymbolTable::Visibility::Private);
  for (auto [index, flag] : llvm::enumerate(noalias))
    if (flag)
      function.setArgAttr(index, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
  builder.setInsertionPointToStart(function.addEntryBlock());
  body(function.getArguments());
  func::ReturnOp::create(builder, loc);
  return function;
}

void GemmEmitter::call(func::FuncOp callee, ArrayRef<Value> arguments) {
  func::CallOp::create(builder, loc, callee, arguments);
}

} // namespace rx::compiler
