// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -split-input-file -verify-diagnostics

// module C1
// expected-error @+1 {{launches must be at least 1}}
pe.module @m machine(#mesh4x4) launches(0) {

}

// -----

// module C2
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{leaves the 4x4 mesh}}
  pe.program @c on [0:5, 0] {}
}

// -----

// module C2
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-note @+1 {{with program @a}}
  pe.program @a on [0:2, 0] {}
  // expected-error @+1 {{shares PE (1,0)}}
  pe.program @b on [1:3, 0] {}
}

// -----

// module C3
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{leaves the 4x4 mesh}}
  pe.route colour 0 epoch 0 on [0, 4] : ramp -> east
}

// -----

// module C3
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{uses colour 21 but "mesh<4x4>" offers 0:21}}
  pe.route colour 21 epoch 0 on [0, 0] : ramp -> east
}

// -----

// module C3
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names epoch 1 but no barrier starts it}}
  pe.route colour 0 epoch 1 on [0, 0] : ramp -> east
}

// -----

// module C3
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-note @+1 {{the first one is here}}
  pe.route colour 0 epoch 0 on [0:3, 0] : ramp -> east
  // expected-error @+1 {{gives colour 0 a second route at PE (2,0)}}
  pe.route colour 0 epoch 0 on [2, 0:2] : ramp -> east
}

// -----

// module C4
pe.host @h : tensor<8xf32> input
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{has no port on the west side at PE (0,0)}}
  pe.feed "west" on [0, 0] colour 0 from @h[0] over []
}

// -----

// module C4
pe.host @h : tensor<8xf32> input
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{has no port on the east side at PE (3,1)}}
  pe.feed "east" on [3, 1] colour 0 from @h[0] over []
}

// -----

// module C4
pe.host @h : tensor<8xf32> input
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{uses colour 30}}
  pe.feed "west" on [0, 1] colour 30 from @h[0] over []
}

// -----

// module C4
pe.host @h : tensor<8xf32> input
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{requires a colour in a pe.module}}
  pe.feed "west" on [0, 1] stream(@s) from @h[0] over []
}

// -----

// module C5
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-note @+1 {{program @a has others}}
  pe.program @a on [0, 0] { pe.barrier epoch 1 }
  // expected-error @+1 {{requires the barriers of every other program}}
  pe.program @b on [1, 0] {}
}

// -----

// a module holds routes, feeds and programs only
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{must not stand in a pe.module}}
  pe.await 1
}

// -----

// program C1
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{requires an offset inside a program}}
    pe.buffer @b : f32 x 4
  }
}

// -----

// program C1
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{takes bytes 6140:6156 but the machine offers 6144:49152}}
    pe.buffer @b : f32 x 4 at 6140
  }
}

// -----

// program C1
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{takes bytes 49140:49156 but the machine offers 6144:49152}}
    pe.buffer @b : f32 x 4 at 49140
  }
}

// -----

// program C2
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{names no buffer of this program: @b}}
    pe.move f32 over [4] @b[0 : 1] = in(0)
  }
}

// -----

// program C2
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.buffer @b : f32 x 4 at 6144
    // expected-error @+1 {{reads @b as 'f16' but it holds 'f32'}}
    pe.neg f16 over [4] @b[0 : 1] = imm(1.0 : f16)
  }
}

// -----

// program C3
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.buffer @b : f32 x 4 at 6144
    // expected-error @+1 {{names index i0 but only 0 are defined here}}
    pe.neg f32 over [4] @b[i0 : 1] = in(0)
  }
}

// -----

// program C3
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.buffer @b : f32 x 4 at 6144
    pe.loop 2 {
      // expected-error @+1 {{names index i1 but only 1 are defined here}}
      pe.neg f32 over [i1] @b[0 : 1] = in(0)
    }
  }
}

// -----

// program C3
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{names index i0 but only 0 are defined here}}
    pe.loop i0 {}
  }
}

// -----

// program C4
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{uses input queue 3 but a PE of "mesh<4x4>" has 3}}
    pe.move f32 over [4] discard = in(3)
  }
}

// -----

// program C4
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{uses output queue 2 but a PE of "mesh<4x4>" has 2}}
    pe.bind out(2) colour 0
  }
}

// -----

// program C4
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{uses colour 21 but}}
    pe.bind out(0) colour 21
  }
}

// -----

// program C4
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{requires queues inside a program, found #pe.stream<stream(@s)>}}
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// program C4
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{requires an output queue inside a program}}
    pe.control stream(@s) [nop]
  }
}

// -----

// program C5
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{uses microthread 8 but a PE of "mesh<4x4>" has 8}}
    pe.async 8 {}
  }
}

// -----

// program C5
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{uses microthread 9}}
    pe.await 1, 9
  }
}

// -----

// program C6
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{carries 9 commands but a control wavelet of "mesh<4x4>" holds 8}}
    pe.control out(0) [nop, nop, nop, nop, nop, nop, nop, nop, nop]
  }
}

// -----

// program
// expected-error @+1 {{'pe.program' op expects parent op 'pe.module'}}
pe.program @c on [0, 0] {}

// -----

// program
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{must not stand in a program}}
    pe.host @h : tensor<8xf32> input
  }
}

// -----

// host C1
// expected-error @+1 {{a constant requires a value}}
pe.host @h : tensor<8xf32> constant

// -----

// host C1
// expected-error @+1 {{only a constant has a value}}
pe.host @h : tensor<2xf32> input value(dense<0.0> : tensor<2xf32>)

// -----

// host C2
// expected-error @+1 {{requires a static tensor type, found 'tensor<?xf32>'}}
pe.host @h : tensor<?xf32> input

// -----

// host C2
// expected-error @+1 {{requires a static tensor type, found 'i32'}}
pe.host @h : i32 input

// -----

// host C2
// expected-error @+1 {{value has type 'tensor<2xf32>', expected 'tensor<3xf32>'}}
pe.host @h : tensor<3xf32> constant value(dense<0.0> : tensor<2xf32>)

// -----

// buffer C1
// expected-error @+1 {{size must be at least 1 and at most 2^30, found 0}}
pe.buffer @b : f32 x 0 on [0, 0]

// -----

// buffer C2
// expected-error @+1 {{offset must be a multiple of 4 bytes, found 6146}}
pe.buffer @b : f16 x 4 on [0, 0] at 6146

// -----

// buffer C3
// expected-error @+1 {{requires elements of f32, f16 or i32, found 'f64'}}
pe.buffer @b : f64 x 4 on [0, 0]

// -----

// buffer C3, inside a program
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{requires elements of f32, f16 or i32, found 'index'}}
    pe.buffer @b : index x 4 at 6144
  }
}

// -----

// buffer C4
// expected-error @+1 {{requires a region}}
pe.buffer @b : f32 x 4

// -----

// buffer C4
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{must not name a region inside a program}}
    pe.buffer @b : f32 x 4 on [0, 0] at 6144
  }
}

// -----

// copy C1
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{requires as many strides as extents (2), found 1}}
pe.load @b[0 : 1] from @h[i0] over [2, 2] on [0, 0]

// -----

// copy C1
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{requires at most 6 extents, found 7}}
pe.load @b[0 : 0, 0, 0, 0, 0, 0, 0] from @h[i0] over [1, 1, 1, 1, 1, 1, 1] on [0, 0]

// -----

// copy C2
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{names no host tensor @h}}
pe.store @b[0 : 1] to @h[i0] over [4] on [0, 0]

// -----

// copy C2
pe.host @h : tensor<8xf32> input
// expected-error @+1 {{names no buffer @b}}
pe.load @b[0 : 1] from @h[i0] over [4] on [0, 0]

// -----

// copy C2
pe.host @h : tensor<8xf16> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{copies between 'f16' and 'f32'}}
pe.load @b[0 : 1] from @h[i0] over [4] on [0, 0]

// -----

// copy C3
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{requires a region}}
pe.load @b[0 : 1] from @h[i0] over [4]

// -----

// copy C3
pe.host @h : tensor<8xf32> input
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.buffer @b : f32 x 4 at 6144
    // expected-error @+1 {{must not name a region inside a program}}
    pe.load @b[0 : 1] from @h[i0] over [4] on [0, 0]
  }
}

// -----

// copy C4
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{names index i1 but only 1 are defined here}}
pe.load @b[0 : 1] from @h[i1] over [4] on [0, 0]

// -----

// copy C4
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{names index i1 but only 1 are defined here}}
pe.load @b[0 : 1, 1] from @h[i0] over [4, i1] on [0, 0]

// -----

// copy C4
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{offset of @b must not name indices}}
pe.load @b[i0 : 1] from @h[i0] over [4] on [0, 0]

// -----

// copy C5
pe.host @h : tensor<8xf32> input
pe.buffer @b : f32 x 4 on [0, 0]
// expected-error @+1 {{must not be marked once}}
pe.store @b[0 : 1] to @h[i0] over [4] on [0, 0] once

// -----

// feed C1
pe.host @h : tensor<8xf32> input
// expected-error @+1 {{requires a colour or a stream, and not both}}
pe.feed "west" on [0, 1] from @h[0] over []

// -----

// feed C1
pe.host @h : tensor<8xf32> input
// expected-error @+1 {{requires a colour or a stream, and not both}}
pe.feed "west" on [0, 1] colour 1 stream(@s) from @h[0] over []

// -----

// feed C2
// expected-error @+1 {{names no host tensor @h}}
pe.feed "west" on [0, 1] colour 1 from @h[0] over []

// -----

// feed C2
pe.host @h : tensor<8xf16> input
// expected-error @+1 {{requires 32-bit elements, found 'f16'}}
pe.feed "west" on [0, 1] colour 1 from @h[0] over []

// -----

// feed C3
pe.host @h : tensor<8xf32> input
// expected-error @+1 {{side is west or east, found 'north'}}
pe.feed "north" on [0, 1] colour 1 from @h[0] over []

// -----

// feed C4
pe.host @h : tensor<8xf32> input
// expected-error @+1 {{names index i1 but only 1 are defined here}}
pe.feed "west" on [0, 1] colour 1 from @h[i1] over [8]

// -----

// feed C4
pe.host @h : tensor<8xf32> input
// expected-error @+1 {{names index i0 but only 0 are defined here}}
pe.feed "west" on [0, 1] colour 1 from @h[0] over [i0]

// -----

// route C1
// expected-error @+1 {{requires a position}}
"pe.route"() {colour = 0, epoch = 0, on = #machine.region<[0, 0]>, positions = []} : () -> ()

// -----

// route C1, inside a module
pe.module @m machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{has 5 positions but a router of "mesh<4x4>" has 4}}
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east | ramp -> west | ramp -> east | ramp -> west | ramp -> east
}

// -----

// route C1: positions are hops
// expected-error @+1 {{failed to satisfy constraint: list of #machine.hop}}
"pe.route"() {colour = 0, epoch = 0, on = #machine.region<[0, 0]>, positions = [3]} : () -> ()

// -----

// route C2
// expected-error @+1 {{colour and epoch must not be negative}}
pe.route colour -1 epoch 0 on [0, 0] : ramp -> east

// -----

// route C2
// expected-error @+1 {{colour and epoch must not be negative}}
pe.route colour 0 epoch -1 on [0, 0] : ramp -> east

// -----

// bind C1
// expected-error @+1 {{colour must not be negative}}
pe.bind in(0) colour -1

// -----

// bind takes a queue
// expected-error @+1 {{expected a 'queue' operand}}
pe.bind discard colour 1

// -----

// control C1
// expected-error @+1 {{requires an output queue or a stream}}
pe.control in(0) [nop]

// -----

// control C2
// expected-error @+1 {{requires a command}}
pe.control out(0) []

// -----

// control C2
// expected-error @+1 {{expected nop, advance or reset, found 'stop'}}
pe.control out(0) [stop]

// -----

// control C2
// expected-error @+1 {{failed to satisfy constraint: list of #pe.command}}
"pe.control"() {destination = #pe.queue<out(0)>, commands = [1]} : () -> ()

// -----

// loop C1
pe.loop 1 { pe.loop 1 { pe.loop 1 { pe.loop 1 { pe.loop 1 { pe.loop 1 { pe.loop 1 { pe.loop 1 {
// expected-error @+1 {{requires at most 8 nested loops}}
pe.loop 1 {}
} } } } } } } }

// -----

// async C1
pe.async 1 {
  // expected-error @+1 {{must not stand in an asynchronous block}}
  pe.await 1
}

// -----

// async C1
pe.async 1 {
  pe.loop 2 {
    // expected-error @+1 {{must not stand in an asynchronous block}}
    pe.async 2 {}
  }
}

// -----

// async C2
// expected-error @+1 {{microthread must not be negative}}
pe.async -1 {}

// -----

// await C1
// expected-error @+1 {{microthread must not be negative, found -2}}
pe.await 1, -2

// -----

// barrier C1
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    // expected-error @+1 {{epoch must be at least 1}}
    pe.barrier epoch 0
  }
}

// -----

// a barrier stands at the top level of a program
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.loop 2 {
      // expected-error @+1 {{expects parent op 'pe.program'}}
      pe.barrier epoch 1
    }
  }
}

// -----

// vector C1
// expected-error @+1 {{requires 2 source(s), found 1}}
pe.add f32 over [4] out(0) = in(0)

// -----

// vector C1
// expected-error @+1 {{requires 1 source(s), found 2}}
pe.move f32 over [4] out(0) = in(0), in(1)

// -----

// vector C2
// expected-error @+1 {{requires at most 4 extents, found 5}}
pe.move f32 over [1, 1, 1, 1, 1] out(0) = in(0)

// -----

// vector C2
// expected-error @+1 {{requires as many strides as extents (2), found 1 for @b}}
pe.move f32 over [4, 2] @b[0 : 1] = in(0)

// -----

// vector C2
// expected-error @+1 {{failed to satisfy constraint: list of #machine.expr}}
"pe.move"() {type = f32, extents = [4], dst = #pe.discard<discard>, sources = [#pe.queue<in(0)>]} : () -> ()

// -----

// vector C3
// expected-error @+1 {{requires an output queue as destination}}
pe.move f32 over [4] in(0) = in(1)

// -----

// vector C3
// expected-error @+1 {{requires an input queue as source}}
pe.move f32 over [4] out(0) = out(1)

// -----

// vector C3
// expected-error @+1 {{destination must be mem, queue, stream or discard}}
pe.move f32 over [4] imm(0.0 : f32) = in(1)

// -----

// vector C3
// expected-error @+1 {{source must be mem, queue, stream or imm}}
pe.move f32 over [4] out(0) = discard

// -----

// vector C4
// expected-error @+1 {{requires elements of f32, f16 or i32, found 'f64'}}
pe.move f64 over [4] @b[0 : 1] = @b[0 : 1]

// -----

// vector C4
// expected-error @+1 {{requires elements of f32, f16 or i32, found 'i8'}}
pe.convert f32 from i8 over [4] @b[0 : 1] = @b[0 : 1]

// -----

// vector C4
// expected-error @+1 {{must not change the type from 'f16' to 'f32'}}
pe.add f32 from f16 over [4] @b[0 : 1] = @b[0 : 1], @b[0 : 1]

// -----

// vector C4
// expected-error @+1 {{must not change the type from 'f32' to 'f16'}}
pe.mac f16 from f32 over [4] @b[0 : 1] = @b[0 : 1], @b[0 : 1]

// -----

// vector C4
// expected-error @+1 {{must not change the type from 'f16' to 'i32'}}
pe.move i32 from f16 over [4] @b[0 : 1] = @b[0 : 1]

// -----

// vector C4
// expected-error @+1 {{must not change the type from 'f32' to 'i32'}}
pe.neg i32 from f32 over [4] @b[0 : 1] = @b[0 : 1]

// -----

// vector C4
// expected-error @+1 {{requires a scalar of type 'f32', found 'i32'}}
pe.move i32 from f32 over [4] @b[0 : 1] = imm(1 : i32)

// -----

// vector C4
// expected-error @+1 {{requires a scalar of type 'f32', found 'f16'}}
pe.move f32 over [4] @b[0 : 1] = imm(0.0 : f16)

// -----

// vector C5
// expected-error @+1 {{requires 32-bit elements on the fabric, found 'f16'}}
pe.move f16 over [4] out(0) = @b[0 : 1]

// -----

// vector C5
// expected-error @+1 {{requires 32-bit elements on the fabric, found 'f16'}}
pe.mac f32 from f16 over [4] @b[0 : 1] = in(0), in(1)

// -----

// vector C6
// expected-error @+1 {{requires a memory destination}}
pe.mac f32 over [4] out(0) = in(0), in(1)

// -----

// operands as text
// expected-error @+1 {{expected a buffer, in, out, stream, imm or discard, found 'memory'}}
pe.move f32 over [4] memory = in(0)

// -----

// operands as text
// expected-error @+1 {{queue number must be in 0:256, found 256}}
pe.move f32 over [4] discard = in(256)

// -----

// operands as text
// expected-error @+1 {{a scalar operand must be a number}}
pe.move f32 over [4] discard = imm("one")

// -----

// expressions as text
// expected-error @+1 {{a divisor must be a positive constant: x mod 0}}
pe.loop x mod 0 {}

// -----

// host C1
// expected-error @+1 {{a constant requires a value}}
pe.host @rows : tensor<2x4xf32> gathered

// -----

// host C1
// expected-error @+1 {{gathered requires a #pe.gather, found dense}}
pe.host @rows : tensor<2xf32> gathered value(dense<0.0> : tensor<2xf32>)

// -----

// host C3
pe.host @table : tensor<3x4xf32> temporary
pe.host @ids : tensor<2xi64> input
// expected-error @+1 {{requires an input or constant to gather from or by, found @table}}
pe.host @rows : tensor<2x4xf32> gathered value(#pe.gather<@table, @ids>)

// -----

// host C3
pe.host @table : tensor<3x4xf32> input
pe.host @ids : tensor<2xf32> input
// expected-error @+1 {{requires rows and indices of i32 or i64, found 'tensor<3x4xf32>' and 'tensor<2xf32>'}}
pe.host @rows : tensor<2x4xf32> gathered value(#pe.gather<@table, @ids>)

// -----

// host C3
pe.host @table : tensor<3x4xf32> input
pe.host @ids : tensor<2xi32> input
// expected-error @+1 {{has type 'tensor<3x4xf32>', which does not hold the rows of 'tensor<3x4xf32>' that 'tensor<2xi32>' picks}}
pe.host @rows : tensor<3x4xf32> gathered value(#pe.gather<@table, @ids>)
