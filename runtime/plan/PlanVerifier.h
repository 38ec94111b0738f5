// Whether a plan makes sense: what may be checked before sizes are bound.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <string>

namespace rx::runtime {

/// Checks a plan that readPlan returned. The numbered rules:
///   (P1) loops, branches and ends nest; at most RX_MAX_RANK loops are open at once
///   (P2) a buffer is written before it is read, on every path; what a loop's body or one branch
///        writes ends with it, but for carried arguments, stacked buffers and what both branches
///        write
///   (P3) only temporaries, outputs and rows of stacked buffers are written, each once per path;
///        a kernel that updates an input does it to a state, or to a part of one
///   (P4) element types, ranks and (where both sides are in the program's symbols) sizes agree;
///        sizes of launches are compared as numbers when they are bound
///   (P5) a carried argument and its `next` belong to one loop; `next` is written in the loop's
///        body; a stacked buffer has one view per trip, and it is written
///   (P6) every size symbol is the whole size of an axis of an input or state
///   (P7) a table has one buffer per combination of trips and is read inside loops of those trips
///   (P8) inputs, states and results have distinct names; results are outputs, each written; the
///        next value of a state has its type
///   (P9) host functions exist and take these operands
///   (P10) a table of slots is i32[trips.., c], reaches are as many as combinations of trips, and
///   its
///        places are a size of the program
/// The error names `source`, the program, the instruction and its location.
Status verifyPlan(const Plan &plan, const std::string &source);

} // namespace rx::runtime
