# SPDX-License-Identifier: GPL-2.0-only
"""Where scenarios begin: ports that the driver has brought into a state, whatever it took."""

from driver import Driver
from registers import STATISTICS


def served(port, driver):
    """As after the handlers of all vectors: enabled again, also those that had to be called once more."""
    for _ in range(2):
        port.write("EIMS", driver.vectors)
        port.target.messages()
    port.write("EIMS", driver.vectors)


def opened(port, queues=1, interrupts="msix", length=64):
    """A port in use; what it takes to get there is not looked at again."""
    driver = Driver(port, queues)
    with port.unseen():
        driver.probe()
        driver.open(interrupts, length)
        driver.wait_for_link()
    port.target.messages()
    port.target.received()
    port.peek("ICR")
    served(port, driver)
    for name in STATISTICS:
        port.peek(name)
    return driver


def after_reset(port):
    """As the driver leaves a port that it has reset and not opened, with link."""
    driver = Driver(port)
    with port.unseen():
        driver.reset()
        driver.wait_until_up()
    port.peek("ICR")
    return driver
