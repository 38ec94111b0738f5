//===- Cache.cpp - rxc cache -------------------------------------*- C++ -*-===//
#include "runtime/data/Cache.h"
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/commands/Commands.h"
#include "runtime/data/CacheInventory.h"
#include "runtime/plan/Budget.h"
#include "runtime/report/Table.h"
#include "runtime/report/ValueMemo.h"

#include <fmt/chrono.h>

#include <iostream>

namespace rx::driver {

namespace {

constexpr const char *details =
    R"(The cache lies in $RXC_CACHE, else $XDG_CACHE_HOME/rxc, else ~/.cache/rxc. All of it can be made again.

Examples:
  rxc cache                      what lies in it, by kind
  rxc cache memo                 the entries of one kind, least recently used first
  rxc cache --prune 500MB        remove the least recently used, until what is not downloaded has 500 MB
  rxc cache --prune 0 --downloads   remove everything)";

struct Arguments {
  std::string kind;
  std::string limit; ///< "500MB"; empty: nothing is removed
  bool downloads = false;
};

std::string dateText(std::filesystem::file_time_type time) {
  auto system = std::chrono::file_clock::to_sys(time);
  return fmt::format("{:%F %R}", fmt::localtime(std::chrono::system_clock::to_time_t(
                                     std::chrono::time_point_cast<std::chrono::seconds>(system))));
}

int listKinds() {
  std::cout << runtime::cacheRoot().string() << "\n";
  auto entries = runtime::listCache(runtime::cacheRoot());
  runtime::Table table;
  table.header = {"kind", "entries", "size", "holds"};
  uint64_t total = 0;
  for (const runtime::CacheKind &kind : runtime::cacheKinds()) {
    int64_t count = 0;
    uint64_t bytes = 0;
    for (const runtime::CacheEntry &entry : entries)
      if (entry.kind == &kind) {
        ++count;
        bytes += entry.bytes;
      }
    total += bytes;
    table.rows.push_back({std::string(kind.name), std::to_string(count), runtime::humanBytes(bytes),
                          std::string(kind.holds)});
  }
  table.rows.push_back({"all", std::to_string(entries.size()), runtime::humanBytes(total), ""});
  std::cout << table.text();
  return Success;
}

int listEntries(const std::string &kind) {
  runtime::Table table;
  table.header = {"last use", "size", "entry"};
  for (const runtime::CacheEntry &entry : runtime::listCache(runtime::cacheRoot())) {
    if (entry.kind->name != kind)
      continue;
    std::string name = entry.path.filename().string();
    if (kind == "memo")
      name += "  " + runtime::ValueMemo::describe(entry.path).value_or("damaged");
    table.rows.push_back({dateText(entry.lastUse), runtime::humanBytes(entry.bytes), name});
  }
  std::cout << table.text();
  return Success;
}

int prune(const Arguments &arguments) {
  auto limit =
      arguments.limit == "0" ? runtime::Expected<int64_t>(0) : runtime::parseBytes(arguments.limit);
  if (!limit)
    return fail("--prune: " + std::string(limit.message()), WrongUsage);
  auto done =
      runtime::pruneCache(runtime::cacheRoot(), static_cast<uint64_t>(*limit), arguments.downloads);
  if (!done)
    return fail(std::string(done.message()) + " [file]");
  std::cout << fmt::format("{} entries removed, {} freed, {} kept\n", done->removed,
                           runtime::humanBytes(done->freedBytes),
                           runtime::humanBytes(done->keptBytes));
  return Success;
}

} // namespace

void addCache(CommandLine &line) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command =
      line.add("cache", "list what the cache holds, or make room in it", details, [arguments] {
        if (!arguments->limit.empty())
          return prune(*arguments);
        return arguments->kind.empty() ? listKinds() : listEntries(arguments->kind);
      });
  std::vector<std::string> kinds;
  for (const runtime::CacheKind &kind : runtime::cacheKinds())
    kinds.emplace_back(kind.name);
  command->add_option("kind", arguments->kind, "list the entries of this kind")
      ->check(CLI::IsMember(kinds));
  CLI::Option *limit =
      command->add_option("--prune", arguments->limit, "bytes that may stay: 2GB, 500MB, 0");
  command->add_flag("--downloads", arguments->downloads, "downloads count, and may go, too")
      ->needs(limit);
}

} // namespace rx::driver
