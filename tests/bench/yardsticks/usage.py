"""Runs a command to its end. Prints its milliseconds from start to end, those on a processor, its page faults and its memory in KiB."""

import os
import subprocess
import sys
import time

begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
output = process.stdout.read()
_, status, usage = os.wait4(process.pid, 0)
took = time.perf_counter() - begun
if status:
    sys.exit(f"{' '.join(sys.argv[1:])} ended with {status}: {output[:4000].decode()}")
print(took * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_minflt, usage.ru_maxrss)
