#include "runtime/data/Wheel.h"

#include "runtime/data/Cache.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>

namespace rx::runtime {

namespace {

constexpr size_t mostMembers = 10'000;
constexpr size_t longestName = 1000;
constexpr size_t blockBytes = 1 << 20;

class Reader {
public:
  explicit Reader(const std::filesystem::path &wheel)
      : wheel(wheel.string()), handle(archive_read_new(), archive_read_free) {
    archive_read_support_format_zip_seekable(handle.get());
  }

  Status open() {
    if (archive_read_open_filename(handle.get(), wheel.c_str(), blockBytes) != ARCHIVE_OK)
      return failure("is not a readable zip archive");
    return Status::ok();
  }

  /// The next regular member, or null at the end.
  Expected<archive_entry *> next() {
    for (;;) {
      archive_entry *entry = nullptr;
      int code = archive_read_next_header(handle.get(), &entry);
      if (code == ARCHIVE_EOF)
        return static_cast<archive_entry *>(nullptr);
      if (code < ARCHIVE_WARN)
        return failure("is damaged");
      const char *name = archive_entry_pathname(entry);
      if (archive_entry_filetype(entry) == AE_IFREG && name && std::strlen(name) <= longestName)
        return entry;
    }
  }

  Status readData(const std::string &member, uint64_t limit, const ByteSink &sink) {
    std::vector<char> block(blockBytes);
    uint64_t total = 0;
    for (;;) {
      la_ssize_t bytes = archive_read_data(handle.get(), block.data(), block.size());
      if (bytes < 0)
        return failure(fmt::format("holds a damaged or encrypted `{}`", member));
      if (bytes == 0)
        return Status::ok();
      total += static_cast<uint64_t>(bytes);
      if (total > limit)
        return makeError("{}: `{}` is larger than the {} that are expected", wheel, member,
                         humanBytes(limit));
      if (Status taken = sink(block.data(), static_cast<size_t>(bytes)); !taken)
        return taken;
    }
  }

private:
  Status failure(const std::string &problem) {
    const char *detail = archive_error_string(handle.get());
    return Status::error(
        fmt::format("{}: {}{}{}", wheel, problem, detail ? ": " : "", detail ? detail : ""));
  }

  std::string wheel;
  std::unique_ptr<archive, int (*)(archive *)> handle;
};

} // namespace

Status readMember(const std::filesystem::path &wheel, const std::string &member, uint64_t limit,
                  const ByteSink &sink) {
  Reader reader(wheel);
  if (Status opened = reader.open(); !opened)
    return opened;
  for (;;) {
    auto entry = reader.next();
    if (!entry)
      return entry.status();
    if (!*entry)
      return makeError("{}: holds no `{}`", wheel.string(), member);
    if (member == archive_entry_pathname(*entry))
      return reader.readData(member, limit, sink);
  }
}

Expected<std::vector<std::string>> listMembers(const std::filesystem::path &wheel) {
  Reader reader(wheel);
  if (Status opened = reader.open(); !opened)
    return opened;
  std::vector<std::string> members;
  while (members.size() < mostMembers) {
    auto entry = reader.next();
    if (!entry)
      return entry.status();
    if (!*entry)
      break;
    members.push_back(archive_entry_pathname(*entry));
  }
  return members;
}

} // namespace rx::runtime
