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

Expected<PanelForm> readForm(std::string_view text) {
  if (std::optional<PanelForm> form = PanelForm::parse(text))
    return *form;
  return makeError("\"{}\" is no form of weights that this program knows", text.substr(0, 80));
}

/// A form is that of a matrix of f32 whose sizes are numbers, and whose rows are whole blocks.
static Status readFormOf(BufferType &type, std::string_view text) {
  type.anyForm = text == "any form";
  if (!type.anyForm) {
    Expected<PanelForm> form = readForm(text);
    if (!form)
      return std::move(form).status();
    type.form = *form;
  }
  bool isMatrix = type.dtype == RX_F32 && type.dims.size() == 2 && type.dims[0].isConstant() &&
                  type.dims[1].isConstant();
  if (!isMatrix)
    return makeError("{}: only matrices of f32 with sizes that are numbers are stored in a form",
                     type.text());
  if (!type.anyForm && !type.form.isDense() &&
      !type.form.bytes(type.dims[0].constant(), type.dims[1].constant()))
    return makeError("{}: rows are no whole number of blocks of {} elements", type.text(),
                     type.form.blockElements());
  return Status::ok();
}

static Expected<BufferType> readDenseType(std::string_view text) {
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

Expected<BufferType> readBufferType(std::string_view text) {
  constexpr std::string_view word = "] in ";
  size_t in = text.find(word);
  if (in == std::string_view::npos)
    return readDenseType(text);
  Expected<BufferType> type = readDenseType(text.substr(0, in + 1));
  if (type)
    if (Status form = readFormOf(*type, text.substr(in + word.size())); !form)
      return form;
  return type;
}

std::optional<int64_t> BufferType::bytes(const Shape &shape) const {
  return form.isDense() ? tensorBytes(dtype, shape) : form.bytes(shape[0], shape[1]);
}

std::string BufferType::text() const {
  std::vector<std::string> sizes;
  for (const SizeExpr &dim : dims)
    sizes.push_back(dim.str());
  std::string values = fmt::format("{}[{}]", rx_dtype_name(dtype), fmt::join(sizes, ", "));
  if (isDense())
    return values;
  return fmt::format("{} in {}", values, anyForm ? "any form" : form.str());
}

} // namespace rx::runtime
