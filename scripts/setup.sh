# Sourced by scripts/demo and scripts/test: brings a fresh Debian 12 / Ubuntu machine to where voicebot runs.
# Everything goes into .venv beside this folder; system packages come through apt where root or sudo allows.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${VOICEBOT_VENV:-$root/.venv}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# help_first ARGUMENT...: where they ask for help, tells what stands at the head of the script and ends, before it installs anything.
help_first() {
    local argument
    for argument in "$@"; do
        case $argument in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo "$@"
    else return 126; fi
}

# apt_install REASON PACKAGE...: installs the Debian packages that are missing. Returns 1, having said what to do, if it can't.
apt_install() {
    local reason=$1 missing=() package; shift
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    say "Installing $reason: ${missing[*]}"
    if ! command -v apt-get >/dev/null 2>&1; then
        say "This machine has no apt-get. Install by hand ($reason): ${missing[*]}"; return 1
    fi
    # Packages must not start services of their own: the tests start the ones that they need.
    if as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 sh -c \
        'apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
         { apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }' sh "${missing[@]}"
    then return 0; fi
    say "Could not install them (no root, no password-less sudo, or no package source). Run: sudo apt-get install ${missing[*]}"
    return 1
}

find_python() {
    local candidate
    for candidate in ${VOICEBOT_PYTHON:-} python3 python3.13 python3.12 python3.11; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { printf '%s' "$candidate"; return; }
    done
    die "Python 3.11 or newer is needed. On Debian 12 or Ubuntu 24.04: sudo apt-get install python3 python3-venv (or set VOICEBOT_PYTHON)."
}

# install_voicebot EXTRAS: makes the virtual environment and installs voicebot into it, once per state of pyproject.toml.
install_voicebot() {
    local extras=$1 python stamp wanted
    python=$(find_python)
    stamp=$venv/.voicebot-installed
    wanted="$extras $(cat "$root/pyproject.toml" "$root/scripts/constraints.txt" | cksum)"
    [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && grep -qxF "$wanted" "$stamp" && return 0
    if [ ! -x "$venv/bin/python" ]; then
        say "Creating the virtual environment in ${venv#"$root"/}"
        if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
            apt_install "Python's venv module" python3-venv || exit 1
            rm -rf "$venv"
            "$python" -m venv "$venv" || die "could not create the virtual environment in $venv"
        fi
    fi
    say "Installing voicebot and what it needs (some minutes the first time)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --constraint "$root/scripts/constraints.txt" --editable "$root[$extras]" 2> "$venv/pip.log" ||
        { cat "$venv/pip.log" >&2; die "the installation failed; the lines above say why. Check the connection to the package index and run again."; }
    printf '%s\n' "$wanted" >> "$stamp"
}

# install_training: what training needs, with torch's build for the processor where the package index offers it.
install_training() {
    "$venv/bin/python" -c 'import torch, transformers, accelerate' 2>/dev/null && return 0
    say "Installing what training needs"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'torch==2.13.0' 2> "$venv/pip.log" &&
        install_voicebot dev,postgres,train ||
        { cat "$venv/pip.log" >&2; die "torch could not be installed; the lines above say why."; }
}

# install_microphone: PyAudio compiles against PortAudio. Optional: without it everything but 'voicebot mic' works.
install_microphone() {
    "$venv/bin/python" -c 'import pyaudio' 2>/dev/null && return 0
    apt_install "what PyAudio is built with" portaudio19-dev gcc python3-dev || return 0
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'pyaudio>=0.2.14' 2>/dev/null ||
        say "PyAudio could not be built: 'voicebot mic' will say so, everything else works."
}
