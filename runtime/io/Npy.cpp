#include "runtime/io/Npy.h"

#include "runtime/io/File.h"
#include "runtime/io/GgufValue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace rx::runtime {

static_assert(std::endian::native == std::endian::little, "arrays are copied as they stand");

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr uint64_t longestHeader = 65536;
constexpr size_t dataAlignment = 64; ///< of the data in the file, by the format
constexpr size_t mostAxes = 8;

struct TypeName {
  DType dtype;
  std::string_view descr;
};
constexpr TypeName typeNames[] = {{RX_F32, "<f4"}, {RX_F64, "<f8"}, {RX_F16, "<f2"},
                                  {RX_I32, "<i4"}, {RX_I64, "<i8"}, {RX_U8, "|u1"},
                                  {RX_BOOL, "|b1"}};

struct Header {
  std::string descr;
  bool fortranOrder = false;
  Shape shape;
};

/// Reads the header: a Python dictionary of the three keys, in any order.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  /// False where the text is no such dictionary.
  bool parse(Header &header) {
    int keys = 0;
    if (!take("{"))
      return false;
    while (!take("}")) {
      std::string key;
      if (!readText(key) || !take(":") || !readValue(key, header))
        return false;
      ++keys;
      take(",");
    }
    skipSpace();
    return rest.empty() && keys == 3;
  }

private:
  void skipSpace() { rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size())); }

  bool take(std::string_view word) {
    skipSpace();
    if (!rest.starts_with(word))
      return false;
    rest.remove_prefix(word.size());
    return true;
  }

  bool readText(std::string &text) {
    if (!take("'"))
      return false;
    size_t end = rest.find('\'');
    if (end == std::string_view::npos)
      return false;
    text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return true;
  }

  bool readShape(Shape &shape) {
    if (!take("("))
      return false;
    while (!take(")")) {
      skipSpace();
      int64_t size = 0;
      auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
      if (error != std::errc() || size < 0 || shape.size() == mostAxes)
        return false;
      rest.remove_prefix(static_cast<size_t>(end - rest.data()));
      shape.push_back(size);
      take(",");
    }
    return true;
  }

  bool readValue(std::string_view key, Header &header) {
    if (key == "descr")
      return readText(header.descr);
    if (key == "shape")
      return readShape(header.shape);
    if (key != "fortran_order")
      return false;
    header.fortranOrder = take("True");
    return header.fortranOrder || take("False");
  }

  std::string_view rest;
};

/// The header's text, and where the data begins.
Expected<std::pair<std::string, uint64_t>> readHeaderText(const InputFile &file) {
  char start[12] = {};
  size_t available = std::min<uint64_t>(file.size(), sizeof start);
  if (Status read = file.readAt(0, std::as_writable_bytes(std::span(start, available))); !read)
    return read;
  auto version = static_cast<uint8_t>(start[6]);
  if (std::string_view(start, magic.size()) != magic || version < 1 || version > 3)
    return makeError("{}: not an .npy file; numpy.save writes one", file.path());
  bool isShort = version == 1;
  uint32_t length = 0;
  std::memcpy(&length, start + 8, isShort ? 2 : 4);
  uint64_t begin = isShort ? 10 : 12;
  if (length > longestHeader || begin + length > file.size())
    return makeError(
        "{}: declares a header of {} bytes, but at most {} are allowed and the file has "
        "{}; it is damaged",
        file.path(), length, longestHeader, file.size());
  std::string text(length, '\0');
  if (Status read = file.readAt(begin, std::as_writable_bytes(std::span(text))); !read)
    return read;
  return std::pair(std::move(text), begin + length);
}

Expected<DType> dtypeOfDescr(const std::string &path, const std::string &descr) {
  for (const TypeName &name : typeNames)
    if (name.descr == descr)
      return name.dtype;
  std::string known;
  for (const TypeName &name : typeNames)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name.descr);
  return makeError("{}: elements of type {} are not read, only {}; convert with astype()", path,
                   quoteForMessage(descr), known);
}

struct FileCloser {
  void operator()(std::FILE *file) const { std::fclose(file); }
};

} // namespace

Expected<HostTensor> readNpy(const std::string &path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return std::move(file).status();
  auto text = readHeaderText(*file);
  if (!text)
    return std::move(text).status();
  Header header;
  if (!HeaderParser(text->first).parse(header))
    return makeError(
        "{}: the header {} does not say descr, fortran_order and a shape of at most {} "
        "axes; it is damaged",
        path, quoteForMessage(text->first), mostAxes);
  Expected<DType> dtype = dtypeOfDescr(path, header.descr);
  if (!dtype)
    return std::move(dtype).status();
  if (header.fortranOrder)
    return makeError("{}: the array is stored column by column; save numpy.ascontiguousarray of it",
                     path);
  std::optional<int64_t> bytes = tensorBytes(*dtype, header.shape);
  uint64_t stored = file->size() - text->second;
  if (!bytes || static_cast<uint64_t>(*bytes) != stored)
    return makeError("{}: {} does not fill the {} bytes after the header; the file is damaged",
                     path, tensorText(*dtype, header.shape), stored);
  Expected<HostTensor> tensor = HostTensor::allocate(*dtype, std::move(header.shape));
  if (!tensor)
    return std::move(tensor).status().withContext(path);
  if (Status read = file->readAt(text->second, {tensor->data(), stored}); !read)
    return read;
  if (*dtype == RX_BOOL && std::any_of(tensor->data(), tensor->data() + stored,
                                       [](std::byte byte) { return byte > std::byte{1}; }))
    return makeError("{}: holds a bool that is neither 0 nor 1; the file is damaged", path);
  return tensor;
}

Status writeNpy(const std::string &path, const HostTensor &tensor) {
  const auto *name = std::find_if(std::begin(typeNames), std::end(typeNames),
                                  [&](auto &known) { return known.dtype == tensor.dtype(); });
  if (name == std::end(typeNames))
    return makeError("{}: an .npy file cannot hold {}", path, tensor.text());
  std::string shape =
      fmt::format("({}{})", fmt::join(tensor.shape(), ", "), tensor.shape().size() == 1 ? "," : "");
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", name->descr, shape);
  size_t before = magic.size() + 4; // version and length
  size_t padded = (before + header.size() + 1 + dataAlignment - 1) / dataAlignment * dataAlignment;
  header.resize(padded - before - 1, ' ');
  header += '\n';
  std::string start = std::string(magic) + '\1' + '\0';
  start += static_cast<char>(header.size() & 0xFF);
  start += static_cast<char>(header.size() >> 8);
  start += header;
  std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "wb"));
  auto bytes = static_cast<size_t>(tensor.bytes());
  bool isWritten = file && std::fwrite(start.data(), 1, start.size(), file.get()) == start.size() &&
                   std::fwrite(tensor.data(), 1, bytes, file.get()) == bytes &&
                   std::fflush(file.get()) == 0;
  if (!isWritten)
    return makeError("{}: cannot be written: {}", path, std::strerror(errno));
  return Status::ok();
}

} // namespace rx::runtime
