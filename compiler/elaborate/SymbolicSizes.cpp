//===- SymbolicSizes.cpp - sizes that stand for any number -------------------===//
#include "compiler/elaborate/SymbolicSizes.h"

#include <algorithm>
#include <cctype>

using namespace rx;
using namespace rx::elaborate;

/// A name as `SizeExpr` reads it back: letters, digits and `_`, at most 60.
static std::string word(const std::string &text) {
  std::string result = std::isdigit(static_cast<unsigned char>(text[0])) ? "n" : "";
  for (char c : text)
    result += std::isalnum(static_cast<unsigned char>(c)) || c == '.' ? c : '_';
  return result.substr(0, 60);
}

SizeExpr SymbolicSizes::symbol(const std::string &name) const {
  auto found = known.find(name);
  if (found == known.end())
    return SizeExpr::symbol(name);
  SizeExpr value = found->second;
  for (auto &inner : value.symbols())
    value = value.substitute(inner, symbol(inner));
  return value;
}

SizeExpr SymbolicSizes::opaque(const std::string &text) {
  std::string name = word(text);
  opaques.insert(name);
  return SizeExpr::symbol(name);
}

SizeExpr SymbolicSizes::trip(const std::string &index) {
  std::string name = word("trip." + index);
  trips.insert(name);
  return SizeExpr::symbol(name);
}

bool SymbolicSizes::hasAny(const SizeExpr &size, const std::set<std::string> &names) {
  auto symbols = size.symbols();
  return std::any_of(symbols.begin(), symbols.end(),
                     [&](const std::string &symbol) { return names.count(symbol) > 0; });
}

/// The value must not lead back to the symbol.
bool SymbolicSizes::learn(const SizeExpr &symbol, const SizeExpr &value) {
  auto name = symbol.asSymbol();
  if (!name || isOpaque(symbol) || dependsOnTrip(symbol) || known.count(*name) || isOpaque(value) ||
      dependsOnTrip(value))
    return false;
  auto inside = value.symbols();
  if (std::find(inside.begin(), inside.end(), *name) != inside.end())
    return false;
  known[*name] = value;
  return true;
}

bool SymbolicSizes::learnEqual(const SizeExpr &a, const SizeExpr &b) {
  return !(a == b) && (learn(a, b) || learn(b, a));
}

bool SymbolicSizes::learnMultiple(const SizeExpr &a, const SizeExpr &b) {
  if (a.dividedBy(b))
    return false;
  return learn(a, b * SizeExpr::symbol(word(a.str() + "_per_" + b.str())));
}
