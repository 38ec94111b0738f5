#include "runtime/plan/HostFunctions.h"

#include "runtime/plan/Decompositions.h"

#include <algorithm>

namespace rx::runtime {

namespace {

/// The first vectors of [k, n] as the columns of [n, rank].
template <typename T> void copyAsColumns(const HostTensor &vectors, HostTensor &columns) {
  int64_t n = columns.shape()[0], rank = columns.shape()[1];
  const T *from = vectors.values<T>().data();
  T *to = columns.values<T>().data();
  for (int64_t r = 0; r < rank; ++r)
    for (int64_t i = 0; i < n; ++i)
      to[i * rank + r] = from[r * n + i];
}

void copyAsColumns(const HostTensor &vectors, HostTensor &columns) {
  columns.dtype() == RX_F32 ? copyAsColumns<float>(vectors, columns)
                            : copyAsColumns<double>(vectors, columns);
}

/// Whether kept values are what `svd(matrix)` gives: they may come from a file.
bool areFactorsOf(const HostTensor &matrix, const std::vector<HostTensor> &values) {
  int64_t rows = matrix.shape()[0], columns = matrix.shape()[1], k = std::min(rows, columns);
  const Shape shapes[] = {{k, rows}, {k}, {k, columns}};
  return std::equal(values.begin(), values.end(), std::begin(shapes), std::end(shapes),
                    [&](const HostTensor &value, const Shape &shape) {
                      return value.dtype() == matrix.dtype() && value.shape() == shape;
                    });
}

Expected<Svd> svdOnce(const HostTensor &matrix, Memo *memo) {
  if (!memo)
    return svd(matrix);
  Hash128 key = CacheHash()
                    .add("svd 1")
                    .add(linearAlgebraLibrary())
                    .add(matrix.text())
                    .add(std::span(matrix.data(), static_cast<size_t>(matrix.bytes())))
                    .key();
  if (auto kept = memo->find(key); kept && areFactorsOf(matrix, *kept))
    return Svd{(*kept)[0], (*kept)[1], (*kept)[2]};
  Expected<Svd> parts = svd(matrix);
  if (parts)
    memo->keep(key, {parts->u, parts->s, parts->v});
  return parts;
}

Status truncatedSvd(const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs,
                    Memo *memo) {
  int64_t rows = inputs[0].shape()[0], columns = inputs[0].shape()[1];
  int64_t rank = outputs[1].shape()[0];
  if (rank > std::min(rows, columns) || outputs[0].shape() != Shape{rows, rank} ||
      outputs[2].shape() != Shape{columns, rank})
    return makeError("{} has no decomposition into {}, {} and {}", inputs[0].text(),
                     outputs[0].text(), outputs[1].text(), outputs[2].text());
  Expected<Svd> parts = svdOnce(inputs[0], memo);
  if (!parts)
    return std::move(parts).status();
  copyAsColumns(parts->u, outputs[0]);
  std::copy_n(parts->s.data(), outputs[1].bytes(), outputs[1].data());
  copyAsColumns(parts->v, outputs[2]);
  return Status::ok();
}

Status choleskyFactor(const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs,
                      Memo *) {
  if (inputs[0].shape()[0] != inputs[0].shape()[1] || outputs[0].shape() != inputs[0].shape())
    return makeError("{} has no lower factor {}", inputs[0].text(), outputs[0].text());
  Expected<HostTensor> factor = cholesky(inputs[0]);
  if (!factor)
    return std::move(factor).status();
  std::copy_n(factor->data(), factor->bytes(), outputs[0].data());
  return Status::ok();
}

HostWork workOfSvd(DType dtype, const Shape &shape) {
  int64_t rows = shape[0], columns = shape[1], k = std::min(rows, columns), kept = 0;
  for (const Shape &factor : {Shape{k, rows}, Shape{k}, Shape{k, columns}})
    kept += allocatedBytes(tensorBytes(dtype, factor).value_or(0));
  return {svdBytes(rows, columns), kept};
}

HostWork workOfCholesky(DType, const Shape &shape) { return {choleskyBytes(shape[0]), 0}; }

struct HostFunction {
  std::string_view name;
  std::vector<size_t> inputRanks, outputRanks;
  Status (*call)(const std::vector<HostTensor> &, std::vector<HostTensor> &, Memo *);
  HostWork (*work)(DType, const Shape &);
};

const HostFunction *findHostFunction(std::string_view name) {
  static const HostFunction functions[] = {{"svd", {2}, {2, 1, 2}, truncatedSvd, workOfSvd},
                                           {"cholesky", {2}, {2}, choleskyFactor, workOfCholesky}};
  const auto *found = std::find_if(std::begin(functions), std::end(functions),
                                   [&](const HostFunction &known) { return known.name == name; });
  return found == std::end(functions) ? nullptr : found;
}

bool fits(const std::vector<BufferType> &types, const std::vector<size_t> &ranks, DType dtype) {
  return std::equal(types.begin(), types.end(), ranks.begin(), ranks.end(),
                    [&](const BufferType &type, size_t rank) {
                      return type.dtype == dtype && type.dims.size() == rank;
                    });
}

} // namespace

Status checkHostCall(std::string_view function, const std::vector<BufferType> &inputs,
                     const std::vector<BufferType> &outputs) {
  const HostFunction *known = findHostFunction(function);
  if (!known)
    return makeError("this runtime has no function called {}", function.substr(0, 80));
  DType dtype = inputs.empty() ? RX_F32 : inputs[0].dtype;
  bool floating = dtype == RX_F32 || dtype == RX_F64;
  if (floating && fits(inputs, known->inputRanks, dtype) &&
      fits(outputs, known->outputRanks, dtype))
    return Status::ok();
  return makeError("{} takes other operands (runtime/plan/HostFunctions.h)", function);
}

HostWork hostWork(std::string_view function, DType dtype, const Shape &shape) {
  return findHostFunction(function)->work(dtype, shape);
}

Status callHost(std::string_view function, const std::vector<HostTensor> &inputs,
                std::vector<HostTensor> &outputs, Memo *memo) {
  return findHostFunction(function)->call(inputs, outputs, memo).withContext(function);
}

} // namespace rx::runtime
