"""exit_code.py CODE COMMAND...: runs the command, and fails unless it ends with CODE."""

import subprocess
import sys

expected, command = int(sys.argv[1]), sys.argv[2:]
code = subprocess.run(command).returncode
sys.exit(0 if code == expected else f"exit code {code}, expected {expected}: {command}")
