//===- rxc.cpp - the command line --------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/commands/Commands.h"

using namespace rx::driver;

int main(int argc, char **argv) {
  CommandLine line;
  for (auto add : {addRun, addGenerate, addPlan, addCheck, addTest, addCompile, addProfile, addFmt,
                   addExplain, addLock, addCache})
    add(line);
  return line.run(argc, argv);
}
