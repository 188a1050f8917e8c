"""Types at a terminal: runs a command in a pseudo-terminal of its own session, as a person would.

In:  drive-terminal.py STEPS COMMAND…, STEPS a JSON list of [text to wait for, what to type then].
Out: all that the terminal showed; exit code 0 if every text came and the command ended, 1 otherwise.
"""

import json
import os
import pty
import select
import sys

LIMIT_S = 30

steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])

shown, seen = b"", 0


def read_more():
    """False at the end: the last process of the session closed the terminal."""
    global shown
    if not select.select([terminal], [], [], LIMIT_S)[0]:
        sys.stdout.write(shown.decode(errors="replace"))
        sys.exit(1)
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        return False
    shown += piece
    return piece != b""


complete = True
for text, typed in steps:
    while (place := shown.find(text.encode(), seen)) < 0 and (complete := read_more()):
        pass
    if not complete:
        break
    seen = place + len(text.encode())
    os.write(terminal, typed.encode())
while complete and read_more():
    pass
os.waitpid(pid, 0)
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(0 if complete else 1)
