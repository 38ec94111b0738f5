// Which CPU this is, for the record of a measurement.
#pragma once

#include <string>
#include <vector>

namespace rx::bench {

/// As the system names it; "unknown" if it does not.
std::string cpuName();
/// The extensions that decide which kernels run here, as the system spells them.
std::vector<std::string> cpuFeatures();

} // namespace rx::bench
