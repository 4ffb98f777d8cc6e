// RUN: wafer-opt --wafer-partition-graph='machine=mesh<4x4>' -split-input-file %s | FileCheck %s

// A product and the elementwise ops behind it are one kernel; arguments, constants and results are host tensors; the
// function stays as the reference. Tokens lie over rows and features over columns.
// CHECK-LABEL: module @perceptron
// CHECK: func.func @main
// CHECK: graph.matmul
// CHECK-DAG: pe.host @images : tensor<8x16xf32> input
// CHECK-DAG: pe.host @fc1.weight : tensor<16x24xf32> constant value(dense<5.000000e-01> : tensor<16x24xf32>)
// CHECK-DAG: pe.host @fc1.bias : tensor<24xf32> constant
// CHECK-DAG: pe.host @logits : tensor<8x24xf32> output
// CHECK: wafer.program @p0 machine(#mesh4x4) launches(1)
// CHECK: %[[X:.*]] = wafer.input @images
// CHECK: %[[Y:.*]] = wafer.kernel @fc1.MatMul(%[[X]], %{{.*}}, %{{.*}}) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) :
// CHECK-SAME: -> tensor<8x24xf32, #wafer.layout<rows [d0] block, columns [d1] block>>
// CHECK: graph.matmul
// CHECK: graph.add
// CHECK: graph.relu
// CHECK: wafer.yield
// CHECK: wafer.output %[[Y]] to @logits
module @perceptron {
func.func @main(%x: tensor<8x16xf32> {graph.name = "images"}) -> (tensor<8x24xf32> {graph.name = "logits"}) {
  %w = graph.constant @fc1.weight dense<0.5> : tensor<16x24xf32>
  %b = graph.constant @fc1.bias dense<0.25> : tensor<24xf32>
  %0 = graph.matmul %x, %w : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32> loc("/fc1/MatMul")
  %1 = graph.add %0, %b : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32> loc("/fc1/Add")
  %2 = graph.relu %1 : tensor<8x24xf32>
  return %2 : tensor<8x24xf32>
}
}

// -----

// A second product reads the first one's result where it lies: same program, and a leading batch is tokens too. The
// value that leaves its kernel is yielded beside the one that goes on.
// CHECK-LABEL: module @layers
// CHECK: wafer.program @p0
// CHECK: %[[H:.*]]:2 = wafer.kernel @matmul(
// CHECK-SAME: rows [d0, d1] block, columns [d2] block
// CHECK: wafer.kernel @matmul.1(%[[H]]#1, %{{.*}}) dataflow(#wafer.product<
// CHECK-DAG: wafer.output %[[H]]#0 to @output1
// CHECK-NOT: wafer.program
module @layers {
func.func @main(%x: tensor<2x4x16xf32>, %w: tensor<16x24xf32>) -> (tensor<2x4x16xf32>, tensor<2x4x24xf32>) {
  %0 = graph.matmul %x, %w : (tensor<2x4x16xf32>, tensor<16x24xf32>) -> tensor<2x4x24xf32>
  %1 = graph.relu %0 : tensor<2x4x24xf32>
  %2 = graph.matmul %1, %w {transpose_b} : (tensor<2x4x24xf32>, tensor<16x24xf32>) -> tensor<2x4x16xf32>
  return %2, %0 : tensor<2x4x16xf32>, tensor<2x4x24xf32>
}
}

// -----

// Elementwise ops without a product are a map; an op whose operands come from different kernels joins the youngest.
// CHECK-LABEL: module @maps
// CHECK: %[[A:.*]] = wafer.kernel @mul(%{{.*}}) dataflow(#wafer.map) :
// CHECK: %[[B:.*]]:2 = wafer.kernel @sub(
// CHECK-SAME: %[[A]]
// CHECK: graph.sub
// CHECK: graph.add
module @maps {
func.func @main(%x: tensor<8x16xf32>) -> (tensor<8x16xf32>, tensor<8x16xf32>) {
  %0 = graph.mul %x, %x : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  %c = graph.constant dense<1.0> : tensor<8x16xf32>
  %1 = graph.sub %c, %x : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  %2 = graph.add %0, %1 : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  return %2, %1 : tensor<8x16xf32>, tensor<8x16xf32>
}
}

// -----

// A computed value that is transposed, or is a product's right operand, goes through host memory to a later program.
// CHECK-LABEL: module @cut
// CHECK-DAG: pe.host @relu.host : tensor<8x16xf32> temporary
// CHECK: wafer.program @p0
// CHECK: %[[R:.*]] = wafer.kernel @relu(
// CHECK: wafer.output %[[R]] to @relu.host
// CHECK: wafer.program @p1
// CHECK: %[[H:.*]] = wafer.input @relu.host
// CHECK: wafer.kernel @matmul(%[[H]]) dataflow(#wafer.product
// CHECK: %[[T:.*]] = graph.transpose %[[ARG:.*]] perm [1, 0]
// CHECK: graph.matmul %[[T]], %[[ARG]]
module @cut {
func.func @main(%x: tensor<8x16xf32>) -> tensor<16x16xf32> {
  %0 = graph.relu %x : tensor<8x16xf32>
  %1 = graph.matmul %0, %0 {transpose_a} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32>
  return %1 : tensor<16x16xf32>
}
}

// -----

// A reshape that keeps the features stays in its kernel; one that changes them is a view on the host: at the end of the
// model it costs nothing, since host tensors are row-major; before a product it cuts.
// CHECK-LABEL: module @reshapes
// CHECK: wafer.program @p0
// CHECK: %[[A:.*]] = wafer.kernel @relu(
// CHECK: graph.relu
// CHECK: graph.reshape %{{.*}} : tensor<8x6xf32> -> tensor<2x4x6xf32>
// CHECK: wafer.output %[[A]] to @output0 : tensor<2x4x6xf32
// CHECK: wafer.output %[[A]] to @output1 : tensor<2x4x6xf32
module @reshapes {
func.func @main(%x: tensor<8x6xf32>) -> (tensor<2x4x6xf32>, tensor<4x12xf32>) {
  %0 = graph.relu %x : tensor<8x6xf32>
  %1 = graph.reshape %0 : tensor<8x6xf32> -> tensor<2x4x6xf32>
  %2 = graph.reshape %1 : tensor<2x4x6xf32> -> tensor<4x12xf32>
  return %1, %2 : tensor<2x4x6xf32>, tensor<4x12xf32>
}
}

// -----

// CHECK-LABEL: module @flattened
// CHECK: wafer.program @p0
// CHECK: wafer.output %{{.*}} to @relu.host
// CHECK: wafer.program @p1
// CHECK: wafer.kernel @matmul
// CHECK: graph.reshape %{{.*}} : tensor<8x6xf32> -> tensor<4x12xf32>
// CHECK: graph.matmul
module @flattened {
func.func @main(%x: tensor<8x6xf32>, %w: tensor<12x2xf32>) -> tensor<4x2xf32> {
  %0 = graph.relu %x : tensor<8x6xf32>
  %1 = graph.reshape %0 : tensor<8x6xf32> -> tensor<4x12xf32>
  %2 = graph.matmul %1, %w : (tensor<4x12xf32>, tensor<12x2xf32>) -> tensor<4x2xf32>
  return %2 : tensor<4x2xf32>
}
}

// -----

// An output that is an input, or a view of one, is copied through the mesh.
// CHECK-LABEL: module @copies
// CHECK: wafer.kernel @copy(%{{.*}}) dataflow(#wafer.map)
// CHECK: wafer.yield %{{.*}} : tensor<8x6xf32>
// CHECK: wafer.kernel @copy.1(%{{.*}}) dataflow(#wafer.map)
// CHECK: graph.transpose
module @copies {
func.func @main(%x: tensor<8x6xf32>) -> (tensor<8x6xf32>, tensor<6x8xf32>) {
  %0 = graph.transpose %x perm [1, 0] : (tensor<8x6xf32>) -> tensor<6x8xf32>
  return %x, %0 : tensor<8x6xf32>, tensor<6x8xf32>
}
}

// -----

// Tensors keep their names: a function of the same name gets another one.
// CHECK-LABEL: module @names
// CHECK: func.func @main_0
// CHECK: pe.host @main : tensor<4xf32> input
module @names {
func.func @main(%x: tensor<4xf32> {graph.name = "main"}) -> (tensor<4xf32> {graph.name = "p0"}) {
  %0 = graph.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
}

// -----

// Ops that no output depends on are left out, whatever they are: here f64, which PEs do not carry.
// CHECK-LABEL: module @dead
// CHECK: wafer.kernel @relu(
// CHECK-NOT: wafer.kernel
module @dead {
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x : tensor<4xf32>
  %1 = graph.cast %0 : tensor<4xf32> -> tensor<4xf64>
  %2 = graph.relu %1 : tensor<4xf64>
  return %0 : tensor<4xf32>
}
}

// -----

// A function without results needs no program.
// CHECK-LABEL: module @nothing
// CHECK-NOT: wafer.program
module @nothing {
func.func @main(%x: tensor<4xf32>) {
  return
}
}

// -----

// Weights of 4 B * 256 * 256 / 4 columns = 65,536 B a PE do not fit in 43,008 usable bytes; the second product's 256 * 16 *
// 4 / 4 do. The first ones are streamed.
// CHECK-LABEL: module @streamed
// CHECK: wafer.kernel @matmul({{.*}}weights = streamed>
// CHECK: wafer.kernel @matmul.1({{.*}}weights = resident>
module @streamed {
func.func @main(%x: tensor<8x256xf32>, %w: tensor<256x256xf32>, %v: tensor<256x16xf32>) -> tensor<8x16xf32> {
  %0 = graph.matmul %x, %w : (tensor<8x256xf32>, tensor<256x256xf32>) -> tensor<8x256xf32>
  %1 = graph.matmul %0, %v : (tensor<8x256xf32>, tensor<256x16xf32>) -> tensor<8x16xf32>
  return %1 : tensor<8x16xf32>
}
}

// -----

// Attention stood for several nodes, of which the softmax gave it its place: it has the name of their scope, not of the first view.
// CHECK-LABEL: module @scopes
// CHECK: wafer.kernel @layers.0.self_attn(
// CHECK: wafer.kernel @layers.0.self_attn.1(
// CHECK: wafer.kernel @attention(
module @scopes {
func.func @main(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0 = graph.relu %x : tensor<3x4xf32> loc("/layers.0/Relu")
  %1 = graph.reshape %0 : tensor<3x4xf32> -> tensor<1x1x3x4xf32> loc("/layers.0/self_attn/Reshape")
  %2 = graph.attention %1, %1, %1 scale 0.5 : (tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> loc("/layers.0/self_attn/Softmax")
  %3 = graph.reshape %2 : tensor<1x1x3x4xf32> -> tensor<3x4xf32>
  %4 = graph.reshape %3 : tensor<3x4xf32> -> tensor<1x1x3x4xf32>
  %5 = graph.attention %4, %4, %4 scale 0.5 : (tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> loc("/layers.0/self_attn/Softmax_1")
  %6 = graph.reshape %5 : tensor<1x1x3x4xf32> -> tensor<3x4xf32>
  %7 = graph.reshape %6 : tensor<3x4xf32> -> tensor<1x1x3x4xf32> loc("Reshape_7")
  %8 = graph.attention %7, %7, %7 scale 0.5 : (tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x1x3x4xf32> loc("Softmax_8")
  %9 = graph.reshape %8 : tensor<1x1x3x4xf32> -> tensor<3x4xf32>
  return %9 : tensor<3x4xf32>
}
}
