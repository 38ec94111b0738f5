#include "runtime/plan/DeviceTensor.h"

namespace rx::runtime {

Expected<HostTensor> allocateOn(Device &device, DType dtype, const Shape &shape) {
  Expected<std::shared_ptr<std::byte>> memory =
      device.allocate(tensorBytes(dtype, shape).value_or(0));
  if (!memory)
    return std::move(memory).status().withContext(tensorText(dtype, shape));
  return HostTensor::over(dtype, shape, std::move(*memory));
}

Expected<HostTensor> upload(Device &device, const HostTensor &tensor) {
  if (device.sharesHostMemory())
    return tensor;
  Expected<HostTensor> copy = allocateOn(device, tensor.dtype(), tensor.shape());
  if (!copy)
    return copy;
  if (Status copied =
          device.copy(copy->data(), tensor.data(), tensor.bytes(), CopyKind::HostToDevice, {});
      !copied)
    return copied;
  return copy;
}

Expected<HostTensor> download(Device &device, const HostTensor &tensor) {
  if (device.sharesHostMemory())
    return tensor;
  Expected<HostTensor> copy = HostTensor::allocate(tensor.dtype(), tensor.shape());
  if (!copy)
    return copy;
  if (Status copied =
          device.copy(copy->data(), tensor.data(), tensor.bytes(), CopyKind::DeviceToHost, {});
      !copied)
    return copied;
  Expected<Event> done = device.record({});
  if (Status waited = done ? device.wait(*done) : std::move(done).status(); !waited)
    return waited;
  return copy;
}

} // namespace rx::runtime
