#include "compiler/lower/IntegerSums.h"

using namespace mlir;

namespace rx::compiler {

IntegerSums::IntegerSums(GemmEmitter &e, const GemmSpec &spec)
    : BlockSums(e, spec), dot(e), layout(codes->hasTwoScales()), split(e, layout, codes->bias()) {}

BlockSumsSizes IntegerSums::sizes(const GemmSpec &spec, int64_t rows) {
  PanelForm form = gemmPanelForm(spec);
  return {SplitLayout(makePanelCodes(form)->hasTwoScales()).bytes, rows * form.columns};
}

void IntegerSums::prepare(const BlockRows &rows, Value ordinary, Value prepared) {
  split.split(rows, ordinary, prepared);
}

void IntegerSums::addPanel(Value index) {
  Value panel = panelAt(index);
  e.forEach(e.constant(0), records(), e.constant(1),
            [&](Value record) { addRecord(panel, record); });
}

void IntegerSums::addRecord(Value panel, Value index) {
  Value record = bytesAt(panel, e.mul(index, form.recordBytes()));
  int64_t parts = codes->parts(), vectors = form.columns / e.lanes;
  for (int64_t part = 0; part < parts; ++part) {
    Value block = e.add(e.mul(index, parts), e.constant(part));
    Value numbersOfRows = bytesAt(call.prepared, e.mul(e.mul(block, call.rows), layout.bytes));
    e.forEach(e.constant(0), e.constant(form.columns), e.constant(e.lanes), [&](Value column) {
      Value share = e.add(e.div(column, e.constant(e.lanes)), e.constant(part * vectors));
      // Within a record reads go back and forth, so the distance is in records, three of the two
      // K-quants. Of Q8_0 seven were too many (they pushed each other out).
      fetchAhead(record, share, parts * vectors, /*records=*/3);
      auto group = codes->group(e, record, e.constant(part), column, PanelCodes::Sign::Biased);
      PanelCodes::Scales scales = group->scales();
      GemmEmitter::Values words;
      for (int64_t w = 0; w < steps / 4; ++w)
        words.push_back(group->word(w));
      e.forEach(e.constant(0), call.rows, e.constant(1), [&](Value row) {
        Value sums = e.at(sumsOf(row), column);
        Value numbers = bytesAt(numbersOfRows, e.mul(row, layout.bytes));
        e.store(add(e.loadVector(sums), scales, words, numbers), sums);
      });
    });
  }
}

/// sum + the product of a group with a block of a row.
Value IntegerSums::add(Value sum, const PanelCodes::Scales &scales, ArrayRef<Value> words,
                       Value numbers) {
  int64_t count = steps / 4 / layout.halves;
  Value value;
  for (int64_t half = 0; half < layout.halves; ++half) {
    Value start = e.at(numbers, layout.sums + 8 * half, e.builder.getI8Type());
    BlockDot::Sums sums = dot.products(
        words, numbers, half * count, count,
        {lanes.loadBroadcast(start), lanes.loadBroadcast(e.at(start, 4, e.builder.getI8Type()))});
    Value product = lanes.multiplyAdd(lanes.toFloat(sums.high), splat(BlockDot::radix),
                                      lanes.toFloat(sums.low));
    Value scale = half == 0 ? scales.low : scales.high;
    value = value ? lanes.multiplyAdd(product, scale, value) : lanes.product(product, scale);
  }
  sum = lanes.multiplyAdd(value, everywhere(numbers, layout.scale), sum);
  if (scales.minusMinimum)
    sum = lanes.multiplyAdd(scales.minusMinimum, everywhere(numbers, layout.total), sum);
  return sum;
}

} // namespace rx::compiler
