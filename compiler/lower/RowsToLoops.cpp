#include "compiler/lower/RowsToLoops.h"
#include "compiler/lower/GatherPanels.h"
#include "compiler/lower/KernelViews.h"

using namespace mlir;

namespace rx::compiler {
namespace {

PanelForm formOfGathered(Operation *op, FormOf formOf) {
  auto gather = dyn_cast<rxt::GatherOp>(op);
  return gather ? formOf(gather.getSource()) : PanelForm();
}

class RowLoops {
public:
  RowLoops(rxt::LoopEmitter &e, ModuleOp module, const RowGroup &group, ValueRange results,
           ViewOf viewOf, FormOf formOf)
      : e(e), group(group), viewOf(viewOf) {
    unsigned part = 0;
    for (Operation *op : group.ops()) {
      auto result = llvm::find(results, op->getResult(0));
      bool isResult = result != results.end();
      views[op] = isResult ? e.result(result - results.begin()) : rowOf(op, e.scratch(part));
      part += !isResult;
    }
    GemmEmitter panels(module, /*elementBits=*/32, /*lanes=*/1);
    for (Operation *op : group.ops())
      if (PanelForm form = formOfGathered(op, formOf); !form.isDense()) {
        int64_t depth = cast<rxt::GatherOp>(op).getSource().getType().size(1).constant();
        gathers[op] = {buildRowOfPanels(panels, form, depth), e.scratch(part++)};
      }
  }

  LogicalResult emit() {
    LogicalResult done = success();
    e.forLoop(e.begin(), e.end(), [&](Value row) {
      SmallVector<Value> indices = indicesOf(row);
      for (Operation *op : group.ops())
        if (failed(emitOp(op, indices)))
          done = failure();
    });
    return done;
  }

private:
  /// A gather of rows that lie in panels: how each is copied.
  struct PanelGather {
    func::FuncOp copyRow;
    Value scratch;
  };

  LogicalResult emitOp(Operation *op, ArrayRef<Value> row) {
    auto inputs = llvm::map_to_vector(op->getOperands(), [&](Value v) { return viewInside(v); });
    auto fixed = llvm::map_to_vector(group.rowAxes(op), [&](std::optional<unsigned> axis) {
      return axis ? row[*axis] : Value();
    });
    rxt::LoopEmitter own = e.forOp(inputs, views[op], fixed);
    if (auto panels = gathers.find(op); panels != gathers.end())
      return emitGather(own, panels->second), success();
    return cast<rxt::LoopLowering>(op).emitLoops(own);
  }

  /// Rows of the matrix at the positions of the index.
  static void emitGather(rxt::LoopEmitter &own, const PanelGather &panels) {
    own.forRows(own.result().type, [&](ArrayRef<Value> outer, Value lo, Value hi) {
      Value position = own.widen(own.load(own.input(1), outer));
      SmallVector<Value> first(outer);
      first.push_back(own.constant(0));
      func::CallOp::create(own.builder, own.loc, panels.copyRow,
                           ValueRange{own.input(0).pointer, position, lo, hi,
                                      own.address(own.result(), first), panels.scratch});
    });
  }

  /// The row's index along each row axis.
  SmallVector<Value> indicesOf(Value row) {
    ArrayRef<SizeExpr> sizes = group.rowSizes();
    SmallVector<Value> indices(sizes.size());
    for (size_t axis = sizes.size(); axis-- > 0;) {
      Value size = axis == 0 ? Value() : e.size(sizes[axis]);
      indices[axis] = axis == 0 ? row : e.rem(row, size);
      row = axis == 0 ? row : e.div(row, size);
    }
    return indices;
  }

  /// A result of which memory holds one row: every row lies in the same place.
  rxt::View rowOf(Operation *op, Value pointer) {
    rxt::View view;
    view.type = cast<rxt::TensorType>(op->getResult(0).getType());
    view.pointer = pointer;
    view.strides.resize(view.type.rank());
    Value stride = e.constant(1);
    ArrayRef<std::optional<unsigned>> rowAxes = group.rowAxes(op);
    for (size_t axis = rowAxes.size(); axis-- > 0;) {
      view.strides[axis] = rowAxes[axis] ? e.constant(0) : stride;
      if (!rowAxes[axis])
        stride = e.mul(stride, e.size(view.type.size(axis)));
    }
    return view;
  }

  rxt::View viewInside(Value value) {
    Operation *op = value.getDefiningOp();
    if (op && group.contains(op))
      return views[op];
    if (!readsThrough(op))
      return viewOf(value);
    auto operands =
        llvm::map_to_vector<2>(op->getOperands(), [&](Value v) { return viewInside(v); });
    return KernelViews::through(e, op, operands);
  }

  rxt::LoopEmitter &e;
  const RowGroup &group;
  ViewOf viewOf;
  llvm::DenseMap<Operation *, rxt::View> views;
  llvm::DenseMap<Operation *, PanelGather> gathers; ///< from panels
};

} // namespace

SmallVector<SizeExpr> rowScratch(const RowGroup &group, ValueRange results, FormOf formOf) {
  SmallVector<SizeExpr> bytes;
  for (Operation *op : group.ops())
    if (!llvm::is_contained(results, op->getResult(0)))
      bytes.push_back(group.rowBytes(op));
  for (Operation *op : group.ops())
    if (PanelForm form = formOfGathered(op, formOf); !form.isDense())
      bytes.push_back(rowOfPanelsScratchBytes(form));
  return bytes;
}

LogicalResult emitRows(rxt::LoopEmitter &e, ModuleOp module, const RowGroup &group,
                       ValueRange results, ViewOf viewOf, FormOf formOf) {
  return RowLoops(e, module, group, results, viewOf, formOf).emit();
}

} // namespace rx::compiler
