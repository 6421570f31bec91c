# Sourced by ./run and ./test: finds a Python, keeps a private uv in .tools, installs what uv.lock says.
# shellcheck shell=sh

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
    env -u VIRTUAL_ENV "$UV" sync --frozen --quiet
}
