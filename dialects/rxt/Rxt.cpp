//===- Rxt.cpp - the dialect, its types, their text -----------------------===//
#include "dialects/rxt/Rxt.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#include "dialects/rxt/RxtDialect.cpp.inc"
#include "dialects/rxt/RxtEnums.cpp.inc"
#include "dialects/rxt/RxtInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/rxt/RxtAttrs.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/rxt/RxtTypes.cpp.inc"

namespace rx::rxt {

void RxtDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/rxt/RxtAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/rxt/RxtTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/rxt/RxtOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Axes: `640`, `t`, `"2*t + 1"`, `s max 1024 length(n)`, `t mask(m)`
//===----------------------------------------------------------------------===//

namespace {

/// Whether the lexer reads `text` as one integer or one bare identifier.
bool isBareSize(StringRef text) {
  if (text.empty() || text.contains('.'))
    return false;
  if (llvm::all_of(text, llvm::isDigit))
    return true;
  return (llvm::isAlpha(text[0]) || text[0] == '_') &&
         llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

void printAxis(AsmPrinter &printer, AxisAttr axis) {
  if (isBareSize(axis.getSize()))
    printer << axis.getSize();
  else
    printer << '"' << axis.getSize() << '"';
  if (axis.getBound() >= 0)
    printer << " max " << axis.getBound();
  if (axis.getPresence() != Presence::All) {
    printer << ' ' << stringifyPresence(axis.getPresence()) << '(';
    printer.printKeywordOrString(axis.getPresenceName());
    printer << ')';
  }
}

ParseResult parseSize(AsmParser &parser, std::string &canonical) {
  SMLoc at = parser.getCurrentLocation();
  std::string text;
  int64_t number = 0;
  if (OptionalParseResult integer = parser.parseOptionalInteger(number); integer.has_value()) {
    if (failed(*integer))
      return failure();
    text = std::to_string(number);
  } else if (parser.parseKeywordOrString(&text)) {
    return failure();
  }
  std::optional<SizeExpr> size = SizeExpr::parse(text);
  if (!size)
    return parser.emitError(at) << "'" << text << "' is not a size: expected a polynomial in size "
                                << "symbols, such as \"2*t + 1\"";
  if (size->isConstant() && size->constant() < 0)
    return parser.emitError(at) << "the size of an axis is negative: " << text;
  canonical = size->str();
  return success();
}

/// A word, since `<=` would unbalance the angle brackets of the type.
ParseResult parseOptionalBound(AsmParser &parser, int64_t &bound) {
  bound = -1;
  if (failed(parser.parseOptionalKeyword("max")))
    return success();
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseInteger(bound))
    return failure();
  if (bound < 0)
    return parser.emitError(at, "the bound of an axis is negative");
  return success();
}

ParseResult parseOptionalPresence(AsmParser &parser, Presence &presence, std::string &name) {
  presence = Presence::All;
  if (succeeded(parser.parseOptionalKeyword("length")))
    presence = Presence::Length;
  else if (succeeded(parser.parseOptionalKeyword("mask")))
    presence = Presence::Mask;
  else
    return success();
  return failure(parser.parseLParen() || parser.parseKeywordOrString(&name) ||
                 parser.parseRParen());
}

ParseResult parseAxis(AsmParser &parser, AxisAttr &axis) {
  std::string size, presenceName;
  int64_t bound = -1;
  Presence presence = Presence::All;
  if (parseSize(parser, size) || parseOptionalBound(parser, bound) ||
      parseOptionalPresence(parser, presence, presenceName))
    return failure();
  axis = AxisAttr::get(parser.getContext(), size, bound, presence, presenceName);
  return success();
}

/// The part of a tensor type between the angle brackets: `f32[b, t, 640]`.
void printTensorBody(AsmPrinter &printer, TensorType type) {
  printer << type.getElementType() << '[';
  llvm::interleaveComma(type.getAxes(), printer, [&](AxisAttr axis) { printAxis(printer, axis); });
  printer << ']';
}

ParseResult parseTensorBody(AsmParser &parser, TensorType &type) {
  Type elementType;
  SMLoc at = parser.getCurrentLocation();
  if (parser.parseType(elementType))
    return failure();
  if (!elementType.isIntOrFloat())
    return parser.emitError(at) << "the elements of a tensor are numbers, not " << elementType;
  SmallVector<AxisAttr> axes;
  auto one = [&] { return parseAxis(parser, axes.emplace_back()); };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, one))
    return failure();
  type = TensorType::get(parser.getContext(), elementType, axes);
  return success();
}

} // namespace

AxisAttr AxisAttr::get(MLIRContext *context, const SizeExpr &size) {
  return get(context, size.str(), -1, Presence::All, "");
}

SizeExpr AxisAttr::sizeExpr() const {
  std::optional<SizeExpr> size = SizeExpr::parse(std::string_view(getSize()));
  assert(size && "an axis holds the canonical text of a polynomial");
  return *size;
}

void AxisAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printAxis(printer, *this);
  printer << '>';
}

Attribute AxisAttr::parse(AsmParser &parser, Type) {
  AxisAttr axis;
  if (parser.parseLess() || parseAxis(parser, axis) || parser.parseGreater())
    return {};
  return axis;
}

//===----------------------------------------------------------------------===//
// Tensors and tables
//===----------------------------------------------------------------------===//

TensorType TensorType::get(Type elementType, ArrayRef<SizeExpr> sizes) {
  MLIRContext *context = elementType.getContext();
  auto axes = llvm::map_to_vector(
      sizes, [&](const SizeExpr &size) { return AxisAttr::get(context, size); });
  return get(context, elementType, axes);
}

SmallVector<SizeExpr> TensorType::sizes() const {
  return llvm::map_to_vector(getAxes(), [](AxisAttr axis) { return axis.sizeExpr(); });
}

SizeExpr TensorType::elementCount() const {
  SizeExpr count = 1;
  for (const SizeExpr &size : sizes())
    count = count * size;
  return count;
}

void TensorType::print(AsmPrinter &printer) const {
  printer << '<';
  printTensorBody(printer, *this);
  printer << '>';
}

Type TensorType::parse(AsmParser &parser) {
  TensorType type;
  if (parser.parseLess() || parseTensorBody(parser, type) || parser.parseGreater())
    return {};
  return type;
}

Type TableType::row() const {
  if (getTrips().size() == 1)
    return getEntry();
  return TableType::get(getContext(), getTrips().drop_front(), getEntry());
}

void TableType::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(getTrips(), printer);
  printer << "] x ";
  printTensorBody(printer, getEntry());
  printer << '>';
}

Type TableType::parse(AsmParser &parser) {
  SmallVector<int64_t> trips;
  SMLoc at = parser.getCurrentLocation();
  auto one = [&] { return parser.parseInteger(trips.emplace_back()); };
  if (parser.parseLess() || parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, one))
    return {};
  if (trips.empty() || llvm::any_of(trips, [](int64_t count) { return count < 0; })) {
    parser.emitError(at, "a table has one or more trip counts, none negative");
    return {};
  }
  TensorType entry;
  if (parser.parseKeyword("x") || parseTensorBody(parser, entry) || parser.parseGreater())
    return {};
  return TableType::get(parser.getContext(), trips, entry);
}

} // namespace rx::rxt
