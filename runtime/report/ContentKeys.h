// What the programs and weights of a bundle are, as hashes of their content: the keys by which
// values of metrics are remembered. Names of programs, kernels and buffers, source lines and the
// order of kernels in the plan do not count, so that adding a row to a table changes no other key.
#pragma once

#include "runtime/core/Hash.h"
#include "runtime/core/Status.h"
#include "runtime/plan/Bundle.h"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace rx::runtime {

class ContentKeys {
public:
  /// Gives a text that changes whenever the content of a weight file does.
  using FileIdentity = std::function<Expected<std::string>(const std::string &file)>;

  /// `bundle` outlives this object.
  ContentKeys(const Bundle &bundle, FileIdentity fileIdentity)
      : bundle(bundle), fileIdentity(std::move(fileIdentity)) {}

  /// Of the value of a buffer of weights: where it is read from, and what computes it from that and
  /// from other buffers.
  Expected<Hash128> buffer(const std::string &name);
  /// Whoever binds another value (a checkpoint, the end of training) says what it is.
  void setBuffer(const std::string &name, const Hash128 &identity);

  /// Of a program with the weights that it reads, its constants and its kernels. Kernels are known
  /// by their symbol, which the compiler makes from their code and target.
  Expected<Hash128> program(const std::string &name);

private:
  void add(CacheHash &hash, const KernelInfo &kernel) const;
  void add(CacheHash &hash, const Instruction &instruction) const;
  Status add(CacheHash &hash, const BufferInfo &buffer);
  Status add(CacheHash &hash, const TableInfo &table);

  const Bundle &bundle;
  FileIdentity fileIdentity;
  std::map<std::string, Hash128> given, buffers, programs;
  std::set<std::string> inProgress; ///< buffers; one that is computed from itself is an error
};

/// Changes whenever the code of the runtime does that decides about values: loading and expanding
/// weights, tokenising, packing, executing plans.
std::string runtimeIdentity();

} // namespace rx::runtime
