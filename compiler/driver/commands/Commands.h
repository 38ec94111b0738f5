//===- Commands.h - registers the subcommands of rxc -------------*- C++ -*-===//
//
// One function per file of this folder. A command owns its options and what it does with them.
//
//===----------------------------------------------------------------------===//
#pragma once

namespace rx::driver {

class CommandLine;

void addRun(CommandLine &line);
void addPlan(CommandLine &line);
void addGenerate(CommandLine &line);
void addProfile(CommandLine &line);
void addCheck(CommandLine &line);
void addTest(CommandLine &line);
void addCompile(CommandLine &line);
void addFmt(CommandLine &line);
void addExplain(CommandLine &line);
void addLock(CommandLine &line);
void addCache(CommandLine &line);

} // namespace rx::driver
