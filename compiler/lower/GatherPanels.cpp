#include "compiler/lower/GatherPanels.h"
#include "compiler/lower/LaunchWords.h"
#include "compiler/lower/PanelDecode.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// One lane: a row's elements lie in one column of a panel, a record apart.
class RowGather {
public:
  RowGather(GemmEmitter &e, const PanelForm &form, int64_t depth, Value launch)
      : e(e), words(e.builder, e.loc), form(form), depth(depth), decoder(makePanelDecoder(form)),
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
      copyRow(arith::ExtSIOp::create(e.builder, e.loc, e.i64, position), from, to,
              e.at(result, start));
    });
  }

private:
  /// Elements [from, to) of row n of the matrix, by whole groups through scratch.
  void copyRow(Value n, Value from, Value to, Value target) {
    Value columns = e.constant(form.columns), steps = e.constant(decoder->steps());
    Value offset = e.mul(e.div(n, columns), form.panelBytes(depth));
    Value panel = e.at(source, offset, e.builder.getI8Type()), column = e.rem(n, columns);
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
  }

  GemmEmitter &e;
  LaunchWords words;
  PanelForm form;
  int64_t depth;
  std::unique_ptr<PanelDecoder> decoder;
  Value table, source, index, result, scratch, begin, end;
};

} // namespace

void lowerGatherOfPanels(LoweredKernel &lowered, FunctionOpInterface kernel, rxt::GatherOp op,
                         const PanelForm &form) {
  lowered.module = ModuleOp::create(kernel.getLoc());
  lowered.scratchBytes = makePanelDecoder(form)->steps() * static_cast<int64_t>(sizeof(float));
  GemmEmitter e(*lowered.module, /*elementBits=*/32, /*lanes=*/1);
  int64_t depth = op.getSource().getType().size(1).constant();
  e.function(kernel.getName(), {e.ptr}, /*isPublic=*/true, {},
             [&](ValueRange arguments) { RowGather(e, form, depth, arguments[0]).body(); });
}

} // namespace rx::compiler
