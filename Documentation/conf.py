# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx: `make -C Documentation` or `sphinx-build -W Documentation build/doc`."""

project = "VRC"
author = "the VRC authors"
copyright = "the VRC authors, GPL-2.0-only"
version = release = "wire protocol 1"

master_doc = "index"
exclude_patterns = ["ABI/**"]
html_theme = "alabaster"
html_title = "VRC: PCIe devices on plain Ethernet"
html_copy_source = False
man_pages = [
    ("vrcep", "vrcep", "lend PCIe functions to an Ethernet", "", 8),
    ("man/vrcctl.8", "vrcctl", "control PCIe devices on the Ethernet", "", 8),
]
