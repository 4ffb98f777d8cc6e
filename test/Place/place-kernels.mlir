// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-place-kernels | FileCheck %s
// What is written stays: placing again changes nothing.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-place-kernels -o %t.once
// RUN: wafer-opt --wafer-place-kernels %t.once | diff %t.once -

#t = #wafer.layout<rows [d0] block, columns [d1] block>
#product = #wafer.product<form = forward, reduce = chain, weights = resident>

pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
pe.host @three : tensor<3x2xf32> input
pe.host @long : tensor<6400x16xf32> input
pe.host @narrow : tensor<16x4xf32> input
pe.host @wide : tensor<16x4096xf32> input

// No more rows than tokens and no more columns than features.
// CHECK-LABEL: wafer.program @small
// CHECK: wafer.kernel @relu({{.*}}) dataflow(#wafer.map) at <0 : {{[12]}}, 0 : 3> to <0 : {{[12]}}, 0 : 3>
wafer.program @small machine(#mesh4x4) launches(1) {
  %x = wafer.input @three : tensor<3x2xf32>
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<3x2xf32>) -> tensor<3x2xf32, #t> {
  ^bb0(%a: tensor<3x2xf32>):
    %r = graph.relu %a : tensor<3x2xf32>
    wafer.yield %r : tensor<3x2xf32>
  }
}

// Kernels read each other's results where they lie: the second one's `at` is the first one's `to`. All share the rows.
// CHECK-LABEL: wafer.program @layers
// CHECK: wafer.kernel @first({{.*}} to [[H:<0 : [1-4], 0 : 4>]] :
// CHECK: wafer.kernel @second({{.*}} at [[H]] to
wafer.program @layers machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  %h = wafer.kernel @first(%x, %w) dataflow(#product) : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  %y = wafer.kernel @second(%h, %w) dataflow(#product) : (tensor<8x16xf32, #t>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// What a person wrote stays, and the rest follows it: rows 1:3, and `at` of the second kernel.
// CHECK-LABEL: wafer.program @given machine(#mesh4x4) launches(3)
// CHECK: wafer.kernel @first({{.*}}weights = streamed, pieces = 3>) at <2 : 4, 1 : 3> to <1 : 2, 1 : 3>
// CHECK: wafer.kernel @second({{.*}} at <1 : 2, 1 : 3> to <0 : {{[1-4]}}, 1 : 3>
wafer.program @given machine(#mesh4x4) launches(3) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  %h = wafer.kernel @first(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = streamed, pieces = 3>)
      at <2:4, 1:3> to <1:2, 1:3> : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  %y = wafer.kernel @second(%h, %w) dataflow(#product) : (tensor<8x16xf32, #t>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// 6400 tokens are 1600 a row. One of them takes at least 4 inputs (16 B), two partial sums (8 B) and an output (4 B): 44,800 B
// of 43,008. In two launches it is half of that.
// CHECK-LABEL: wafer.program @launches machine(#mesh4x4) launches(2)
wafer.program @launches machine(#mesh4x4) launches(1) {
  %x = wafer.input @long : tensor<6400x16xf32>
  %w = wafer.input @narrow : tensor<16x4xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#product) : (tensor<6400x16xf32>, tensor<16x4xf32>) -> tensor<6400x4xf32, #t> {
  ^bb0(%a: tensor<6400x16xf32>, %b: tensor<16x4xf32>):
    %r = graph.matmul %a, %b : (tensor<6400x16xf32>, tensor<16x4xf32>) -> tensor<6400x4xf32>
    wafer.yield %r : tensor<6400x4xf32>
  }
}

// 16 x 4096 weights are 65,536 B on each of four columns: they are streamed.
// CHECK-LABEL: wafer.program @streamed
// CHECK: wafer.kernel @fc({{.*}}weights = streamed, pieces = {{[0-9]+}}>) at <0 : 4, 0 : 4> to <0 : 4, 0 : 4>
wafer.program @streamed machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @wide : tensor<16x4096xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#product) : (tensor<8x16xf32>, tensor<16x4096xf32>) -> tensor<8x4096xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x4096xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x4096xf32>) -> tensor<8x4096xf32>
    wafer.yield %r : tensor<8x4096xf32>
  }
}

// A program of no kernels has nothing to place.
// CHECK-LABEL: wafer.program @nothing machine(#mesh4x4) launches(1)
wafer.program @nothing machine(#mesh4x4) launches(1) {
}

// Attentions share the rows, and each sequence has whole ones: the first alone would take 3 rows, one for each token, but the four
// sequences of the other need 4.
// CHECK-LABEL: wafer.program @attentions machine(#mesh4x4) launches(1)
// CHECK: wafer.kernel @a({{.*}}, 0 : 4> to
// CHECK: wafer.kernel @b({{.*}}dataflow(#wafer.attention<segments = 1, blocks = 1>) at <0 : {{[0-9]}}, 0 : 4> to
#t3 = #wafer.layout<rows [d0, d1] block, columns [d2] block>
#t4 = #wafer.layout<rows [d0, d1, d2] block, columns [d3] block>
pe.host @q : tensor<1x3x4xf32> input
pe.host @r : tensor<4x2x4xf32> input
wafer.program @attentions machine(#mesh4x4) launches(1) {
  %q = wafer.input @q : tensor<1x3x4xf32>
  %r = wafer.input @r : tensor<4x2x4xf32>
  %qm = wafer.kernel @qm(%q) dataflow(#wafer.map) : (tensor<1x3x4xf32>) -> tensor<1x3x4xf32, #t3> {
  ^bb0(%x: tensor<1x3x4xf32>):
    %y = graph.relu %x : tensor<1x3x4xf32>
    wafer.yield %y : tensor<1x3x4xf32>
  }
  %a = wafer.kernel @a(%qm) dataflow(#wafer.attention) : (tensor<1x3x4xf32, #t3>) -> tensor<1x1x3x4xf32, #t4> {
  ^bb0(%x: tensor<1x3x4xf32>):
    %x4 = graph.reshape %x : tensor<1x3x4xf32> -> tensor<1x1x3x4xf32>
    %y = graph.attention %x4, %x4, %x4 scale 0.5 : (tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32>
    wafer.yield %y : tensor<1x1x3x4xf32>
  }
  %rm = wafer.kernel @rm(%r) dataflow(#wafer.map) : (tensor<4x2x4xf32>) -> tensor<4x2x4xf32, #t3> {
  ^bb0(%x: tensor<4x2x4xf32>):
    %y = graph.relu %x : tensor<4x2x4xf32>
    wafer.yield %y : tensor<4x2x4xf32>
  }
  %b = wafer.kernel @b(%rm) dataflow(#wafer.attention) : (tensor<4x2x4xf32, #t3>) -> tensor<4x1x2x4xf32, #t4> {
  ^bb0(%x: tensor<4x2x4xf32>):
    %x4 = graph.reshape %x : tensor<4x2x4xf32> -> tensor<4x1x2x4xf32>
    %y = graph.attention %x4, %x4, %x4 scale 0.5 : (tensor<4x1x2x4xf32>, tensor<4x1x2x4xf32>, tensor<4x1x2x4xf32>) -> tensor<4x1x2x4xf32>
    wafer.yield %y : tensor<4x1x2x4xf32>
  }
}
