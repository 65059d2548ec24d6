"""Usage: switch.py LATENCY_MS RATE_MBIT MTU NAMESPACE...

Joins network namespaces as a switch joins machines: namespace k, from 1, has a device tun0 with the address 10.77.0.k.
What a machine sends leaves at the given rate and arrives after the given latency. It is what `tc qdisc add ... netem delay
... rate ...` does, for kernels that are built without netem. SIGUSR1 cuts the last machine off: what it sends and what is
sent to it is lost, and nobody is told; SIGUSR2 joins it again. Needs root. Says "ready" once the devices are there.
"""

import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000

latency = float(sys.argv[1]) / 1e3
bytes_per_second = float(sys.argv[2]) * 1e6 / 8
mtu = int(sys.argv[3])
namespaces = sys.argv[4:]
libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    with open(path) as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + path)


def device(namespace):
    enter("/run/netns/" + namespace)
    try:
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
        return descriptor
    finally:
        enter("/proc/%d/ns/net" % os.getppid())


devices = [device(namespace) for namespace in namespaces]
for number, namespace in enumerate(namespaces, 1):
    for command in (
        "link set lo up", "address add 10.77.0.%d/24 dev tun0" % number,
        "link set tun0 mtu %d txqueuelen 10000 up" % mtu,
    ):
        subprocess.run(["ip", "-n", namespace] + command.split(), check=True)

is_cut = False


def cut(number, _):
    global is_cut
    is_cut = number == signal.SIGUSR1


signal.signal(signal.SIGUSR1, cut)
signal.signal(signal.SIGUSR2, cut)
print("ready", flush=True)

# Packets under way: when they arrive, in which order they were sent, where, and their bytes.
under_way = []
sent = 0
# When each machine's line is free again.
free = [0.0] * len(devices)
machine_of = {descriptor: index for index, descriptor in enumerate(devices)}
last = len(devices) - 1
while True:
    now = time.monotonic()
    while under_way and under_way[0][0] <= now:
        _, _, machine, packet = heapq.heappop(under_way)
        try:
            os.write(devices[machine], packet)
        except BlockingIOError:
            pass  # Lost, as in any full queue.
    wait = max(0.0, under_way[0][0] - now) if under_way else 1.0
    # Timers are only as fine as they are: what is due within a tenth of a millisecond is waited for awake.
    readable, _, _ = select.select(devices, [], [], wait if wait > 1e-4 else 0)
    for descriptor in readable:
        for _ in range(64):
            try:
                packet = os.read(descriptor, 65536)
            except BlockingIOError:
                break
            source = machine_of[descriptor]
            # IPv4 to 10.77.0.k; the rest is chatter.
            if len(packet) < 20 or packet[0] >> 4 != 4 or packet[16:19] != b"\x0a\x4d\x00":
                continue
            target = packet[19] - 1
            if not 0 <= target < len(devices) or (is_cut and last in (source, target)):
                continue
            free[source] = max(free[source], time.monotonic()) + len(packet) / bytes_per_second
            sent += 1
            heapq.heappush(under_way, (free[source] + latency, sent, target, packet))
