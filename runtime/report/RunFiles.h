// The files that a run reads by name, each opened once, and what identifies their content.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/WeightFiles.h"
#include "runtime/io/Tokenizer.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace rx::runtime {

class RunFiles {
public:
  /// `folder`: what relative paths and the lock file are looked for from.
  RunFiles(std::filesystem::path folder, FetchOptions fetch)
      : programFolder(std::move(folder)), fetchOptions(std::move(fetch)),
        weightFiles(programFolder, fetchOptions) {}

  WeightFiles &weights() { return weightFiles; }
  /// The tokenizer in a weight file; lives as long as this object.
  Expected<const Tokenizer *> tokenizer(const std::string &name);

  /// Changes whenever the content of a weight file does: "sha256:…" of a locked package (checked
  /// when it was fetched), else "xxh3:…" of the bytes, which are read for it once.
  Expected<std::string> identity(const std::string &name);
  /// Names and identities that were asked for so far.
  const std::map<std::string, std::string> &identities() const { return known; }

  /// Of vocabularies and of the metadata of open files, held in memory.
  int64_t memoryBytes() const;

  const std::filesystem::path &folder() const { return programFolder; }
  const FetchOptions &fetch() const { return fetchOptions; }

private:
  std::filesystem::path programFolder;
  FetchOptions fetchOptions;
  WeightFiles weightFiles;
  std::map<std::string, std::unique_ptr<Tokenizer>> tokenizers;
  std::map<std::string, std::string> known;
};

} // namespace rx::runtime
