// A description with one bad field each. The valid one has #mesh4x4's fields.

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ width = 4/ width = 0/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E1
// E1: error: width must be at least 1 and at most 1048576, found 0

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ height = 4/ height = 1048577/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E2
// E2: error: height must be at least 1 and at most 1048576, found 1048577

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ clock_hz = 1100000000/ clock_hz = -1/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E3
// E3: error: clock_hz must be at least 1

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ setup_cycles = 15/ setup_cycles = -1/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E4
// E4: error: setup_cycles must be at least 0

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ link_buffer = 2/ link_buffer = 0/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E5
// E5: error: link_buffer must be at least 1

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/add.f32 = 2/add.f32 = 0/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E6
// E6: error: rate of add.f32 must be an integer of at least 1

// C1
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/add.f32 = 2/add.f32 = 2 : ui8/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E7
// E7: error: rate of add.f32 must be an integer of at least 1

// C2
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/reserved_bytes = 6144/reserved_bytes = 49152/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E8
// E8: error: reserved_bytes 49152 leave nothing of sram_bytes 49152

// C3
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/reserved_colours = 3/reserved_colours = 24/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E9
// E9: error: reserved_colours 24 leave nothing of colours 24

// C4
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/first = 1/first = 2/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E10
// E10: error: the last port on the west side is at row 4 but the mesh has 4 rows

// C4
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ports = .#machine.ports.*>]>/ports = [3]>/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E11
// E11: error: ports must be a list of #machine.ports, found 3

// C5
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/in_queues = .6, 6, 4./in_queues = [6, 0]/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E12
// E12: error: queue depths must be at least 1 and at most 65536, found 0

// C5
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/out_queues = .2, 2./out_queues = []/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E13
// E13: error: a PE has 1 to 64 input and output queues, found 0

// C6
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/add.f32/plus.f32/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E14
// E14: error: rate of unknown operation 'plus.f32'

// C6
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/add.f32/add.f64/' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E15
// E15: error: rate of unknown operation 'add.f64'

// A field is left out.
// RUN: sed -f %S/../Inputs/machine.sed %s | sed 's/ width = 4,//' | not wafer-opt -allow-unregistered-dialect 2>&1 | FileCheck %s --check-prefix=E16
// E16: error: expected ','

"test.op"() {a = #mesh4x4} : () -> ()
