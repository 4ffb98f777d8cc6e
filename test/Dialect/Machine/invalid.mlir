// RUN: wafer-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// region C1
// expected-error @+1 {{range requires 0 <= begin < end and step >= 1, found 4:4:1}}
"test.op"() {a = #machine.region<[4:4, 0]>} : () -> ()

// -----

// expected-error @+1 {{range requires 0 <= begin < end and step >= 1, found -1:4:1}}
"test.op"() {a = #machine.region<[-1:4, 0]>} : () -> ()

// -----

// expected-error @+1 {{range requires 0 <= begin < end and step >= 1, found 0:4:0}}
"test.op"() {a = #machine.region<[0:4:0, 0]>} : () -> ()

// -----

// expected-error @+1 {{a PE's coordinate must not be negative, found -1}}
"test.op"() {a = #machine.region<[0:4, 0] less (1, -1)>} : () -> ()

// -----

// expected-error @+1 {{numbers of a region are at most 1048576, found 1048577}}
"test.op"() {a = #machine.region<[0:4, 0:1048577]>} : () -> ()

// -----

// expected-error @+1 {{range requires 0 <= begin < end and step >= 1}}
"test.op"() {a = #machine.region<[0:4, 9223372036854775807]>} : () -> ()

// -----

// expr C1
// expected-error @+1 {{a divisor must be a positive constant: x mod 0}}
"test.op"() {a = #machine.expr<x mod 0>} : () -> ()

// -----

// expected-error @+1 {{a divisor must be a positive constant: x floordiv -2}}
"test.op"() {a = #machine.expr<x floordiv -2>} : () -> ()

// -----

// expected-error @+1 {{non-affine expression}}
"test.op"() {a = #machine.expr<x * y>} : () -> ()

// -----

// expected-error @+1 {{use of undeclared identifier}}
"test.op"() {a = #machine.expr<x + z>} : () -> ()

// -----

// expected-error @+1 {{use of undeclared identifier}}
"test.op"() {a = #machine.expr<i8>} : () -> ()

// -----

// hop
// expected-error @+1 {{expected north, south, east, west or ramp, found 'up'}}
"test.op"() {a = #machine.hop<west -> up>} : () -> ()

// -----

// hop C1
// expected-error @+1 {{expected '->'}}
"test.op"() {a = #machine.hop<west>} : () -> ()

// -----

// hop C2
// expected-error @+1 {{a hop's input west must not be among its outputs}}
"test.op"() {a = #machine.hop<west -> ramp, west>} : () -> ()

// -----

// ports C1
// expected-error @+1 {{a port's side is west or east, found "north"}}
"test.op"() {a = #machine.ports<side = "north", count = 1, first = 0, step = 1, wavelets_per_kcycle = 1>} : () -> ()

// -----

// ports C2
// expected-error @+1 {{ports require count, step and wavelets_per_kcycle of at least 1 and first of at least 0}}
"test.op"() {a = #machine.ports<side = "west", count = 0, first = 0, step = 1, wavelets_per_kcycle = 1>} : () -> ()

// -----

// expected-error @+1 {{ports require count, step and wavelets_per_kcycle of at least 1 and first of at least 0}}
"test.op"() {a = #machine.ports<side = "west", count = 1, first = -1, step = 1, wavelets_per_kcycle = 1>} : () -> ()

// -----

// expected-error @+1 {{ports require count, step and wavelets_per_kcycle of at least 1 and first of at least 0}}
"test.op"() {a = #machine.ports<side = "west", count = 1, first = 0, step = 0, wavelets_per_kcycle = 1>} : () -> ()

// -----

// expected-error @+1 {{ports require count, step and wavelets_per_kcycle of at least 1 and first of at least 0}}
"test.op"() {a = #machine.ports<side = "west", count = 1, first = 0, step = 1, wavelets_per_kcycle = 0>} : () -> ()

// -----

// expected-error @+1 {{a port carries at most 1000 wavelets in 1000 cycles, found 1001}}
"test.op"() {a = #machine.ports<side = "west", count = 1, first = 0, step = 1, wavelets_per_kcycle = 1001>} : () -> ()

// -----

// expected-error @+1 {{count, first and step of ports must be at most 1048576}}
"test.op"() {a = #machine.ports<side = "west", count = 9223372036854775807, first = 0, step = 1, wavelets_per_kcycle = 1>} : () -> ()
