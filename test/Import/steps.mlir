// A step sees what the type holds, also where more digits are computed: 8·log(2)/log(16) is 2 in f32, but a little less with
// the f32 constants in f64, and buckets of relative positions would move.
// RUN: %python %S/Inputs/compare-with-runner.py %s %t | FileCheck %s
// CHECK: all 1 programs agree

//--- buckets
func.func @forward(%x: tensor<1xf32>) -> (tensor<1xi32>, tensor<1xf32>) {
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf32>
  %log16 = arith.constant dense<2.77258873> : tensor<1xf32>
  %eight = arith.constant dense<8.0> : tensor<1xf32>
  %z = arith.mulf %x, %zero : tensor<1xf32>
  %t = arith.addf %z, %two : tensor<1xf32>
  %a = math.log %t : tensor<1xf32>
  %b = arith.divf %a, %log16 : tensor<1xf32>
  %c = arith.mulf %b, %eight : tensor<1xf32>
  %i = arith.fptosi %c : tensor<1xf32> to tensor<1xi32>
  %f = math.floor %c : tensor<1xf32>
  return %i, %f : tensor<1xi32>, tensor<1xf32>
}
