// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-placement | FileCheck %s

#t = #wafer.layout<rows [d0] block, columns [d1] block>

pe.host @x : tensor<8x4xf32> input
pe.host @y : tensor<8x4xf32> output

// A reshard brings a tensor from one rectangle to another; a map stays where it is.
// CHECK-LABEL: wafer.program @placed
wafer.program @placed machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x4xf32>
  %a = wafer.kernel @enter(%x) dataflow(#wafer.reshard) at <0:2, 0:4> to <2:4, 0:4> : (tensor<8x4xf32>) -> tensor<8x4xf32, #t> {
  ^bb0(%v: tensor<8x4xf32>):
    wafer.yield %v : tensor<8x4xf32>
  }
  %b = wafer.kernel @relu(%a) dataflow(#wafer.map) at <2:4, 0:4> to <2:4, 0:4> : (tensor<8x4xf32, #t>) -> tensor<8x4xf32, #t> {
  ^bb0(%v: tensor<8x4xf32>):
    wafer.yield %v : tensor<8x4xf32>
  }
  wafer.output %b to @y : tensor<8x4xf32, #t>
}
