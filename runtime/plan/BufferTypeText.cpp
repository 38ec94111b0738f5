#include "runtime/plan/BufferTypeText.h"

#include "runtime/abi/Kernel.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rx::runtime {

namespace {

constexpr size_t longestSize = 1024;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isWordCharacter(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

/// Whether SizeExpr::parse, which computes in 64 bits unchecked, is safe on `text`: with at most
/// one number of at most 15 digits per term, the sum of all terms stays below 2^63.
bool hasSmallCoefficients(std::string_view text) {
  int numbers = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '+' || text[at] == '-')
      numbers = 0;
    size_t end = at;
    while (end < text.size() && isWordCharacter(text[end]))
      ++end;
    if (isDigit(text[at]) && (++numbers > 1 || end - at > 15))
      return false;
    at = std::max(end, at + 1);
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

} // namespace

Expected<SizeExpr> readSize(std::string_view text) {
  if (text.size() <= longestSize && hasSmallCoefficients(text))
    if (std::optional<SizeExpr> size = SizeExpr::parse(text))
      return std::move(*size);
  return makeError("\"{}\" is not a size: expected a polynomial such as \"2*t + 1\"",
                   text.substr(0, 80));
}

Expected<BufferType> readBufferType(std::string_view text) {
  size_t open = text.find('[');
  if (open == std::string_view::npos || text.back() != ']')
    return makeError("\"{}\" is not a type: expected one such as \"f32[b, 640]\"",
                     text.substr(0, 80));
  BufferType type;
  std::string_view element = text.substr(0, open);
  if (std::optional<DType> dtype = plainDtype(element))
    type.dtype = *dtype;
  else
    return makeError("\"{}\" is not an element type", element.substr(0, 80));
  std::string_view rest = trimmed(text.substr(open + 1, text.size() - open - 2));
  while (!rest.empty()) {
    size_t comma = rest.find(',');
    Expected<SizeExpr> size = readSize(trimmed(rest.substr(0, comma)));
    if (!size)
      return std::move(size).status();
    if (type.dims.size() == RX_MAX_RANK)
      return makeError("a tensor has at most {} axes", RX_MAX_RANK);
    type.dims.push_back(std::move(*size));
    // A comma promises another size: readSize refuses the empty text behind a trailing one.
    if (comma == std::string_view::npos)
      break;
    rest = rest.substr(comma + 1);
    if (rest.empty())
      return makeError("\"{}\" ends in a comma", text.substr(0, 80));
  }
  return type;
}

std::string BufferType::text() const {
  std::vector<std::string> sizes;
  for (const SizeExpr &dim : dims)
    sizes.push_back(dim.str());
  return fmt::format("{}[{}]", rx_dtype_name(dtype), fmt::join(sizes, ", "));
}

} // namespace rx::runtime
