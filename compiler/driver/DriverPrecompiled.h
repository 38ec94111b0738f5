// What nearly every file of the driver needs, precompiled once for rxc.
#pragma once

#include "dialects/rxt/MlirPrecompiled.h"
#include <CLI/CLI.hpp>
