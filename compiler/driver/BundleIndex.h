//===- BundleIndex.h - which bundle a program became -------------*- C++ -*-===//
//
// A bundle in the cache is named by the elaborated program it was made of. To find it again without
// elaborating, the index remembers what was asked for (the request: program text, settings, target,
// compiler) and what elaboration read to answer (its inputs), as ccache's direct mode and Ninja's
// deps log do:
//
//   <cache>/programs/<stem>-<request>.json
//   { "bundle": NAME, "inputs": [ { "kind", "name", "content" } .. ] }
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/driver/FileResolver.h"
#include "runtime/core/Hash.h"
#include "runtime/core/Status.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rx::driver {

/// Changes whenever this binary, or a library that it has loaded, does.
std::string compilerIdentity();

class BundleIndex {
public:
  /// `stem` is for people; `request` is of everything that decides about the bundle beside the
  /// inputs.
  BundleIndex(const std::filesystem::path &cache, const std::string &stem,
              const runtime::Hash128 &request);

  /// The bundle that the request became, if it is still there and every input is as it was.
  std::optional<std::filesystem::path>
  find(const std::function<bool(const ElaborationInput &)> &isCurrent) const;

  runtime::Status keep(const std::filesystem::path &bundle,
                       const std::vector<ElaborationInput> &inputs) const;

private:
  std::filesystem::path bundles, file;
};

} // namespace rx::driver
