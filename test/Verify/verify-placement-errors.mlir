// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-placement -split-input-file -verify-diagnostics

// P1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{kernel @k has no dataflow}}
  wafer.kernel @k() at <0:4, 0:4> to <0:4, 0:4> : () -> () {
  }
  // expected-error @+1 {{kernel @l has no rectangle ('at')}}
  wafer.kernel @l() dataflow(#wafer.map) : () -> () {
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x4xf32> input

// P3, P4
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x4xf32>
  // expected-note @+1 {{kernel @enter puts it there}}
  %a = wafer.kernel @enter(%x) dataflow(#wafer.reshard) at <0:2, 0:4> to <2:4, 0:4> : (tensor<8x4xf32>) -> tensor<8x4xf32, #t> {
  ^bb0(%v: tensor<8x4xf32>):
    wafer.yield %v : tensor<8x4xf32>
  }
  // expected-error @+1 {{operand 0 of kernel @relu lies on [2:4, 0:4] but the kernel reads it on [0:2, 0:4]}}
  %b = wafer.kernel @relu(%a) dataflow(#wafer.map) at <0:2, 0:4> to <0:2, 0:4> : (tensor<8x4xf32, #t>) -> tensor<8x4xf32, #t> {
  ^bb0(%v: tensor<8x4xf32>):
    wafer.yield %v : tensor<8x4xf32>
  }
  // expected-error @+1 {{kernel @moves is a map on [0:2, 0:4] but its results are to lie on [2:4, 0:4]}}
  %c = wafer.kernel @moves(%b) dataflow(#wafer.map) at <0:2, 0:4> to <2:4, 0:4> : (tensor<8x4xf32, #t>) -> tensor<8x4xf32, #t> {
  ^bb0(%v: tensor<8x4xf32>):
    wafer.yield %v : tensor<8x4xf32>
  }
}
