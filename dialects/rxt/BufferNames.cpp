#include "dialects/rxt/BufferNames.h"

#include "llvm/ADT/StringExtras.h"

#include <optional>

using namespace mlir;

namespace rx::rxt {

namespace {

constexpr int64_t mostNames = int64_t(1) << 20;

/// Two names that differ by one number: what stands before and behind it, and the number in each.
struct Pair {
  StringRef before, behind;
  int64_t first, second;

  int64_t step() const { return second - first; }
  std::string at(int64_t number) const { return (before + Twine(number) + behind).str(); }
};

/// A number that is written in one way only, so that it can be printed again.
std::optional<int64_t> readNumber(StringRef digits) {
  int64_t number;
  bool isPlain = !digits.empty() && (digits == "0" || digits.front() != '0') &&
                 llvm::all_of(digits, llvm::isDigit) && !digits.getAsInteger(10, number);
  return isPlain ? std::optional(number) : std::nullopt;
}

std::optional<Pair> match(StringRef a, StringRef b) {
  size_t begin = 0, end = 0, shortest = std::min(a.size(), b.size());
  while (begin < shortest && a[begin] == b[begin])
    ++begin;
  while (begin > 0 && llvm::isDigit(a[begin - 1]))
    --begin;
  while (end < shortest - begin && a[a.size() - 1 - end] == b[b.size() - 1 - end])
    ++end;
  while (end > 0 && llvm::isDigit(a[a.size() - end]))
    --end;
  auto first = readNumber(a.drop_back(end).drop_front(begin));
  auto second = readNumber(b.drop_back(end).drop_front(begin));
  if (!first || !second || *first == *second)
    return std::nullopt;
  return Pair{a.take_front(begin), a.take_back(end), *first, *second};
}

StringRef nameOf(Attribute reference) { return cast<FlatSymbolRefAttr>(reference).getValue(); }

/// How many of `names` from the first on are one series, and its step.
std::pair<size_t, int64_t> seriesAt(ArrayRef<Attribute> names) {
  auto pair = names.size() > 2 ? match(nameOf(names[0]), nameOf(names[1])) : std::nullopt;
  if (!pair)
    return {1, 0};
  size_t count = 2;
  while (count < names.size() &&
         nameOf(names[count]) == pair->at(pair->first + int64_t(count) * pair->step()))
    ++count;
  return {count, pair->step()};
}

} // namespace

void printBufferNames(OpAsmPrinter &printer, Operation *, ArrayAttr names) {
  printer << '[';
  ArrayRef<Attribute> rest = names.getValue();
  while (!rest.empty()) {
    auto [count, step] = seriesAt(rest);
    if (count < 3)
      count = 1;
    printer << rest.front();
    if (count > 1)
      printer << " ... " << rest[count - 1];
    if (count > 1 && step != 1)
      printer << " by " << step;
    rest = rest.drop_front(count);
    if (!rest.empty())
      printer << ", ";
  }
  printer << ']';
}

ParseResult parseBufferNames(OpAsmParser &parser, ArrayAttr &names) {
  SmallVector<Attribute> all;
  auto parseEntry = [&]() -> ParseResult {
    FlatSymbolRefAttr first, last;
    SMLoc at = parser.getCurrentLocation();
    if (parser.parseAttribute(first))
      return failure();
    all.push_back(first);
    if (failed(parser.parseOptionalEllipsis()))
      return success();
    int64_t step = 1;
    if (parser.parseAttribute(last))
      return failure();
    if (succeeded(parser.parseOptionalKeyword("by")) && parser.parseInteger(step))
      return failure();
    auto pair = match(first.getValue(), last.getValue());
    bool isSeries = pair && step != 0 && pair->step() % step == 0 && pair->step() / step > 0 &&
                    pair->step() / step < mostNames;
    if (!isSeries)
      return parser.emitError(at) << first << " ... " << last << " is no series by " << step;
    for (int64_t i = 1; i <= pair->step() / step; ++i)
      all.push_back(FlatSymbolRefAttr::get(parser.getContext(), pair->at(pair->first + i * step)));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseEntry))
    return failure();
  names = ArrayAttr::get(parser.getContext(), all);
  return success();
}

} // namespace rx::rxt
