#include "runtime/data/LockFile.h"

#include "runtime/core/JsonFields.h"
#include "runtime/data/Cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace rx::runtime {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

constexpr uint64_t largestLockFile = 16 << 20;
constexpr int64_t largestFile = int64_t(1) << 42; // 4 TiB

bool isAsciiAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) && c > 0; }

/// Package names, versions and file names reach command lines and paths: they start with a letter
/// or digit, so none is an option, hidden, or a way out of its folder.
bool isPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 200 && isAsciiAlnum(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return isAsciiAlnum(c) || std::string_view("._-+~:").find(c) != std::string_view::npos;
         });
}

bool isSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string plainName(JsonFields &fields, const char *name) {
  std::string value = fields.text(name);
  if (!isPlainName(value))
    fields.reject(name,
                  fmt::format("is not a plain name: \"{}\" (letters, digits, . _ - + ~ :)", value));
  return value;
}

std::string sha256(JsonFields &fields) {
  std::string value = fields.text("sha256");
  if (!isSha256(value))
    fields.reject("sha256", fmt::format("must be 64 lower-case hex digits, not \"{}\"", value));
  return value;
}

uint64_t bytes(JsonFields &fields) {
  return static_cast<uint64_t>(fields.integer("bytes", 1, largestFile));
}

/// A notice is kept under the last name of its member.
std::string memberPath(JsonFields &fields) {
  std::string value = fields.text("member");
  if (!isPlainName(value.substr(value.rfind('/') + 1)))
    fields.reject("member", fmt::format("is not the path of a file: \"{}\"", value));
  return value;
}

Expected<std::vector<LockedPart>> readParts(JsonFields &fields, const char *name) {
  std::vector<LockedPart> parts;
  for (const auto &item : fields.array(name)) {
    JsonFields part(item, fmt::format("{}, {}[{}]", fields.place(), name, parts.size()));
    parts.push_back({plainName(part, "package"), plainName(part, "version"), memberPath(part),
                     bytes(part), sha256(part)});
    if (Status read = part.finish(); !read)
      return read;
  }
  return parts;
}

Expected<LockedPackage> readPackage(const std::string &name, const nlohmann::json &json,
                                    const std::string &where) {
  JsonFields fields(json, fmt::format("{}: package {}", where, name));
  LockedPackage package;
  package.name = name;
  package.version = plainName(fields, "version");
  package.file = plainName(fields, "file");
  package.bytes = bytes(fields);
  package.sha256 = sha256(fields);
  package.licence = fields.text("licence");
  auto parts = readParts(fields, "parts");
  auto notices = readParts(fields, "notices");
  for (const auto *read : {&parts, &notices})
    if (!*read)
      return read->status();
  package.parts = *parts;
  package.notices = *notices;
  if (package.parts.empty())
    fields.reject("parts", "must hold at least one part");
  if (Status read = fields.finish(); !read)
    return read;
  return package;
}

Expected<LockedText> readText(const std::string &name, const nlohmann::json &json,
                              const std::string &where) {
  JsonFields fields(json, fmt::format("{}: text {}", where, name));
  LockedText text;
  text.name = name;
  text.debian = plainName(fields, "debian");
  text.version = plainName(fields, "version");
  text.licence = fields.text("licence");
  for (const auto &item : fields.array("files")) {
    JsonFields file(item, fmt::format("{}, files[{}]", fields.place(), text.files.size()));
    text.files.push_back({plainName(file, "name"), bytes(file), sha256(file)});
    if (Status read = file.finish(); !read)
      return read;
  }
  if (Status read = fields.finish(); !read)
    return read;
  return text;
}

template <typename Entry>
Expected<Entry> findEntry(const std::vector<Entry> &entries, std::string_view name,
                          const char *kind, const fs::path &lock) {
  std::vector<std::string> names;
  for (const Entry &entry : entries) {
    if (entry.name == name)
      return entry;
    names.push_back(entry.name);
  }
  return makeError("{} \"{}\" is not in {}{}", kind, name, lock.string(), didYouMean(name, names));
}

ordered_json partsToJson(const std::vector<LockedPart> &parts) {
  ordered_json list = ordered_json::array();
  for (const LockedPart &part : parts)
    list.push_back({{"package", part.package},
                    {"version", part.version},
                    {"member", part.member},
                    {"bytes", part.bytes},
                    {"sha256", part.sha256}});
  return list;
}

ordered_json filesToJson(const std::vector<LockedFile> &files) {
  ordered_json list = ordered_json::array();
  for (const LockedFile &file : files)
    list.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return list;
}

} // namespace

Expected<LockFile> LockFile::load(const fs::path &path) {
  auto text = readWhole(path, largestLockFile);
  if (!text)
    return text.status();
  return parse(*text, path);
}

Expected<LockFile> LockFile::parse(std::string_view text, const fs::path &path) {
  std::string where = path.string();
  auto json = parseJson(text, where);
  if (!json)
    return json.status();
  JsonFields fields(*json, where);
  LockFile lock;
  lock.path = path;
  fields.integer("version", 1, 1);
  for (const auto &[name, value] : fields.object("packages").items()) {
    auto package = isPlainName(name) ? readPackage(name, value, where)
                                     : Status::error(where + ": not a package name: " + name);
    if (!package)
      return package.status();
    lock.packages.push_back(*package);
  }
  for (const auto &[name, value] : fields.object("texts").items()) {
    auto entry = isPlainName(name) ? readText(name, value, where)
                                   : Status::error(where + ": not a text name: " + name);
    if (!entry)
      return entry.status();
    lock.texts.push_back(*entry);
  }
  if (Status read = fields.finish(); !read)
    return read;
  return lock;
}

Expected<LockedPackage> LockFile::package(std::string_view name) const {
  return findEntry(packages, name, "package", path);
}

Expected<LockedText> LockFile::text(std::string_view name) const {
  return findEntry(texts, name, "text", path);
}

std::string LockFile::toJson() const {
  ordered_json json{
      {"version", 1}, {"packages", ordered_json::object()}, {"texts", ordered_json::object()}};
  for (const LockedPackage &package : packages)
    json["packages"][package.name] = {{"version", package.version},
                                      {"file", package.file},
                                      {"bytes", package.bytes},
                                      {"sha256", package.sha256},
                                      {"licence", package.licence},
                                      {"parts", partsToJson(package.parts)},
                                      {"notices", partsToJson(package.notices)}};
  for (const LockedText &text : texts)
    json["texts"][text.name] = {{"debian", text.debian},
                                {"version", text.version},
                                {"licence", text.licence},
                                {"files", filesToJson(text.files)}};
  // Text that is not UTF-8 cannot be written as JSON: replaced rather than thrown about.
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Expected<fs::path> findLockFile(const fs::path &programFolder) {
  std::error_code code;
  // "." and "" mean the folder itself, whose name messages show.
  const fs::path start =
      (fs::current_path(code) / programFolder / "").lexically_normal().parent_path();
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / "rxc.lock", code))
      return folder / "rxc.lock";
    if (folder == folder.parent_path())
      break;
  }
  return makeError(
      "no rxc.lock in {} or a folder above it: it pins the packages and texts that a program uses; "
      "`rxc lock` writes one, or copy the one of the rxc repository beside the program",
      start.string());
}

} // namespace rx::runtime
