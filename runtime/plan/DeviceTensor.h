// Tensors in a device's memory: a HostTensor whose pointer belongs to the device.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"
#include "runtime/device/Device.h"

namespace rx::runtime {

/// Uninitialised. The type is possible (tensorBytes).
Expected<HostTensor> allocateOn(Device &device, DType dtype, const Shape &shape);

/// The tensor itself where the device shares the host's memory, else a copy.
Expected<HostTensor> upload(Device &device, const HostTensor &tensor);
Expected<HostTensor> download(Device &device, const HostTensor &tensor);

} // namespace rx::runtime
