"""Runs a command with limits: limited.py MIB SECONDS COMMAND...

MIB bounds its address space, SECONDS its CPU time (of which a busy machine takes none). Exits with the command's code; 99 if a
signal ended it.
"""
import resource
import subprocess
import sys

mebibytes, seconds = int(sys.argv[1]), int(sys.argv[2])


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


code = subprocess.run(sys.argv[3:], preexec_fn=limit).returncode
if code < 0:
    print("ended by signal", -code, file=sys.stderr)
sys.exit(99 if code < 0 else code)
