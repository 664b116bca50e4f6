#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: the kernel's own driver and test of PCI endpoints, unmodified, on
# the model "test". On 7.3 it is the kselftest pci_endpoint_test, which prints
# TAP and skips what an endpoint says it cannot do; on 6.1 and 6.12 pcitest.
cd "$(dirname "$0")/../.." || exit 1
. selftests/lib.sh

tests=build/$(uname -r | cut -d. -f1,2)/endpoint-test
device=/dev/pci-endpoint-test.0
kselftest_cases=23

# Its results become ours, one by one.
kselftest() {
	local line
	while read -r line; do
		case $line in
		"ok "*) tap_result ok "${line#ok * }" ;;
		"not ok "*) tap_result "not ok" "${line#not ok * }" ;;
		*) echo "# ${line#\# }" ;;
		esac
	done < <(timeout 300 "$tests/pci_endpoint_test" 2>&1)
}

pcitest() {
	timeout 60 "$tests/pcitest" -D $device "$@"
}

# Vectors that the guest's kernel did not grant are NOT OKAY for pcitest and "disabled" for the
# kselftest; a PC without interrupt remapping grants one of MSI's.
interrupts() {	# type, option, number...
	local type=$1 option=$2 granted n
	shift 2
	check "interrupt type $type" pcitest -i "$type"
	granted=$(find "$pci/msi_irqs" -type f | wc -l)
	for n; do
		if [ "$n" -le "$granted" ]; then
			check "pcitest $option $n" pcitest "$option" "$n"
		else
			skip "pcitest $option $n" "the kernel has granted $granted vectors"
		fi
	done
}

# pcitest has no skip: BARs that the function does not have and the I/O BAR, which the driver does
# not map, are NOT OKAY for it.
bars() {
	local n start flags
	for n in 0 1 2 3 4 5; do
		read -r start _ flags < <(sed -n "$((n + 1))p" "$pci/resource")
		if [ "$((start))" -eq 0 ]; then
			skip "pcitest -b $n" "the function has no BAR $n"
		elif [ "$((flags & 0x100))" -ne 0 ]; then
			skip "pcitest -b $n" "the driver maps no I/O BARs"
		else
			check "pcitest -b $n" pcitest -b "$n"
		fi
	done
}

transfers() {
	local size
	for size in 1 1024 1025 1024000 1024001; do
		check "pcitest -r -s $size" pcitest -r -s "$size"
		check "pcitest -w -s $size" pcitest -w -s "$size"
		check "pcitest -c -s $size" pcitest -c -s "$size"
	done
}

check "the upstream driver loads" insmod "$tests/pci_endpoint_test.ko"
check "and binds" wait_for 10 test -c $device
if [ -x "$tests/pci_endpoint_test" ]; then
	before=$tap_count
	kselftest
	check "all $kselftest_cases cases ran" is $((tap_count - before)) $kselftest_cases
else
	pci=$(echo /sys/bus/pci/drivers/pci-endpoint-test/0000:*)
	bars
	check "interrupt type 0" pcitest -i 0
	check "pcitest -l" pcitest -l
	interrupts 1 -m 1 2 3 8 16 31 32
	interrupts 2 -x 1 2 7 8
	check "interrupt type 1" pcitest -i 1
	transfers
fi
check "the driver unloads" rmmod pci_endpoint_test
tap_end
