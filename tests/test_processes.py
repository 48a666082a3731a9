"""Painting goes on in forked processes, with one thread and the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys

FORKS = """
import hashlib, json, multiprocessing, torch
import wmpaint as wp
torch.set_num_threads(2)

def work(seed, told):
    painting = wp.paint(torch.rand(3, 96, 96, generator=torch.Generator().manual_seed(0)),
                        brush="round", strokes=12, height=48, steps=3, seed=seed)
    both = painting.strokes.points, painting.render()
    digest = hashlib.sha256(b"".join(tensor.detach().numpy().tobytes() for tensor in both)).hexdigest()
    told.put((torch.get_num_threads(), digest))

if __name__ == "__main__":
    start = multiprocessing.get_context("fork")
    told = start.Queue()
    work(7, told)
    found = [told.get(timeout=60)]
    children = [start.Process(target=work, args=(seed, told), daemon=True) for seed in (7, 8)]
    for child in children:
        child.start()
    found += sorted(told.get(timeout=60) for _ in children)
    for child in children:
        child.join(10)
    print(json.dumps([[child.exitcode for child in children], *found]))
"""


def test_a_forked_process_paints_as_its_parent_does() -> None:
    free = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "NUMBA_NUM"))}
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, timeout=150, env=free)
    assert done.returncode == 0, done.stderr
    codes, parent, *children = json.loads(done.stdout)
    assert codes == [0, 0] and parent[0] == 2 and [threads for threads, _ in children] == [1, 1]
    digests = [digest for _, digest in children]
    assert parent[1] in digests and len(set(digests)) == 2, "the same seed and another"


def test_a_lock_that_another_thread_held_is_free_after_a_fork() -> None:
    code = (
        "import os, sys\n"
        "from wmpaint import loops\n"
        "loops._lock.acquire()\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(0 if loops._lock.acquire(timeout=1) else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
