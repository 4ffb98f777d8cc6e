// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-place-kernels -split-input-file -verify-diagnostics

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @no_norm machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op requires a normalisation in its body, as #wafer.normalization says}}
  %y = wafer.kernel @k(%x) dataflow(#wafer.normalization) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @s : tensor<16xf32> input
wafer.program @moved machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %s = wafer.input @s : tensor<16xf32>
  // expected-error@+1 {{'wafer.kernel' op requires 'at' to be 'to', as #wafer.normalization leaves elements where they are, found #wafer.rect<0 : 2, 0 : 4> and #wafer.rect<2 : 4, 0 : 4>}}
  %y = wafer.kernel @k(%x, %s) dataflow(#wafer.normalization) at <0:2, 0:4> to <2:4, 0:4> : (tensor<8x16xf32>, tensor<16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16xf32>):
    %r = graph.rms_normalization %a, %b axis 1 epsilon 1.0e-5 : (tensor<8x16xf32>, tensor<16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @s : tensor<8x16xf32> input
wafer.program @several machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %s = wafer.input @s : tensor<8x16xf32>
  %y = wafer.kernel @k(%x, %s) dataflow(#wafer.normalization) : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<8x16xf32>):
    // expected-error@+1 {{'graph.rms_normalization' has no kernel over several dimensions of 'tensor<8x16xf32>', only over the last one}}
    %r = graph.rms_normalization %a, %b axis 0 epsilon 1.0e-5 : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf16> input
pe.host @s : tensor<16xf16> input
wafer.program @half machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf16>
  %s = wafer.input @s : tensor<16xf16>
  %y = wafer.kernel @k(%x, %s) dataflow(#wafer.normalization) : (tensor<8x16xf16>, tensor<16xf16>) -> tensor<8x16xf16, #t> {
  ^bb0(%a: tensor<8x16xf16>, %b: tensor<16xf16>):
    // expected-error@+1 {{'graph.layer_normalization' has no kernel for 'tensor<8x16xf16>', only for f32}}
    %r = graph.layer_normalization %a, %b axis 1 epsilon 1.0e-5 : (tensor<8x16xf16>, tensor<16xf16>) -> tensor<8x16xf16>
    wafer.yield %r : tensor<8x16xf16>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @s : tensor<8x16xf32> input
wafer.program @computed_scale machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %s = wafer.input @s : tensor<8x16xf32>
  %z = wafer.kernel @scale(%s) dataflow(#wafer.map) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  %y = wafer.kernel @k(%x, %z) dataflow(#wafer.normalization) : (tensor<8x16xf32>, tensor<8x16xf32, #t>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<8x16xf32>):
    // expected-error@+1 {{'graph.rms_normalization' op requires host tensors, or views of them, as scale and bias}}
    %r = graph.rms_normalization %a, %b axis 1 epsilon 1.0e-5 : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @s : tensor<16xf32> input
wafer.program @tail machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %s = wafer.input @s : tensor<16xf32>
  %y = wafer.kernel @k(%x, %s) dataflow(#wafer.normalization) : (tensor<8x16xf32>, tensor<16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16xf32>):
    %n = graph.rms_normalization %a, %b axis 1 epsilon 1.0e-5 : (tensor<8x16xf32>, tensor<16xf32>) -> tensor<8x16xf32>
    // expected-error@+1 {{'graph.softmax' op is not elementwise, as what follows a normalisation must be}}
    %r = graph.softmax %n axis 1 : (tensor<8x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xi32> input
wafer.program @integers machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xi32>
  %y = wafer.kernel @k(%x) dataflow(#wafer.map) : (tensor<8x16xi32>) -> tensor<8x16xi32, #t> {
  ^bb0(%a: tensor<8x16xi32>):
    // expected-error@+1 {{'graph.div' has no kernel for 'tensor<8x16xi32>': only for f32 and f16}}
    %r = graph.div %a, %a : (tensor<8x16xi32>, tensor<8x16xi32>) -> tensor<8x16xi32>
    wafer.yield %r : tensor<8x16xi32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @power machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %y = wafer.kernel @k(%x) dataflow(#wafer.map) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    // expected-error@+1 {{'graph.pow' has no kernel for 'tensor<8x16xf32>': only for floats to a power that is one constant}}
    %r = graph.pow %a, %a : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}
