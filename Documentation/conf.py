# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx: `make docs`, or `sphinx-build -W -b html Documentation build/docs/html` (-b man: the manual pages)."""
import glob
import os
import re

project = "VRC"
author = "the VRC authors"
copyright = "the VRC authors, GPL-2.0-only"
version = release = "wire protocol 1"

master_doc = "index"
exclude_patterns = ["ABI/**"]
html_theme = "alabaster"
html_title = "VRC: PCIe devices on plain Ethernet"
html_copy_source = False

here = os.path.dirname(os.path.abspath(__file__))


def description(path):
    """The first sentence of a page's Description, as man(1) shows it."""
    with open(path, encoding="utf-8") as page:
        text = re.search(r"^Description\n=+\n\n(.*?)\.?\n\n", page.read(), re.M | re.S).group(1)
    text = " ".join(text.split())
    return text[0].lower() + text[1:]


man_pages = [
    ("man/vrcctl.8", "vrcctl", "control PCIe devices on the Ethernet", "", 8),
    ("vrcep", "vrcep", "lend PCIe functions over an Ethernet", "", 8),
    ("quickstart", "vrc-quickstart", "two machines, ten minutes", "", 7),
    ("howto", "vrc-howto", "what people do with PCIe devices on an Ethernet", "", 7),
    ("reference", "vrc", "kernel module for PCIe devices on an Ethernet", "", 4),
    ("troubleshooting", "vrc-troubleshooting", "what to do when VRC does not work, by symptom", "", 7),
    ("wireshark", "vrc-wireshark", "seeing TLPs: Wireshark, perf, bpftrace", "", 7),
]
man_pages += [
    ("man/" + os.path.basename(path)[:-len(".rst")], os.path.basename(path)[:-len(".8.rst")],
     description(path), "", 8)
    for path in sorted(glob.glob(os.path.join(here, "man", "vrcctl-*.8.rst")))
]
