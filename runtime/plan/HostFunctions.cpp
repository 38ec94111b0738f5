#include "runtime/plan/HostFunctions.h"

#include "runtime/plan/Decompositions.h"

#include <algorithm>

namespace rx::runtime {

namespace {

Matrix matrixOf(const HostTensor &tensor) {
  Matrix matrix(tensor.shape()[0], tensor.shape()[1]);
  if (tensor.dtype() == RX_F32)
    std::copy_n(tensor.values<float>().data(), matrix.values.size(), matrix.values.data());
  else
    std::copy_n(tensor.values<double>().data(), matrix.values.size(), matrix.values.data());
  return matrix;
}

void store(const std::vector<double> &values, HostTensor &tensor) {
  if (tensor.dtype() == RX_F32)
    std::copy(values.begin(), values.end(), tensor.values<float>().data());
  else
    std::copy(values.begin(), values.end(), tensor.values<double>().data());
}

Status svd(const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs) {
  int64_t rows = inputs[0].shape()[0], columns = inputs[0].shape()[1];
  int64_t rank = outputs[1].shape()[0];
  if (rank > std::min(rows, columns) || outputs[0].shape() != Shape{rows, rank} ||
      outputs[2].shape() != Shape{columns, rank})
    return makeError("{} has no decomposition into {}, {} and {}", inputs[0].text(),
                     outputs[0].text(), outputs[1].text(), outputs[2].text());
  Expected<Svd> parts = truncatedSvd(matrixOf(inputs[0]), rank);
  if (!parts)
    return std::move(parts).status();
  store(parts->u.values, outputs[0]);
  store(parts->s, outputs[1]);
  store(parts->v.values, outputs[2]);
  return Status::ok();
}

Status choleskyFactor(const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs) {
  if (inputs[0].shape()[0] != inputs[0].shape()[1] || outputs[0].shape() != inputs[0].shape())
    return makeError("{} has no lower factor {}", inputs[0].text(), outputs[0].text());
  Expected<Matrix> factor = cholesky(matrixOf(inputs[0]));
  if (!factor)
    return std::move(factor).status();
  store(factor->values, outputs[0]);
  return Status::ok();
}

struct HostFunction {
  std::string_view name;
  std::vector<size_t> inputRanks, outputRanks;
  Status (*call)(const std::vector<HostTensor> &, std::vector<HostTensor> &);
};

const HostFunction *findHostFunction(std::string_view name) {
  static const HostFunction functions[] = {{"svd", {2}, {2, 1, 2}, svd},
                                           {"cholesky", {2}, {2}, choleskyFactor}};
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

Status callHost(std::string_view function, const std::vector<HostTensor> &inputs,
                std::vector<HostTensor> &outputs) {
  return findHostFunction(function)->call(inputs, outputs).withContext(function);
}

} // namespace rx::runtime
