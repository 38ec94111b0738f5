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

bool isReadInside(const RowGroup &group, Operation *op) {
  return llvm::any_of(group.ops(), [&](Operation *reader) {
    return llvm::any_of(reader->getOperands(),
                        [&](Value value) { return behindWindows(value).getDefiningOp() == op; });
  });
}

/// A result that streams past the caches although others of its row read it: they read a copy of
/// one row.
bool isKept(const RowGroup &group, ValueRange results, Operation *op) {
  bool isLine = llvm::count(group.rowAxes(op), std::nullopt) == 1; // and then it is the last axis
  return isLine && llvm::is_contained(results, op->getResult(0)) && isReadInside(group, op);
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
    for (Operation *op : group.ops())
      if (isKept(group, results, op)) {
        rxt::View copy = rowOf(op, e.scratch(part++));
        if (views[op].streams)
          kept.push_back({op, views[op], copy});
      } else if (views[op].streams && isReadInside(group, op)) {
        views[op].streams = {}; // would be read from memory again
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
      for (const Kept &result : kept)
        views[result.op] = rowToWrite(result, indices);
      for (Operation *op : group.ops())
        if (failed(emitOp(op, indices)))
          done = failure();
      for (const Kept &result : kept)
        e.ifThen(result.all.streams, [&] { copyRow(result, indices); });
    });
    return done;
  }

private:
  /// A gather of rows that lie in panels: how each is copied.
  struct PanelGather {
    func::FuncOp copyRow;
    Value scratch;
  };

  struct Kept {
    Operation *op;
    rxt::View all, copy; ///< of the result; of one row
  };

  SmallVector<Value> fixedAxes(Operation *op, ArrayRef<Value> row) const {
    return llvm::map_to_vector(group.rowAxes(op), [&](std::optional<unsigned> axis) {
      return axis ? row[*axis] : Value();
    });
  }

  /// Where the ops write and read a row of a kept result.
  rxt::View rowToWrite(const Kept &result, ArrayRef<Value> row) {
    rxt::View view = result.copy;
    SmallVector<Value> first = fixedAxes(result.op, row);
    first.back() = e.constant(0);
    view.pointer = e.select(result.all.streams, view.pointer, e.address(result.all, first));
    return view;
  }

  void copyRow(const Kept &result, ArrayRef<Value> row) {
    rxt::LoopEmitter own = e.forOp({result.copy}, result.all, fixedAxes(result.op, row));
    auto dims = llvm::to_vector(llvm::seq<unsigned>(0, result.all.type.rank()));
    own.forPoints(result.all.type, [&](const rxt::Point &point) {
      own.store(own.load(own.input(0), dims, point), own.result(), point);
    });
  }

  /// Whether memory is to be asked for the next row of `value`, which comes from outside, while
  /// `op` computes. The last that reads it asks, so that memory works during a softmax's
  /// exponentials; but not a first pass that others follow: it asks faster than memory answers, and
  /// what the CPU fetches by itself comes during the others. Rows that a gather reads do not lie
  /// behind each other.
  bool asksAhead(Value value, Operation *op) const {
    Operation *producer = behindWindows(value).getDefiningOp();
    if (isa<rxt::GatherOp>(op) || (producer && group.contains(producer)))
      return false;
    auto reads = [&](Operation *reader) {
      return llvm::is_contained(reader->getOperands(), value);
    };
    ArrayRef<Operation *> ops = group.ops();
    bool isLast = *llvm::find_if(llvm::reverse(ops), reads) == op;
    return isLast && (op != ops.front() || ops.size() == 1);
  }

  /// `row` is the type as the op reads it. Rows lie behind each other, so the next is as far away
  /// as one is long.
  void askAhead(rxt::View &view, rxt::TensorType row) {
    if (view.window) {
      rxt::View source = *view.source;
      askAhead(source, row);
      view.source = std::make_shared<const rxt::View>(source);
    } else if (row.rank() > 1 && !view.places) {
      view.ahead = e.size(row.size(row.rank() - 1));
    }
  }

  LogicalResult emitOp(Operation *op, ArrayRef<Value> row) {
    auto inputs = llvm::map_to_vector(op->getOperands(), [&](Value v) {
      rxt::View view = viewInside(v);
      if (asksAhead(v, op))
        askAhead(view, view.type);
      return view;
    });
    rxt::LoopEmitter own = e.forOp(inputs, views[op], fixedAxes(op, row));
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
  std::vector<Kept> kept;
  llvm::DenseMap<Operation *, PanelGather> gathers; ///< from panels
};

} // namespace

SmallVector<SizeExpr> rowScratch(const RowGroup &group, ValueRange results, FormOf formOf) {
  SmallVector<SizeExpr> bytes;
  for (Operation *op : group.ops())
    if (!llvm::is_contained(results, op->getResult(0)))
      bytes.push_back(group.rowBytes(op));
  for (Operation *op : group.ops())
    if (isKept(group, results, op))
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
