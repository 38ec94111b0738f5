# Shared by ./rxc and ./check: installs what is missing, configures and builds.
# Sourced, never run; the caller sets `root` (this repository) and `me` (the name to print).
#
#   RXC_REBUILD=1         configure and build even if nothing seems to have changed
#   RXC_SKIP_PACKAGES=1   do not look at Debian packages (another system, or no right to install)
#   RXC_JOBS=N            compile jobs at a time (default: one per core)

say() { printf '%s: %s\n' "$me" "$*" >&2; }
die() { say "$*"; exit 1; }

# The names in packages.txt, without comments.
needed_packages() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$root/packages.txt"; }

missing_packages() {
  local name
  for name in $(needed_packages); do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else return 1
  fi
}

install_packages() {
  [ "${RXC_SKIP_PACKAGES:-}" = 1 ] && return
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this is not Debian: install what packages.txt lists, then set RXC_SKIP_PACKAGES=1"
  local missing
  missing=$(missing_packages | paste -s -d' ')
  [ -n "$missing" ] || return 0
  say "installing Debian packages: $missing"
  local log="$root/build/packages.log"
  mkdir -p "$root/build"
  # The package lists of a fresh machine may be absent or old: refresh them only when needed.
  # shellcheck disable=SC2086 # the list is meant to split into words
  apt_install $missing >"$log" 2>&1 ||
    { as_root apt-get update >>"$log" 2>&1 && apt_install $missing >>"$log" 2>&1; } ||
    { tail -n 15 "$log" >&2
      die "the packages could not be installed (log: $log); as root: apt-get install $missing"; }
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# True if nothing that is compiled changed since the build whose stamp is $1. Folders count too:
# a deleted or renamed file changes the time of its folder.
up_to_date() {
  local stamp=$1
  [ "${RXC_REBUILD:-}" != 1 ] && [ -e "$stamp" ] || return 1
  [ -z "$(cd "$root" && find CMakeLists.txt CMakePresets.json packages.txt cmake grammar runtime \
      dialects compiler stdlib -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# build PRESET [TARGET...]: configure and build under a lock, so that two first calls do not collide.
build() {
  local preset=$1 tree="$root/build/$1"
  shift
  mkdir -p "$tree"
  local log="$tree/build.log" start=$SECONDS
  say "building ($preset), log: ${log#"$root"/}"
  (
    flock 9
    cd "$root" && cmake --preset "$preset" >"$log" 2>&1 &&
      if [ -t 2 ]; then # ninja's one-line progress needs a terminal; on failure it prints the error
        ninja -C "$tree" -j "${RXC_JOBS:-$(nproc)}" "$@" >&2
      else
        ninja -C "$tree" -j "${RXC_JOBS:-$(nproc)}" "$@" >>"$log" 2>&1
      fi
  ) 9>"$tree/.lock" || { grep -n -A 12 -E 'FAILED:|CMake Error|ninja: error' "$log" | head -n 60 >&2
                         die "the build failed (log: $log)"; }
  say "built ($preset) in $((SECONDS - start)) s"
}
