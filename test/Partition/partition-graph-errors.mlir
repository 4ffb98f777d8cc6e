// RUN: wafer-opt --wafer-partition-graph='machine=mesh<4x4>' -split-input-file -verify-diagnostics %s
// RUN: not wafer-opt --wafer-partition-graph -split-input-file %s 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not wafer-opt --wafer-partition-graph='machine=wse9' -split-input-file %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// NONE: error: partitioning requires a machine: wse2, wse3, mesh<WxH> or a machine file
// UNKNOWN: error: unknown machine 'wse9'

func.func @main(%x: tensor<4xf64>) -> tensor<4xf64> {
  // expected-error@+1 {{'graph.relu' uses 'tensor<4xf64>', but PEs carry f32, f16 and i32 elements only}}
  %0 = graph.relu %x : tensor<4xf64>
  return %0 : tensor<4xf64>
}

// -----

func.func @main(%x: tensor<4xi1>) -> tensor<4xi32> {
  // expected-error@+1 {{'graph.cast' uses 'tensor<4xi1>', but PEs carry}}
  %0 = graph.cast %x : tensor<4xi1> -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

func.func @main(%x: tensor<4x0xf32>) -> tensor<4x0xf32> {
  // expected-error@+1 {{'graph.relu' uses 'tensor<4x0xf32>', which has no elements to lay on a mesh}}
  %0 = graph.relu %x : tensor<4x0xf32>
  return %0 : tensor<4x0xf32>
}

// -----

func.func @main(%x: tensor<4x8xf16>, %w: tensor<8x2xf16>) -> tensor<4x2xf16> {
  // expected-error@+1 {{'graph.matmul' has no kernel for 'tensor<4x2xf16>', only for f32}}
  %0 = graph.matmul %x, %w : (tensor<4x8xf16>, tensor<8x2xf16>) -> tensor<4x2xf16>
  return %0 : tensor<4x2xf16>
}

// -----

func.func @main(%x: tensor<3x4x8xf32>, %w: tensor<3x8x2xf32>) -> tensor<3x4x2xf32> {
  // expected-error@+1 {{'graph.matmul' has no kernel for a batched right operand of type 'tensor<3x8x2xf32>'}}
  %0 = graph.matmul %x, %w : (tensor<3x4x8xf32>, tensor<3x8x2xf32>) -> tensor<3x4x2xf32>
  return %0 : tensor<3x4x2xf32>
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xi32> {
  // expected-error@+1 {{'builtin.unrealized_conversion_cast' has no kernel on the mesh}}
  %0 = builtin.unrealized_conversion_cast %x : tensor<4xf32> to tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xi32> {
  // expected-error@+1 {{'builtin.unrealized_conversion_cast' has no kernel on the mesh}}
  %0:2 = builtin.unrealized_conversion_cast %x : tensor<4xf32> to tensor<4xi32>, tensor<4xi32>
  return %0#1 : tensor<4xi32>
}

// -----

// expected-error@+1 {{partitioning requires tensors of static shapes as arguments and results, found 'index'}}
func.func @main(%x: index) {
  return
}

// -----

// expected-error@+1 {{partitioning requires tensors of static shapes as arguments and results, found 'tensor<?xf32>'}}
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error@+1 {{output of type 'tensor<4xi64>' cannot be carried by PEs (f32, f16 and i32 only)}}
func.func @main(%x: tensor<4xi64>) -> tensor<4xi64> {
  return %x : tensor<4xi64>
}

// -----

// expected-error@+1 {{output of type 'tensor<0xf32>' cannot be carried by PEs}}
func.func @main(%x: tensor<0xf32>) -> tensor<0xf32> {
  return %x : tensor<0xf32>
}

// -----

// expected-error@+1 {{partitioning requires a function of one block}}
func.func private @main(tensor<4xf32>) -> tensor<4xf32>

// -----

// expected-error@+1 {{partitioning requires a function of one block}}
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
^bb1(%y: tensor<4xf32>):
  return %y : tensor<4xf32>
}

// -----

// expected-error@+1 {{partitioning requires one graph function, found 2}}
module {
func.func @one(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func @two(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
}

// -----

// expected-error@+1 {{partitioning requires one graph function, found 0}}
module {
}

// -----

// A PE must hold for one token at least its share of X (20,000 / 4 columns * 4 B = 20,000 B), of the streamed weights two
// blocks of one output (40,000 B), two partial sums (8 B) and its output (4 B): 60,012 B of 49,152 - 6,144 = 43,008.
func.func @main(%x: tensor<4x20000xf32>, %w: tensor<20000x4xf32>) -> tensor<4x4xf32> {
  // expected-error@below {{'wafer.kernel' op does not fit: a PE needs 60012 bytes and "mesh<4x4>" has 43008, short by 17004 bytes}}
  // expected-note@below {{the largest buffers of that PE: two blocks of weights of @matmul 40000 bytes, input of @matmul 20000 bytes, two blocks of sums of @matmul 8 bytes, result of @matmul 4 bytes}}
  // expected-note@-3 {{with the widest rectangles, the smallest blocks, weights streamed where the machine has ports, and one token a row at a time}}
  %0 = graph.matmul %x, %w : (tensor<4x20000xf32>, tensor<20000x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

// expected-error@+1 {{the module is partitioned already}}
module {
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
pe.module @p0 machine(#machine.desc<name = "one", width = 1, height = 1, sram_bytes = 49152, reserved_bytes = 6144, colours = 24, reserved_colours = 3, switch_positions = 4, control_commands = 8, in_queues = [6], out_queues = [2], microthreads = 8, clock_hz = 1100000000, hop_cycles = 1, ramp_cycles = 2, link_buffer = 2, setup_cycles = 15, async_cycles = 4, completion_cycles = 3, loop_cycles = 6, barrier_cycles = 200, sram_read_bytes = 16, sram_write_bytes = 8, rates = {add.f32 = 2}, ports = []>) launches(1) {
}
}

// -----

func.func @main(%t: tensor<3x4xf32>, %i: tensor<2xi64>) -> tensor<3x2xf32> {
  // expected-error@+1 {{'graph.gather' has no kernel on the mesh: the host picks rows (axis 0) of an input or constant, by an input or constant}}
  %0 = graph.gather %t, %i axis 1 : (tensor<3x4xf32>, tensor<2xi64>) -> tensor<3x2xf32>
  %1 = graph.relu %0 : tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

// Attentions of a program share its rows. Those of 2 and of 3 sequences need a multiple of 6, and there are 4; launches would have to
// divide both numbers.
func.func @main(%q: tensor<2x3x4xf32>, %r: tensor<3x2x4xf32>) -> (tensor<2x3x4xf32>, tensor<3x2x4xf32>) {
  %qm = graph.relu %q : tensor<2x3x4xf32>
  %q4 = graph.reshape %qm : tensor<2x3x4xf32> -> tensor<2x1x3x4xf32>
  // expected-note@+1 {{on the same rows are 2 sequence(s) of this attention}}
  %a = graph.attention %q4, %q4, %q4 scale 0.5 : (tensor<2x1x3x4xf32>, tensor<2x1x3x4xf32>, tensor<2x1x3x4xf32>) -> tensor<2x1x3x4xf32>
  %a3 = graph.reshape %a : tensor<2x1x3x4xf32> -> tensor<2x3x4xf32>
  %rm = graph.relu %r : tensor<3x2x4xf32>
  %r4 = graph.reshape %rm : tensor<3x2x4xf32> -> tensor<3x1x2x4xf32>
  // expected-error@+1 {{'graph.attention' op has 3 sequence(s), which cannot have rows of their own: "mesh<4x4>" has 4 rows}}
  %b = graph.attention %r4, %r4, %r4 scale 0.5 : (tensor<3x1x2x4xf32>, tensor<3x1x2x4xf32>, tensor<3x1x2x4xf32>) -> tensor<3x1x2x4xf32>
  %b3 = graph.reshape %b : tensor<3x1x2x4xf32> -> tensor<3x2x4xf32>
  return %a3, %b3 : tensor<2x3x4xf32>, tensor<3x2x4xf32>
}
