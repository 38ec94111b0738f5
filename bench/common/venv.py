"""The peers' Python packages, in a virtual environment of their own."""
import json
import subprocess
import sys


def ensure(folder, requirements):
    """Installs what is missing. A stamp lists what was installed, so that the usual call costs a read;
    it is written after the installation, so that a broken one is repeated."""
    stamp = folder / "rxc-installed.json"
    installed = json.loads(stamp.read_text()) if stamp.exists() else []
    missing = [r for r in requirements if r not in installed]
    if not missing:
        return
    print(f"installing {' '.join(missing)} into {folder}", file=sys.stderr)
    if not (folder / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    # All requirements at once: pip then sees that the new ones fit the old ones.
    wanted = installed + missing
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *wanted], check=True)
    stamp.write_text(json.dumps(wanted))
