// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-allocate-memory -split-input-file -verify-diagnostics

// 43,008 bytes are usable: 4 * (6000 + 4000 + 1000) = 44,000 are wanted on the first column.
wafer.program @full machine(#mesh4x4) launches(1) {
  // expected-note @+1 {{buffer @small takes 4000 bytes there}}
  pe.buffer @small : f32 x 1000 on [0:4, 0:4]
  // expected-error @+2 {{cannot place the buffers of @full: requires 44000 bytes of SRAM on 4 PEs, among them PE (0,0), but 43008 are usable: 992 too few}}
  // expected-note @+1 {{buffer @large takes 24000 bytes there}}
  pe.buffer @large : f32 x 6000 on [0:2, 0:4]
  // expected-note @+1 {{buffer @medium takes 16000 bytes there}}
  pe.buffer @medium : f32 x 4000 on [0, 0:4]
}

// -----

wafer.program @fixed machine(#mesh4x4) launches(1) {
  // expected-error @-1 {{cannot place the buffers of @fixed: buffers "b" and "a" overlap at PE (1,0)}}
  pe.buffer @a : f32 x 8 on [0:2, 0:4] at 6144
  pe.buffer @b : f32 x 8 on [1:4, 0:4] at 6160
}

// -----

wafer.program @reserved machine(#mesh4x4) launches(1) {
  // expected-error @-1 {{buffer "a" takes bytes 6140:6172 but 6144:49152 are usable}}
  pe.buffer @a : f32 x 8 on [0:2, 0:4] at 6140
}

// -----

// A buffer in the middle of SRAM leaves two halves of 21,504 bytes.
wafer.program @fragmented machine(#mesh4x4) launches(1) {
  // expected-note @+1 {{buffer @middle takes 4 bytes there}}
  pe.buffer @middle : f32 x 1 on [0, 0] at 27644
  // expected-error @+2 {{requires 43504 bytes of SRAM on 1 PEs, among them PE (0,0), but 43008 are usable: 496 too few in the best placement found}}
  // expected-note @+1 {{buffer @large takes 22000 bytes there}}
  pe.buffer @large : f32 x 5500 on [0, 0]
}
