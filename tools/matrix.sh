#!/bin/sh
# The plugin's ZIP in several QGIS: this system's, and those of other Debian suites by debootstrap. Needs root and a
# network; each system is some 2.5 GB in build/matrix and is made once. Prints the table of all that have been seen.
set -eu
cd "$(dirname "$0")/.."
root=$PWD/build/matrix mirror=${MIRROR:-http://deb.debian.org/debian}
mkdir -p "$root"
PATH=$PATH:/usr/sbin

make_system() {
    test -e "$root/$1/opt/rsqi/ready" && return
    if ! test -e "$root/$1/usr/bin/qgis_process"; then
        debootstrap --variant=minbase "$1" "$root/$1" "$mirror"
        printf '#!/bin/sh\nexit 101\n' >"$root/$1/usr/sbin/policy-rc.d" && chmod +x "$root/$1/usr/sbin/policy-rc.d"
        chroot "$root/$1" sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get update -q && apt-get install -q -y \
            --no-install-recommends qgis python3-qgis qgis-providers xvfb xauth fontconfig fonts-noto-cjk python3-venv'
    fi
    mkdir -p "$root/$1/etc/ssl/certs"
    cp /etc/resolv.conf "$root/$1/etc/" && cp /etc/ssl/certs/ca-certificates.crt "$root/$1/etc/ssl/certs/"
    cp build/dist/rsqi-*.whl "$root/$1/tmp/"
    chroot "$root/$1" sh -c 'python3 -m venv /opt/rsqi && /opt/rsqi/bin/pip install --quiet /tmp/rsqi-*.whl'
    touch "$root/$1/opt/rsqi/ready"
}

row() {
    python3 - "$2" "$(. "$3/etc/os-release" && echo "$PRETTY_NAME")" >"$root/$1.row" <<'PYTHON'
import json, pathlib, sys
out = pathlib.Path(sys.argv[1])
seen = json.loads((out / "seen.json").read_text())
if "error" in seen:
    print(seen["error"], file=sys.stderr)
said = lambda yes: "yes" if yes else "**no**"
listed, errors = ((out / name).read_text().strip() or "0" for name in ("listed", "errors"))
cells = [seen["qgis"], sys.argv[2], seen["python"], seen["qt"], said(seen.get("loaded")), said(seen.get("dock")),
         f'{seen.get("algorithms", 0)}, {listed}', errors]
print("| " + " | ".join(map(str, cells)) + " |")
PYTHON
}

for suite in ${SUITES:-host trixie sid}; do
    if [ "$suite" = host ]; then
        mkdir -p "$root/host" && cp build/rsqi.zip "$root/host/"
        sh tools/matrix_inside.sh "$root/host" "${RSQI_PYTHON:-$PWD/.venv/bin/python}"
        row host "$root/host" ""
        continue
    fi
    make_system "$suite"
    there=$root/$suite/srv/rsqi
    mkdir -p "$there" && cp build/rsqi.zip tools/matrix_inside.sh tools/matrix_desktop.py "$there/"
    # Mounts of their own, which end with the command.
    unshare --mount sh -c 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
        exec chroot "$1" sh /srv/rsqi/matrix_inside.sh /srv/rsqi /opt/rsqi/bin/python' sh "$root/$suite"
    row "$suite" "$there" "$root/$suite"
done
echo '| QGIS | system | Python | Qt | installed from file, loaded | panel opens | algorithms in desktop, `qgis_process` | errors found |'
echo '|---|---|---|---|---|---|---|---|'
cat "$root"/*.row
