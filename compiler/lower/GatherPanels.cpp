#include "compiler/lower/GatherPanels.h"
#include "compiler/lower/LaunchWords.h"
#include "compiler/lower/PanelDecode.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// The result of a gather as lines, of each the part that a call computes.
class GatherLoops {
public:
  GatherLoops(GemmEmitter &e, int64_t depth, func::FuncOp copyRow, Value launch)
      : e(e), words(e.builder, e.loc), depth(depth), copyRow(copyRow),
        table(words.loadPointer(launch, LaunchWords::operands)),
        source(words.loadPointer(table, 0)),
        index(words.loadPointer(table, LaunchWords::perOperand)),
        result(words.loadPointer(table, 2 * LaunchWords::perOperand)),
        scratch(words.loadPointer(launch, LaunchWords::scratch)),
        begin(words.loadInteger(launch, LaunchWords::begin)),
        end(words.loadInteger(launch, LaunchWords::end)) {}

  /// Elements [begin, end) of the result: parts of its rows.
  void body() {
    Value length = e.constant(depth), zero = e.constant(0);
    e.forEach(e.div(begin, length), e.ceilDiv(end, length), e.constant(1), [&](Value row) {
      Value start = e.mul(row, depth);
      Value from = e.max(e.sub(begin, start), zero), to = e.min(e.sub(end, start), length);
      Type i32 = e.builder.getI32Type();
      Value position = LLVM::LoadOp::create(e.builder, e.loc, i32, e.at(index, row, i32), 4);
      Value n = arith::ExtSIOp::create(e.builder, e.loc, e.i64, position);
      e.call(copyRow, {source, n, from, to, e.at(result, start), scratch});
    });
  }

private:
  GemmEmitter &e;
  LaunchWords words;
  int64_t depth;
  func::FuncOp copyRow;
  Value table, source, index, result, scratch, begin, end;
};

} // namespace

func::FuncOp buildRowOfPanels(GemmEmitter &e, const PanelForm &form, int64_t depth) {
  SmallVector<Type> types = {e.ptr, e.i64, e.i64, e.i64, e.ptr, e.ptr};
  SmallVector<bool> noalias = {true, false, false, false, true, true};
  std::unique_ptr<PanelDecoder> decoder = makePanelDecoder(form);
  std::string name = "row_" + std::to_string(depth) + "_" + rx_dtype_name(form.element);
  return e.function(name, types, /*isPublic=*/false, noalias, [&](ValueRange arguments) {
    Value row = arguments[1], from = arguments[2], to = arguments[3];
    Value target = arguments[4], scratch = arguments[5];
    Value columns = e.constant(form.columns), steps = e.constant(decoder->steps());
    Value offset = e.mul(e.div(row, columns), form.panelBytes(depth));
    Value panel = e.at(arguments[0], offset, e.builder.getI8Type()), column = e.rem(row, columns);
    e.forEach(e.div(from, steps), e.ceilDiv(to, steps), e.constant(1), [&](Value group) {
      decoder->decode(e, panel, group, {column, 1}, [&](int64_t step, ArrayRef<Value> values) {
        e.store(values[0], e.at(scratch, step));
      });
      Value first = e.mul(group, steps);
      e.forEach(e.max(from, first), e.min(to, e.add(first, steps)), e.constant(1), [&](Value k) {
        Value value = e.load(e.elementType, e.at(scratch, e.sub(k, first)));
        e.store(value, e.at(target, k));
      });
    });
  });
}

int64_t rowOfPanelsScratchBytes(const PanelForm &form) {
  return makePanelDecoder(form)->steps() * static_cast<int64_t>(sizeof(float));
}

void lowerGatherOfPanels(LoweredKernel &lowered, FunctionOpInterface kernel, rxt::GatherOp op,
                         const PanelForm &form) {
  *lowered.module = ModuleOp::create(kernel.getLoc());
  lowered.scratchBytes = rowOfPanelsScratchBytes(form);
  GemmEmitter e(**lowered.module, /*elementBits=*/32, /*lanes=*/1);
  int64_t depth = op.getSource().getType().size(1).constant();
  func::FuncOp copyRow = buildRowOfPanels(e, form, depth);
  e.function(kernel.getName(), {e.ptr}, /*isPublic=*/true, {},
             [&](ValueRange arguments) { GatherLoops(e, depth, copyRow, arguments[0]).body(); });
}

} // namespace rx::compiler
