#!/usr/bin/env bash
# Prepares this machine for the portal: uv, system libraries, Python packages. Run again, it finds them there.
#   environment.sh run | test      what running or testing the portal needs
#   environment.sh lock            writes both lock files from pyproject.toml
set -euo pipefail
cd "$(dirname "$0")/../.."

stop() {
  printf '%s\n' "$@" >&2
  exit 1
}

# step TITLE COMMAND…: dots while it lasts, its seconds at the end, and everything it printed if it fails.
step() {
  local title=$1 began=$SECONDS log ticker failed=
  shift
  log=$(mktemp)
  printf '%s ' "$title"
  (while sleep 1; do printf .; done) &
  ticker=$!
  "$@" >"$log" 2>&1 || failed=yes
  kill "$ticker"
  wait "$ticker" 2>/dev/null || true
  if [ "$failed" ]; then
    printf ' failed\n'
    cat "$log" >&2
  else
    printf ' %s s\n' $((SECONDS - began))
  fi
  rm -f "$log"
  [ -z "$failed" ]
}

# install_system_packages NAME…: those that are missing; without the right to do so it says what to type.
install_system_packages() {
  local package as_root=() missing=()
  if ! command -v dpkg-query >/dev/null; then
    echo "System libraries: not a Debian system, not checked. Needed: $*"
    return
  fi
  for package in "$@"; do
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    echo "System libraries: there"
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null ||
      stop "System packages are missing. Install them, then run this again:" "  sudo apt-get install ${missing[*]}"
    as_root=(sudo -n)
  fi
  case " ${missing[*]} " in
    # Tests start a throw-away PostgreSQL of their own: no server is left running on this machine.
    *" postgresql "*)
      "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
      echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/no-main.conf >/dev/null
      ;;
  esac
  step "System libraries: installing ${missing[*]}" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
    apt-get -q -o DPkg::Lock::Timeout=300 update &&
    apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"' apt "${missing[@]}" </dev/null
}

# What uv is to be installed with, where there is neither.
needed_for_uv() {
  uv --version >/dev/null 2>&1 || "$own_uv" --version >/dev/null 2>&1 ||
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

# find_uv: sets `uv`, the program that installs Python packages; without one it gets a folder of its own.
find_uv() {
  uv=uv
  if ! uv --version >/dev/null 2>&1; then
    uv=$own_uv
    "$uv" --version >/dev/null 2>&1 || step "uv: installing it in .tools/uv" install_uv
  fi
  # Certificates are the operating system's, so that it works behind a proxy; older versions know the option by another name.
  if "$uv" --help 2>/dev/null | grep -q -- --system-certs; then export UV_SYSTEM_CERTS=1; else export UV_NATIVE_TLS=1; fi
  export UV_PYTHON_DOWNLOADS=never
  # Where there is no home folder, what was downloaded is kept here.
  [ -w "${HOME:-}" ] || export UV_CACHE_DIR=$PWD/.tools/cache
  echo "uv: $("$uv" --version)"
}

install_uv() {
  rm -rf .tools/uv
  python3 -m venv .tools/uv &&
    .tools/uv/bin/pip install --quiet --disable-pip-version-check --timeout 60 uv==0.13.8
}

make_virtual_environment() {
  local error
  rm -rf .venv
  "$uv" venv --quiet --python 3.13 .venv 2>/dev/null && return
  error=$("$uv" venv --quiet --python '>=3.12' .venv 2>&1) ||
    stop "$error" "Python 3.12 or newer is needed. Debian 13 has it: sudo apt-get install python3"
}

# install_python_packages LOCK: the lock that .venv was filled from is kept in it; the developers' holds all of the other.
install_python_packages() {
  local lock=$1 enough
  if .venv/bin/python -c '' 2>/dev/null; then
    for enough in "$lock" requirements-dev.lock; do
      if cmp -s "$enough" .venv/installed.lock; then
        echo "Python packages: there"
        return
      fi
    done
  fi
  find_uv
  .venv/bin/python -c '' 2>/dev/null || make_virtual_environment
  rm -f .venv/installed.lock
  step "Python packages: installing $lock" "$uv" pip sync --require-hashes --python .venv/bin/python "$lock"
  cp "$lock" .venv/installed.lock
}

# compile_lock LOCK OPTION…: writes a lock file; versions that still fit stay.
compile_lock() {
  local lock=$1
  shift
  "$uv" pip compile --quiet --universal --generate-hashes --no-header --python-version 3.12 "$@" --output-file "$lock"
  echo "$lock: $(grep -c '==' "$lock") packages"
}

own_uv=$PWD/.tools/uv/bin/uv
libraries=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter)

case ${1:-} in
  run)
    install_system_packages "${libraries[@]}" $(needed_for_uv)
    install_python_packages requirements.lock
    ;;
  test)
    install_system_packages "${libraries[@]}" chromium gettext poppler-utils postgresql postgresql-common $(needed_for_uv)
    install_python_packages requirements-dev.lock
    ;;
  lock)
    find_uv
    compile_lock requirements.lock pyproject.toml
    compile_lock requirements-dev.lock pyproject.toml --group dev --constraint requirements.lock
    ;;
  *)
    stop "usage: $0 run | test | lock"
    ;;
esac
