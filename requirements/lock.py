"""Write the lock lists of the engine, ``engine/locks/*.txt``, from the pins of this folder: ``make locks``.

uv asks the package indexes for the hashes. Where PyTorch's own index cannot be reached, its lists stay as they are,
and the script says so: a hash that nobody has seen is never made up.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = HERE.parent / "engine" / "locks"
TORCH_INDEX = "https://download.pytorch.org/whl/"
# List -> the suffix of torch's version and PyTorch's index of the same name.
FROM_PYTORCH = {"torch-cpu-linux.txt": "cpu", "torch-cuda-windows.txt": "cu130"}


def lock(requirements: str, *options: str) -> str:
    """The pins of ``requirements`` with the hashes of all their files, for all platforms."""
    command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    command += ["--no-annotate", "--quiet", *options, "-"]
    return subprocess.run(command, input=requirements, capture_output=True, text=True, check=True).stdout


def without(listing: str, other: str) -> str:
    """The entries of a list whose packages are not in another one."""
    known = set(re.findall(r"^([\w.-]+)==", other, flags=re.MULTILINE))
    return "".join(entry for entry in re.split(r"(?m)^(?=\w)", listing) if entry.partition("==")[0] not in known)


def main() -> int:
    """Write the lists; the exit status is 1 where one could not be made anew."""
    runtime, torch = ((HERE / name).read_text(encoding="utf-8") for name in ("runtime.txt", "torch.txt"))
    uv = re.findall(r"(?m)^uv==\S+", (HERE / "dev.txt").read_text(encoding="utf-8"))
    common = lock(runtime, "--no-deps")
    cuda = without(lock(torch, "--constraints", str(HERE / "runtime.txt")), common)
    lists = {"common.txt": common, "torch.txt": lock(torch, "--no-deps"), "torch-cuda-linux.txt": cuda}
    lists["uv.txt"] = lock("\n".join(uv), "--no-deps")
    failed = False
    for name, suffix in FROM_PYTORCH.items():
        pins = re.sub(r"(?m)^(torch==\S+)", rf"\1+{suffix}", torch)
        try:
            lists[name] = lock(pins, "--no-deps", "--default-index", TORCH_INDEX + suffix)
        except subprocess.CalledProcessError as error:
            print(f"{name} stays as it is: {error.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            failed = True
    for name, text in lists.items():
        (LOCKS / name).write_text(text, encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
