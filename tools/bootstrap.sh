# Sourced by ./run, ./test and ./prove: installs what Debian has to give, finds a Python, keeps a private uv
# in .tools, installs what uv.lock says.
# shellcheck shell=sh

# Images of containers often forbid Python to keep what it has compiled; every one of the hundreds of processes
# that the checks start, and every start of the product, would compile all of its libraries again.
unset PYTHONDONTWRITEBYTECODE

find_python() {
    for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "Python 3.11 以上が必要です / Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2
    exit 3
}

uv_sync() {
    if command -v uv >/dev/null 2>&1; then
        UV=$(command -v uv)
    else
        UV=$PWD/.tools/bin/uv
        if [ ! -x "$UV" ]; then
            python=$(find_python)
            "$python" -m venv .tools || {
                echo "venv を作れません / no venv module: apt-get install python3-venv" >&2
                exit 3
            }
            .tools/bin/python -m pip install --quiet --disable-pip-version-check uv >&2
        fi
    fi
    # Town halls sit behind proxies whose certificate only the system knows; the second name is that
    # of older releases of uv.
    export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true
    # A virtual environment of somebody else's shell must not be the one that is changed.
    env -u VIRTUAL_ENV "$UV" sync --frozen --quiet --extra sandbox
}

# Which Debian packages: what paper is set in (the second has the old forms of the family register), and for
# the checks a browser and a device for keys.
packages_for() {
    echo fonts-noto-cjk fonts-ipamj-mincho
    command -v uv >/dev/null 2>&1 || echo python3-venv
    [ "$1" = run ] || echo softhsm2
    # Any browser of the family will do, best the one without a window, which needs a third less of a
    # processor; Ubuntu's chromium is a snap, which no list of packages has.
    [ "$1" = run ] || if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
        echo chromium-headless-shell
    elif ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
        echo chromium
    fi
}

# system_packages run|test: installs them where this is root; elsewhere says the line to type and goes on.
system_packages() {
    missing=
    for package in $(packages_for "$1"); do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "ないと一部が動きません / some parts need (by Debian's names):$missing" >&2
    elif [ "$(id -u)" != 0 ]; then
        echo "次を入れてください / please type: sudo apt-get install$missing" >&2
    else
        echo "入れています / installing:$missing" >&2
        # shellcheck disable=SC2086  # the list is words
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; } >/dev/null ||
            echo "入れられませんでした / could not be installed:$missing" >&2
    fi
}
