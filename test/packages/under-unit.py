"""Runs a command with what a systemd unit file forbids by seccomp, as an ordinary user without privileges, where there is no
systemd to do it: SystemCallFilter=, SystemCallErrorNumber=, RestrictAddressFamilies=, NoNewPrivileges=, User=.

    under-unit.py UNIT [--no-writable-code] COMMAND [ARGUMENT...]

--no-writable-code adds the system calls' part of MemoryDenyWriteExecute=.
"""
import ctypes
import os
import socket
import subprocess
import sys

ALLOW, ERRNO_EPERM, ERRNO_EAFNOSUPPORT = 0x7FFF0000, 0x00050001, 0x00050000 | 97
SCMP_CMP_NE, SCMP_CMP_EQ, SCMP_CMP_MASKED_EQ = 1, 4, 7
PR_SET_NO_NEW_PRIVS = 38
PROT_WRITE, PROT_EXEC = 2, 4
NOBODY = 65534


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
library.seccomp_init.restype = ctypes.c_void_p
library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
library.seccomp_load.argtypes = [ctypes.c_void_p]


def settings(unit):
    for line in open(unit, encoding="utf-8"):
        name, equals, value = line.strip().partition("=")
        if equals and not line.startswith("#"):
            yield name, value


def calls(name):
    """System calls of a set, by systemd's own list; a name is itself."""
    if not name.startswith("@"):
        return {name}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    members = [line.strip() for line in listed.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(calls(member) for member in members))


def add(filter_, action, call, *comparisons):
    number = library.seccomp_syscall_resolve_name(call.encode())
    if number < 0:
        return  # not of this architecture
    rules = (Comparison * len(comparisons))(*comparisons)
    if library.seccomp_rule_add_array(filter_, action, number, len(comparisons), rules) != 0:
        raise SystemExit(f"no rule for {call}")


unit, *command = sys.argv[1:]
no_writable_code = command[0] == "--no-writable-code"
if no_writable_code:
    command.pop(0)

# systemd's own default list is always allowed.
allowed, families = calls("@default"), []
for name, value in settings(unit):
    if name == "SystemCallFilter":
        named = set().union(*(calls(entry) for entry in value.lstrip("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    elif name == "RestrictAddressFamilies":
        families = sorted(getattr(socket, family) for family in value.split())
if not families or len(allowed) < 50:
    raise SystemExit(f"{unit} restricts nothing, or cannot be read")

filter_ = ctypes.c_void_p(library.seccomp_init(ERRNO_EPERM))
for call in sorted(allowed - {"socket"} - ({"mmap", "mprotect", "pkey_mprotect"} if no_writable_code else set())):
    add(filter_, ALLOW, call)
for family in families:
    add(filter_, ALLOW, "socket", Comparison(0, SCMP_CMP_EQ, family, 0))
if no_writable_code:
    for bits in (0, PROT_WRITE, PROT_EXEC):
        add(filter_, ALLOW, "mmap", Comparison(2, SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, bits))
    add(filter_, ALLOW, "mprotect", Comparison(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0))

os.setgroups([])
os.setgid(NOBODY)
os.setuid(NOBODY)
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or library.seccomp_load(filter_) != 0:
    raise SystemExit("the filter cannot be loaded")
os.execvp(command[0], command)
