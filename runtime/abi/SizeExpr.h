//===- SizeExpr.h - polynomials over size symbols ---------------*- C++ -*-===//
//
// The size of an axis: a polynomial with integer coefficients over symbols that are bound when data
// arrive (`b`, `t`). Compiler and runtime both need it: the compiler to decide that two sizes are the
// same, the runtime to compute bytes once the symbols have values. Depends on nothing.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rx {

/// A polynomial in normal form. Equal normal forms are equal sizes.
class SizeExpr {
public:
  /// A product of symbols, sorted, with repetition: `b*t*t` is {"b", "t", "t"}.
  using Monomial = std::vector<std::string>;
  using Bindings = std::map<std::string, int64_t, std::less<>>;

  SizeExpr() = default;
  SizeExpr(int64_t constant) { add({}, constant); }
  static SizeExpr symbol(std::string name) {
    SizeExpr e;
    e.add({std::move(name)}, 1);
    return e;
  }

  bool isConstant() const { return terms.empty() || (terms.size() == 1 && terms.begin()->first.empty()); }
  /// The value of a constant polynomial; 0 for any other.
  int64_t constant() const { return terms.empty() || !isConstant() ? 0 : terms.begin()->second; }
  /// The symbol, if the polynomial is exactly one.
  std::optional<std::string> asSymbol() const;
  /// Every symbol, sorted, once.
  std::vector<std::string> symbols() const;
  /// The non-zero coefficient of every product of symbols.
  const std::map<Monomial, int64_t> &monomials() const { return terms; }

  SizeExpr operator+(const SizeExpr &other) const;
  SizeExpr operator-(const SizeExpr &other) const;
  SizeExpr operator*(const SizeExpr &other) const;
  /// The quotient if `divisor` is a non-zero constant or a symbol that divides every term.
  std::optional<SizeExpr> dividedBy(const SizeExpr &divisor) const;
  SizeExpr substitute(const std::string &name, const SizeExpr &value) const;
  bool operator==(const SizeExpr &other) const { return terms == other.terms; }

  /// The value under `bindings`, or nothing when a symbol is unbound or the value overflows.
  std::optional<int64_t> evaluate(const Bindings &bindings) const;

  /// Canonical text: `2*b*t + 1`. `parse` reads it back.
  std::string str() const;
  static std::optional<SizeExpr> parse(std::string_view text);

private:
  void add(Monomial monomial, int64_t coefficient);
  std::map<Monomial, int64_t> terms; // without zero coefficients
};

//===----------------------------------------------------------------------===//
// Implementation
//===----------------------------------------------------------------------===//

inline void SizeExpr::add(Monomial monomial, int64_t coefficient) {
  int64_t &slot = terms[monomial];
  slot += coefficient;
  if (slot == 0)
    terms.erase(monomial);
}

inline std::optional<std::string> SizeExpr::asSymbol() const {
  if (terms.size() != 1 || terms.begin()->first.size() != 1 || terms.begin()->second != 1)
    return std::nullopt;
  return terms.begin()->first.front();
}

inline std::vector<std::string> SizeExpr::symbols() const {
  std::map<std::string, bool> seen;
  for (auto &[monomial, coefficient] : terms)
    for (auto &name : monomial)
      seen[name] = true;
  std::vector<std::string> names;
  for (auto &[name, unused] : seen)
    names.push_back(name);
  return names;
}

inline SizeExpr SizeExpr::operator+(const SizeExpr &other) const {
  SizeExpr sum = *this;
  for (auto &[monomial, coefficient] : other.terms)
    sum.add(monomial, coefficient);
  return sum;
}

inline SizeExpr SizeExpr::operator-(const SizeExpr &other) const {
  return *this + other * SizeExpr(-1);
}

inline SizeExpr SizeExpr::operator*(const SizeExpr &other) const {
  SizeExpr product;
  for (auto &[left, leftCoefficient] : terms)
    for (auto &[right, rightCoefficient] : other.terms) {
      std::map<std::string, int> powers;
      for (auto &name : left)
        ++powers[name];
      for (auto &name : right)
        ++powers[name];
      Monomial monomial;
      for (auto &[name, power] : powers)
        monomial.insert(monomial.end(), power, name);
      product.add(std::move(monomial), leftCoefficient * rightCoefficient);
    }
  return product;
}

inline std::optional<SizeExpr> SizeExpr::dividedBy(const SizeExpr &divisor) const {
  if (divisor.terms.size() != 1)
    return std::nullopt;
  auto &[byMonomial, byCoefficient] = *divisor.terms.begin();
  SizeExpr quotient;
  for (auto &[monomial, coefficient] : terms) {
    if (coefficient % byCoefficient != 0)
      return std::nullopt;
    Monomial rest = monomial;
    for (auto &name : byMonomial) {
      bool found = false;
      for (auto it = rest.begin(); it != rest.end(); ++it)
        if (*it == name) {
          rest.erase(it);
          found = true;
          break;
        }
      if (!found)
        return std::nullopt;
    }
    quotient.add(std::move(rest), coefficient / byCoefficient);
  }
  return quotient;
}

inline SizeExpr SizeExpr::substitute(const std::string &name, const SizeExpr &value) const {
  SizeExpr result;
  for (auto &[monomial, coefficient] : terms) {
    SizeExpr term(coefficient);
    for (auto &factor : monomial)
      term = term * (factor == name ? value : symbol(factor));
    result = result + term;
  }
  return result;
}

inline std::optional<int64_t> SizeExpr::evaluate(const Bindings &bindings) const {
  int64_t sum = 0;
  for (auto &[monomial, coefficient] : terms) {
    int64_t term = coefficient;
    for (auto &name : monomial) {
      auto it = bindings.find(name);
      if (it == bindings.end() || __builtin_mul_overflow(term, it->second, &term))
        return std::nullopt;
    }
    if (__builtin_add_overflow(sum, term, &sum))
      return std::nullopt;
  }
  return sum;
}

inline std::string SizeExpr::str() const {
  if (terms.empty())
    return "0";
  std::string text;
  // Highest monomial first, so that the constant comes last, as one writes it.
  for (auto it = terms.rbegin(); it != terms.rend(); ++it) {
    int64_t coefficient = it->second;
    if (!text.empty())
      text += coefficient < 0 ? " - " : " + ";
    else if (coefficient < 0)
      text += "-";
    int64_t magnitude = coefficient < 0 ? -coefficient : coefficient;
    bool showNumber = magnitude != 1 || it->first.empty();
    if (showNumber)
      text += std::to_string(magnitude);
    for (size_t i = 0; i < it->first.size(); ++i)
      text += (i || showNumber ? "*" : "") + it->first[i];
  }
  return text;
}

inline std::optional<SizeExpr> SizeExpr::parse(std::string_view text) {
  SizeExpr result;
  size_t at = 0;
  auto skip = [&] { while (at < text.size() && text[at] == ' ') ++at; };
  int64_t sign = 1;
  skip();
  if (at == text.size())
    return std::nullopt;
  while (true) {
    skip();
    if (at < text.size() && text[at] == '-') {
      sign = -sign;
      ++at;
      skip();
    }
    SizeExpr term(sign);
    while (true) {
      size_t start = at;
      auto isWord = [](char c) { return c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
      while (at < text.size() && isWord(text[at]))
        ++at;
      if (start == at || at - start > 64)
        return std::nullopt;
      std::string word(text.substr(start, at - start));
      bool number = word[0] >= '0' && word[0] <= '9';
      if (number && (word.size() > 18 || word.find_first_not_of("0123456789") != std::string::npos))
        return std::nullopt;
      term = term * (number ? SizeExpr(std::stoll(word)) : symbol(word));
      skip();
      if (at < text.size() && text[at] == '*') {
        ++at;
        skip();
        continue;
      }
      break;
    }
    result = result + term;
    if (at == text.size())
      return result;
    if (text[at] != '+' && text[at] != '-')
      return std::nullopt;
    sign = text[at] == '-' ? -1 : 1;
    ++at;
  }
}

} // namespace rx
