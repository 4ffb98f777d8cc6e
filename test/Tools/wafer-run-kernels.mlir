// Before phase pe, reference mode evaluates the kernels' bodies: two programs, a temporary between them, constants inline.
// RUN: rm -rf %t && mkdir -p %t
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s > %t/k.mlir
// RUN: %python %S/Inputs/tensor.py %t/x.npy '<f4' 2x2 1 -2 3 4
// y = x * w + b = [[1, -1], [3, 8]] + 0.5, z = relu(y), w = [[1, 1], [0, 1]].
// RUN: %python %S/Inputs/tensor.py %t/z.npy '<f4' 4 1.5 0 3.5 7.5
// RUN: wafer-run %t/k.mlir --mode=reference --input %t/x.npy --expect %t/z.npy --rtol=0 --atol=0 | FileCheck %s
// RUN: wafer-run %t/k.mlir --mode=reference --eval=f32 --input x=%t/x.npy --expect z=%t/z.npy --rtol=0 --atol=0
// CHECK: mode            reference
// CHECK-NEXT: machine         mesh<4x4>, 4x4 PEs
// CHECK: compared        "z" with {{.*}}: equal within tolerance

// There is nothing for the other modes.
// RUN: not wafer-run %t/k.mlir --input %t/x.npy 2>&1 | FileCheck %s --check-prefix=MODE
// MODE: wafer-run: error: {{.*}}k.mlir: holds no compiled program, which --mode=functional runs: compile it with `waferc {{.*}}k.mlir -o k.wafer`, or use --mode=reference

// A program that reads what nothing has written.
// RUN: sed 's|to @y : tensor|to @z : tensor|' %t/k.mlir > %t/unwritten.mlir
// RUN: bash %S/Inputs/exits.sh 3 wafer-run %t/unwritten.mlir --mode=reference --input %t/x.npy 2> %t/unwritten.txt
// RUN: FileCheck %s --check-prefix=UNWRITTEN < %t/unwritten.txt
// UNWRITTEN: error: host tensor @y is read before a program writes it

pe.host @x : tensor<2x2xf32> input
pe.host @w : tensor<2x2xf32> constant value(dense<[[1.0, 1.0], [0.0, 1.0]]> : tensor<2x2xf32>)
pe.host @b : tensor<1xf32> constant value(dense<0.5> : tensor<1xf32>)
pe.host @y : tensor<4xf32> temporary
pe.host @z : tensor<4xf32> output

wafer.program @p0 machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<2x2xf32>
  %w = wafer.input @w : tensor<2x2xf32>
  %b = wafer.input @b : tensor<1xf32>
  %y = wafer.kernel @fc(%x, %w, %b) : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<1xf32>)
      -> tensor<2x2xf32, #wafer.layout<rows [d0] block, columns [d1] block>> {
  ^bb0(%a: tensor<2x2xf32>, %v: tensor<2x2xf32>, %c: tensor<1xf32>):
    %0 = graph.matmul %a, %v : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %1 = graph.add %0, %c : (tensor<2x2xf32>, tensor<1xf32>) -> tensor<2x2xf32>
    wafer.yield %1 : tensor<2x2xf32>
  }
  wafer.output %y to @y : tensor<2x2xf32, #wafer.layout<rows [d0] block, columns [d1] block>>
}

wafer.program @p1 machine(#mesh4x4) launches(1) {
  %y = wafer.input @y : tensor<4xf32>
  %z = wafer.kernel @act(%y) : (tensor<4xf32>) -> tensor<4xf32, #wafer.layout<rows [] block, columns [d0] block>> {
  ^bb0(%a: tensor<4xf32>):
    %0 = graph.relu %a : tensor<4xf32>
    wafer.yield %0 : tensor<4xf32>
  }
  wafer.output %z to @z : tensor<4xf32, #wafer.layout<rows [] block, columns [d0] block>>
}
