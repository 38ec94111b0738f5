#include "compiler/lower/IntegerSums.h"

using namespace mlir;

namespace rx::compiler {

/// Rows whose chains run side by side, as many as the registers hold beside a group's codes. The
/// three chains of one row would leave their latency to what the CPU looks ahead, of which it has
/// half where two threads share a core.
static int64_t rowsAtOnce(int64_t lanes) { return lanes == 16 ? 4 : 2; }

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
      auto addTo = [&](int64_t count, Value row) {
        addRows(count, row, column, bytesAt(numbersOfRows, e.mul(row, layout.bytes)), scales,
                words);
      };
      int64_t tile = rowsAtOnce(e.lanes);
      Value whole = e.mul(e.div(call.rows, e.constant(tile)), tile);
      e.forEach(e.constant(0), whole, e.constant(tile), [&](Value row) { addTo(tile, row); });
      e.forEach(whole, call.rows, e.constant(1), [&](Value row) { addTo(1, row); });
    });
  }
}

/// Adds the products of a group with a block of each of `count` rows.
void IntegerSums::addRows(int64_t count, Value row, Value column, Value numbers,
                          const PanelCodes::Scales &scales, ArrayRef<Value> words) {
  GemmEmitter::Values rows, values;
  for (int64_t i = 0; i < count; ++i)
    rows.push_back(e.at(numbers, i * layout.bytes, e.builder.getI8Type()));
  int64_t wordsOfHalf = steps / 4 / layout.halves;
  for (int64_t half = 0; half < layout.halves; ++half) {
    SmallVector<BlockDot::Sums> start;
    for (Value block : rows) {
      Value first = e.at(block, layout.sums + 8 * half, e.builder.getI8Type());
      Value second = e.at(first, 4, e.builder.getI8Type());
      start.push_back({lanes.loadBroadcast(first), lanes.loadBroadcast(second)});
    }
    Value scale = half == 0 ? scales.low : scales.high;
    auto sums = dot.products(words, rows, half * wordsOfHalf, wordsOfHalf, start);
    for (auto [i, sum] : llvm::enumerate(sums)) {
      Value product = lanes.multiplyAdd(lanes.toFloat(sum.high), splat(BlockDot::radix),
                                        lanes.toFloat(sum.low));
      if (half == 0)
        values.push_back(lanes.product(product, scale));
      else
        values[i] = lanes.multiplyAdd(product, scale, values[i]);
    }
  }
  for (int64_t i = 0; i < count; ++i) {
    Value address = e.at(sumsOf(e.add(row, e.constant(i))), column);
    Value sum =
        lanes.multiplyAdd(values[i], everywhere(rows[i], layout.scale), e.loadVector(address));
    if (scales.minusMinimum)
      sum = lanes.multiplyAdd(scales.minusMinimum, everywhere(rows[i], layout.total), sum);
    e.store(sum, address);
  }
}

} // namespace rx::compiler
