#!/bin/sh
# Installs the executable of gantz @VERSION@ for this machine into ~/.local/bin, or into $GANTZ_INSTALL_DIR.
# It installs only a file whose SHA-256 is one of those below. A failure leaves an installed gantz as it is.
#   curl -fsSL @URL@/install.sh | sh
set -eu

VERSION=@VERSION@
# A mirror has the files of the release below this address.
URL=${GANTZ_DOWNLOAD_URL:-@URL@}
CHECKSUMS='@CHECKSUMS@'

say() { printf 'install: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

platform() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "There is no executable for $(uname -s). With Node 20.19 or newer: npm install --global gantz" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "There is no executable for $(uname -m). With Node 20.19 or newer: npm install --global gantz" ;;
  esac
  # The shell itself may run translated on a Mac with an M processor.
  if [ "$system" = darwin ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1 ]; then machine=arm64; fi
  printf '%s-%s' "$system" "$machine"
}

download() {
  if have curl; then
    curl -fsSL --retry 3 --output "$2" "$1"
  elif have wget; then
    wget -q -O "$2" "$1"
  else
    fail 'curl or wget is needed'
  fi
}

sha256() {
  if have sha256sum; then
    sha256sum <"$1"
  elif have shasum; then
    shasum -a 256 <"$1"
  else
    fail 'sha256sum or shasum is needed'
  fi
}

# The script runs only when all of it has arrived: the last line calls this function.
install() {
  [ -n "${GANTZ_INSTALL_DIR:-${HOME:-}}" ] || fail 'HOME is not set: name a folder in GANTZ_INSTALL_DIR'
  folder=${GANTZ_INSTALL_DIR:-$HOME/.local/bin}
  platform=$(platform) || exit
  file=gantz-$VERSION-$platform.gz
  expected=$(printf '%s\n' "$CHECKSUMS" | sed -n "s/^\([0-9a-f]*\)  $file\$/\1/p")
  [ -n "$expected" ] || fail "This release has no $file. With Node 20.19 or newer: npm install --global gantz"

  # mv would move the executable into it.
  [ ! -d "$folder/gantz" ] || fail "$folder/gantz is a folder: name another folder in GANTZ_INSTALL_DIR"
  mkdir -p "$folder" && work=$(mktemp -d "$folder/.gantz-XXXXXX") ||
    fail "Cannot write to $folder: name another folder in GANTZ_INSTALL_DIR"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  say "downloading $URL/$file"
  download "$URL/$file" "$work/gantz.gz" || fail "The download of $URL/$file failed"
  found=$(sha256 "$work/gantz.gz") || exit
  [ "${found%% *}" = "$expected" ] || fail "The SHA-256 of $file is ${found%% *}, but must be $expected. Nothing was installed"
  gunzip "$work/gantz.gz" || fail "$file cannot be unpacked. Nothing was installed"
  chmod 755 "$work/gantz"
  started=$("$work/gantz" --version) || fail "The executable does not start on this machine. With Node 20.19 or newer: npm install --global gantz"
  [ "$started" = "$VERSION" ] || fail "The executable says that it is version $started. Nothing was installed"
  mv -f "$work/gantz" "$folder/gantz"
  say "installed gantz $VERSION as $folder/gantz"
  case :$PATH: in
    *:"$folder":*) ;;
    *) say "$folder is not in PATH: add it, or run $folder/gantz" ;;
  esac
}

install
