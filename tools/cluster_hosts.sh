#!/bin/sh
# A cluster of hosts of their own on this machine, in network namespaces: one is cut off in the middle of a lot.
#
#     sudo tools/cluster_hosts.sh [PYTHON]
#
# Scheduler and client are on "head", workers on "node1" and "node2", and all see one folder, as if it were a share. The
# cable of node1 is pulled while it inspects; it goes on and writes its result, of which nobody hears. Nothing may be
# lost, nothing written twice. Needs root, iproute2 and the extra `cluster`.
set -eu

python=${1:-.venv/bin/python}
python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python")
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
export PYTHONPATH="$root" OMP_NUM_THREADS=1
export DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP=15s DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL=15s
pids=

clean_up() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for host in head node1 node2; do ip netns del "rsqi-$host" 2>/dev/null || true; done
    ip link del rsqi-switch 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

on() { # HOST COMMAND...: run there, under its name
    host=$1
    shift
    exec ip netns exec "rsqi-$host" unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' sh "$host" "$@"
}

ip link add rsqi-switch type bridge
ip link set rsqi-switch up
number=10
for host in head node1 node2; do
    ip netns add "rsqi-$host"
    ip link add "rsqi-$host" type veth peer name eth0 netns "rsqi-$host"
    ip link set "rsqi-$host" master rsqi-switch up
    ip -n "rsqi-$host" address add "10.77.0.$number/24" dev eth0
    ip -n "rsqi-$host" link set eth0 up
    ip -n "rsqi-$host" link set lo up
    number=$((number + 1))
done

mkdir "$work/in"
"$python" - "$work/in" <<'END'
import sys
from pathlib import Path

import numpy as np
import rasterio

ground = np.random.default_rng(0).integers(60, 190, (3, 128, 128), dtype=np.uint8)
ground[:, 20:40, 30:60] = 0
for n in range(8):
    pixels = np.tile(ground, (1, 48, 6) if n < 2 else (1, 2, 2))
    profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "height": pixels.shape[1], "width": pixels.shape[2],
               "crs": "EPSG:4545", "transform": rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)}
    with rasterio.open(Path(sys.argv[1]) / f"scene_{n}.tif", "w", **profile) as file:
        file.write(pixels)
END

(on head "$python" -m dask scheduler --host 10.77.0.10 --port 8786 --no-dashboard) >"$work/head.log" 2>&1 &
pids="$pids $!"
for host in node1 node2; do
    (on $host "$python" -m dask worker tcp://10.77.0.10:8786 --name $host --nthreads 1 --no-nanny --no-dashboard) \
        >"$work/$host.log" 2>&1 &
    pids="$pids $!"
done

(on head "$python" -m rsqi_core.cli batch "$work/in" --output "$work/out" --scheduler tcp://10.77.0.10:8786 \
    --stages rules) >"$work/client.log" 2>&1 &
client=$!
pids="$pids $client"
until [ "$(ls -d "$work"/out/.rsqi-scene_[01].gpkg/[0-9]*.npz 2>/dev/null | cut -d/ -f5 | sort -u | wc -l)" = 2 ]; do
    kill -0 $client 2>/dev/null || { cat "$work/client.log" "$work/node1.log"; exit 1; }
    sleep 0.2
done
echo "$(date +%T) both nodes are at a long scene; the cable of node1 is pulled"
ip link set rsqi-node1 down
code=0
wait $client || code=$?
echo "$(date +%T) the client has ended with $code:"
cat "$work/client.log"
echo
echo "results:"
(cd "$work/out" && ls -A --time-style=+%T -l | awk 'NR > 1 {print $6, $7, $5}')
left=$(find "$work/out" -name '.rsqi-*' | wc -l)
[ "$code" = 0 ] && [ "$left" = 0 ] && [ "$(ls "$work/out"/scene_*.gpkg | wc -l)" = 8 ]
echo "nothing lost, nothing left over"
