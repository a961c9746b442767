"""Says what the figures were measured on."""

import os
import platform
import shutil

import usage


def describe():
    """Returns the machine's processor, cores, memory, system, load, and Tesseract's version."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int((_first("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 1024**2, 1),
        "system": (_first("/etc/os-release", "PRETTY_NAME", "=") or platform.system()).strip('"'),
        "kernel": platform.release(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "tesseract": _tesseract(),
    }


def line(machine):
    """Returns the description as one line."""
    return (f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gib']} GiB, {machine['system']}, "
            f"tesseract {machine['tesseract']}, load {machine['load_at_start']} at the start")


def _first(path, key, parted_by=":"):
    """Returns the value of the first line of a file of keys and values that has `key`."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for entry in file:
            name, found, value = entry.partition(parted_by)
            if found and name.strip() == key:
                return value.strip()
    return None


def _tesseract():
    if shutil.which("tesseract") is None:
        return "missing"
    return usage.run(["tesseract", "--version"]).split("\n", 1)[0].removeprefix("tesseract ")
