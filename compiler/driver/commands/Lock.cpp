//===- Lock.cpp - rxc lock ---------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/commands/Commands.h"
#include "runtime/data/Cache.h"
#include "runtime/data/LockWriter.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

namespace fs = std::filesystem;

namespace rx::driver {

namespace {

constexpr const char *details =
    R"(Downloads the packages, and writes their versions, sizes and checksums into rxc.lock, so that
every later run gets the same bytes. The lock file is the one of this folder or the nearest above;
if there is none, it is made here. Without names it lists what is locked.

Examples:
  rxc lock some-weights-gguf==1.0.0
  rxc lock)";

runtime::Expected<runtime::LockFile> openLock(bool mayBeNew) {
  auto path = runtime::findLockFile(".");
  if (path)
    return runtime::LockFile::load(*path);
  if (!mayBeNew)
    return std::move(path).status();
  runtime::LockFile empty;
  empty.path = "rxc.lock";
  return empty;
}

void list(const runtime::LockFile &lock) {
  std::cout << lock.path.string() << "\n";
  for (const runtime::LockedPackage &package : lock.packages)
    std::cout << fmt::format("  package(\"{}\")  {}  {}  {}\n", package.name, package.version,
                             runtime::humanBytes(package.bytes), package.licence);
  for (const runtime::LockedText &text : lock.texts)
    std::cout << fmt::format("  text(\"{}\")  {} {}  {}\n", text.name, text.debian, text.version,
                             text.licence);
}

int lockPackages(const std::vector<std::string> &names) {
  auto lock = openLock(!names.empty());
  if (!lock)
    return fail(std::string(lock.message()) + " [package]");
  for (const std::string &name : names) {
    size_t at = name.find("==");
    std::string version = at == std::string::npos ? "" : name.substr(at + 2);
    auto package = runtime::lockPackage(name.substr(0, at), version);
    if (!package)
      return fail(std::string(package.message()) + " [package]");
    if (auto saved = runtime::saveToLock(*lock, *package); !saved)
      return fail(saved.message() + " [file]");
    std::cerr << fmt::format("locked {} {}, {}\n", package->name, package->version,
                             runtime::humanBytes(package->bytes));
  }
  if (names.empty())
    list(*lock);
  return Success;
}

} // namespace

void addLock(CommandLine &line) {
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App *command = line.add("lock", "pin packages in rxc.lock, or list what is pinned", details,
                               [names] { return lockPackages(*names); });
  command->add_option("packages", *names, "NAME, or NAME==VERSION");
}

} // namespace rx::driver
