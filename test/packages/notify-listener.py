"""The service manager's end of sd_notify(3): prints each datagram as a line of JSON, with the process that sent it."""
import json
import socket
import struct
import sys
import time

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
path = sys.argv[1]
listener.bind("\0" + path[1:] if path.startswith("@") else path)
print(json.dumps({"msg": "listening"}), flush=True)
while True:
    data, ancillary, _, _ = listener.recvmsg(4096, socket.CMSG_SPACE(struct.calcsize("3i")))
    (pid, _, _), = [struct.unpack("3i", value) for _, _, value in ancillary]
    print(json.dumps({"msg": "datagram", "pid": pid, "at": time.monotonic(), "lines": data.decode().split("\n")}), flush=True)
