#include "compiler/lower/KernelViews.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AffineMap.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Whether `gather` picks one row: the axes that stay are read in order, the last among them.
bool picksRow(rxt::GatherOp gather) {
  unsigned rank = gather.getResult().getType().rank();
  return gather.getIndex().getType().rank() == 0 && isa<BlockArgument>(gather.getIndex()) &&
         isStrided(gather.getSource()) && gather.getAxis() < rank &&
         gather.getSourceMap().isIdentity();
}

//===-- Strided windows ---===//

/// The value of a linear expression where dimension `dim` (none: no dimension) is 1, the rest 0.
int64_t valueAt(AffineExpr expr, unsigned dims, std::optional<unsigned> dim) {
  SmallVector<AffineExpr> point(dims, getAffineConstantExpr(0, expr.getContext()));
  if (dim)
    point[*dim] = getAffineConstantExpr(1, expr.getContext());
  return cast<AffineConstantExpr>(expr.replaceDims(point)).getValue();
}

bool isLinear(AffineExpr expr) {
  return !expr.walk([](AffineExpr inner) {
                bool isOther = isa<AffineSymbolExpr>(inner) ||
                               llvm::is_contained({AffineExprKind::Mod, AffineExprKind::FloorDiv,
                                                   AffineExprKind::CeilDiv},
                                                  inner.getKind());
                return isOther ? WalkResult::interrupt() : WalkResult::advance();
              })
              .wasInterrupted();
}

int64_t step(rxt::WindowOp window, unsigned axis, unsigned dim) {
  AffineExpr expr = window.getMap().getResult(axis);
  unsigned dims = window.getMap().getNumDims();
  return valueAt(expr, dims, dim) - valueAt(expr, dims, std::nullopt);
}

/// Whether elements of the result lie at fixed distances, along the last axis next to each other.
bool isStrided(rxt::WindowOp window) {
  AffineMap map = window.getMap();
  if (window.getFill() || map.getNumDims() == 0 || map.getNumResults() == 0 ||
      !llvm::all_of(map.getResults(), isLinear))
    return false;
  unsigned last = map.getNumDims() - 1;
  return llvm::all_of(llvm::seq(0u, map.getNumResults()), [&](unsigned axis) {
    return step(window, axis, last) == (axis + 1 == map.getNumResults());
  });
}

rxt::View stridedView(rxt::LoopEmitter &e, rxt::WindowOp window, const rxt::View &source) {
  unsigned axes = source.type.rank(), dims = window.getMap().getNumDims();
  rxt::LoopEmitter::Values start;
  for (AffineExpr expr : window.getMap().getResults())
    start.push_back(e.constant(valueAt(expr, dims, std::nullopt)));
  rxt::View view;
  view.type = window.getResult().getType();
  view.pointer = e.address(source, start);
  for (unsigned dim = 0; dim + 1 < dims; ++dim) {
    Value stride = e.constant(0);
    for (unsigned axis = 0; axis < axes; ++axis)
      if (int64_t by = step(window, axis, dim))
        stride = e.add(stride, e.mul(e.constant(by), source.strides[axis]));
    view.strides.push_back(stride);
  }
  view.strides.push_back(e.constant(1));
  return view;
}

/// The axis of the result that only the table runs along, if there is one.
std::optional<unsigned> placedAxis(rxt::GatherOp gather) {
  SmallVector<unsigned> others = rxt::dimensionsOf(gather.getSourceMap());
  std::optional<unsigned> axis;
  for (unsigned dim = 0; dim < gather.getResult().getType().rank(); ++dim) {
    auto count = llvm::count(others, dim);
    if (count > 1 || (count == 0 && axis))
      return std::nullopt;
    if (count == 0)
      axis = dim;
  }
  return axis;
}

rxt::View placedView(rxt::GatherOp gather, const rxt::View &source, const rxt::View &table) {
  rxt::View view;
  view.type = gather.getResult().getType();
  view.pointer = source.pointer;
  view.strides.resize(view.type.rank());
  rxt::RowPlaces places{*placedAxis(gather), rxt::dimensionsOf(gather.getIndexMap()),
                        std::make_shared<const rxt::View>(table)};
  view.strides[places.axis] = source.strides[gather.getAxis()];
  for (auto [other, dim] : llvm::enumerate(rxt::dimensionsOf(gather.getSourceMap())))
    view.strides[dim] = source.strides[other < gather.getAxis() ? other : other + 1];
  view.places = std::make_shared<const rxt::RowPlaces>(std::move(places));
  return view;
}

rxt::View pickedView(rxt::LoopEmitter &e, rxt::GatherOp gather, const rxt::View &source,
                     const rxt::View &index) {
  rxt::LoopEmitter::Values start(source.type.rank(), e.constant(0));
  start[gather.getAxis()] = e.widen(e.load(index, ArrayRef<Value>()));
  rxt::View view;
  view.type = gather.getResult().getType();
  view.pointer = e.address(source, start);
  view.strides = source.strides;
  view.strides.erase(view.strides.begin() + gather.getAxis());
  return view;
}

} // namespace

bool readsThrough(Operation *op) {
  auto gather = dyn_cast_or_null<rxt::GatherOp>(op);
  return isa_and_nonnull<rxt::WindowOp>(op) || (gather && picksRow(gather));
}

bool placesRows(rxt::GatherOp gather) {
  std::optional<unsigned> axis = placedAxis(gather);
  unsigned last = gather.getResult().getType().rank() - 1;
  auto others = rxt::dimensionsOf(gather.getSourceMap());
  bool endsAlike =
      !others.empty() && others.back() == last &&
      gather.getAxis() + 1 < static_cast<uint64_t>(gather.getSource().getType().rank());
  return axis && endsAlike && llvm::is_contained(rxt::dimensionsOf(gather.getIndexMap()), *axis) &&
         isStrided(gather.getSource()) && isStrided(gather.getIndex());
}

Value behindWindows(Value value) {
  while (readsThrough(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

bool isStrided(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    auto window = dyn_cast<rxt::WindowOp>(op);
    if (!window)
      return true;
    if (!isStrided(window))
      return false;
    value = window.getInput();
  }
  return true;
}

//===-- Merges ---===//

/// Sets `modulus` to what the position is taken by, 0 if it is not.
std::optional<Merge::Place> Merge::placeOf(AffineExpr position, int64_t &modulus) {
  modulus = 0;
  int64_t step = 1;
  auto takeConstant = [&](AffineExprKind kind) -> int64_t {
    auto binary = dyn_cast<AffineBinaryOpExpr>(position);
    auto by = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS()) : AffineConstantExpr();
    if (!by || position.getKind() != kind)
      return 0;
    position = binary.getLHS();
    return by.getValue();
  };
  modulus = takeConstant(AffineExprKind::Mod);
  if (int64_t divisor = takeConstant(AffineExprKind::FloorDiv))
    step = divisor;
  auto dim = dyn_cast<AffineDimExpr>(position);
  return dim ? std::optional(Place{dim.getPosition(), step}) : std::nullopt;
}

std::optional<Merge> Merge::match(rxt::WindowOp window) {
  Merge merge;
  merge.input = window.getInput().getType();
  rxt::TensorType result = window.getResult().getType();
  if (window.getFill() || window.getMap().getNumSymbols() != 0 || merge.input.rank() == 0)
    return std::nullopt;
  SmallVector<int64_t> moduli(merge.input.rank());
  for (auto [axis, position] : llvm::enumerate(window.getMap().getResults())) {
    std::optional<Place> place = placeOf(position, moduli[axis]);
    if (!place)
      return std::nullopt;
    merge.places.push_back(*place);
  }
  // Every axis of the result is some of the input's, each as far apart as those below it are long.
  for (unsigned axis = 0; axis < result.rank(); ++axis) {
    SizeExpr length = 1;
    SmallVector<unsigned> parts;
    for (auto [part, place] : llvm::enumerate(merge.places))
      if (place.axis == axis)
        parts.push_back(part);
    auto order = [&](unsigned part) { // of equal steps, all but the last are of length 1
      return std::pair(merge.places[part].step, merge.input.size(part).constant());
    };
    llvm::sort(parts, [&](unsigned a, unsigned b) { return order(a) < order(b); });
    for (unsigned part : parts) {
      bool isOutermost = part == parts.back();
      if (!(length == SizeExpr(merge.places[part].step)) ||
          (!(isOutermost && moduli[part] == 0) &&
           !(merge.input.size(part) == SizeExpr(moduli[part]))))
        return std::nullopt;
      length = length * merge.input.size(part);
    }
    if (!(length == result.size(axis)))
      return std::nullopt;
  }
  bool endsAlike = merge.places.back().step == 1 && merge.places.back().axis + 1 == result.rank();
  return endsAlike ? std::optional(std::move(merge)) : std::nullopt;
}

std::optional<Merge> Merge::afterLoops(rxt::WindowOp window) {
  Operation *op = window.getInput().getDefiningOp();
  return isa_and_nonnull<rxt::MapOp, rxt::ReduceOp>(op) && op->hasOneUse() ? match(window)
                                                                           : std::nullopt;
}

rxt::View Merge::inputIn(rxt::LoopEmitter &e, const rxt::View &result) const {
  rxt::View view;
  view.type = input;
  view.pointer = result.pointer;
  for (const Place &place : places)
    view.strides.push_back(place.step == 1
                               ? result.strides[place.axis]
                               : e.mul(e.constant(place.step), result.strides[place.axis]));
  return view;
}

//===-- Views ---===//

rxt::View KernelViews::operator()(Value value) const {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return arguments[argument.getArgNumber()];
  auto operands = llvm::map_to_vector<2>(value.getDefiningOp()->getOperands(),
                                         [&](Value operand) { return (*this)(operand); });
  return through(e, value.getDefiningOp(), operands);
}

rxt::View KernelViews::through(rxt::LoopEmitter &e, Operation *op, ArrayRef<rxt::View> operands) {
  if (auto gather = dyn_cast<rxt::GatherOp>(op))
    return placesRows(gather) ? placedView(gather, operands[0], operands[1])
                              : pickedView(e, gather, operands[0], operands[1]);
  auto window = cast<rxt::WindowOp>(op);
  bool inMemory = !operands[0].window && isStrided(window);
  return inMemory ? stridedView(e, window, operands[0]) : rxt::View::through(window, operands[0]);
}

} // namespace rx::compiler
