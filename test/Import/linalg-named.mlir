// Named ops of linalg that are no windows, and ops of tensor: as LLVM's loops compute them.
// RUN: %python %S/Inputs/compare-with-runner.py %s %t | FileCheck %s
// CHECK: all 13 programs agree
// RUN: wafer-translate --import-tensors %t/relu/model.mlir | FileCheck %s --check-prefix=RELU
// RELU-COUNT-2: graph.relu

//--- products
#ta = affine_map<(b, m, n, k) -> (b, k, m)>
#tb = affine_map<(b, m, n, k) -> (b, n, k)>
#a = affine_map<(b, m, n, k) -> (b, m, k)>
#b = affine_map<(b, m, n, k) -> (b, k, n)>
#shared = affine_map<(b, m, n, k) -> (k, n)>
#c = affine_map<(b, m, n, k) -> (b, m, n)>
func.func @forward(%x: tensor<2x3x4xf32>, %y: tensor<2x4x5xf32>, %t: tensor<2x4x3xf32>, %u: tensor<2x5x4xf32>, %w: tensor<4x5xf32>) -> (tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<3x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %p0 = linalg.batch_matmul ins(%x, %y : tensor<2x3x4xf32>, tensor<2x4x5xf32>) outs(%z : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %p1 = linalg.batch_matmul indexing_maps = [#ta, #b, #c] ins(%t, %y : tensor<2x4x3xf32>, tensor<2x4x5xf32>) outs(%p0 : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %p2 = linalg.batch_matmul indexing_maps = [#a, #tb, #c] ins(%x, %u : tensor<2x3x4xf32>, tensor<2x5x4xf32>) outs(%z : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %p3 = linalg.contract indexing_maps = [#a, #shared, #c] ins(%x, %w : tensor<2x3x4xf32>, tensor<4x5xf32>) outs(%z : tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %e2 = tensor.empty() : tensor<3x5xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %p4 = linalg.batch_reduce_matmul ins(%x, %y : tensor<2x3x4xf32>, tensor<2x4x5xf32>) outs(%z2 : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %p0, %p1, %p2, %p3, %p4 : tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<3x5xf32>
}
//--- vectors
func.func @forward(%a: tensor<4xf32>, %b: tensor<4xf32>, %m: tensor<3x4xf32>, %n: tensor<2x3x4xf32>, %v: tensor<2x4xf32>, %w: tensor<2x3xf32>) -> (tensor<1xf32>, tensor<3xf32>, tensor<2x3xf32>, tensor<2x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<f32>
  %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<f32>) -> tensor<f32>
  %dot = linalg.dot ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%z0 : tensor<f32>) -> tensor<f32>
  %r0 = tensor.expand_shape %dot [] output_shape [1] : tensor<f32> into tensor<1xf32>
  %e1 = tensor.empty() : tensor<3xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<3xf32>) -> tensor<3xf32>
  %r1 = linalg.matvec ins(%m, %a : tensor<3x4xf32>, tensor<4xf32>) outs(%z1 : tensor<3xf32>) -> tensor<3xf32>
  %e2 = tensor.empty() : tensor<2x3xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %r2 = linalg.batch_matvec ins(%n, %v : tensor<2x3x4xf32>, tensor<2x4xf32>) outs(%z2 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %e3 = tensor.empty() : tensor<2x4xf32>
  %z3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x4xf32>) -> tensor<2x4xf32>
  %r3 = linalg.batch_vecmat ins(%w, %n : tensor<2x3xf32>, tensor<2x3x4xf32>) outs(%z3 : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %r0, %r1, %r2, %r3 : tensor<1xf32>, tensor<3xf32>, tensor<2x3xf32>, tensor<2x4xf32>
}
//--- maps
func.func @forward(%x: tensor<3x4xf32>, %y: tensor<3x4xf32>, %r: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>, tensor<4x3xf32>, tensor<4xf32>, tensor<3x4xf32>) {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %t = tensor.empty() : tensor<4x3xf32>
  %squares = linalg.square ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %exp = linalg.exp ins(%y : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %sum = linalg.add ins(%squares, %exp : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %b = linalg.broadcast ins(%r : tensor<4xf32>) outs(%e : tensor<3x4xf32>) dimensions = [0]
  %d = linalg.div ins(%b, %sum : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %mapped = linalg.map ins(%d, %x : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) (%p: f32, %q: f32, %out: f32) {
    %m = arith.mulf %p, %q : f32
    %n = arith.addf %m, %one : f32
    linalg.yield %n : f32
  }
  %turned = linalg.transpose ins(%mapped : tensor<3x4xf32>) outs(%t : tensor<4x3xf32>) permutation = [1, 0]
  %e4 = tensor.empty() : tensor<4xf32>
  %ones = linalg.fill ins(%one : f32) outs(%e4 : tensor<4xf32>) -> tensor<4xf32>
  %reduced = linalg.reduce ins(%mapped : tensor<3x4xf32>) outs(%ones : tensor<4xf32>) dimensions = [0] (%in: f32, %init: f32) {
    %m = arith.maximumf %in, %init : f32
    linalg.yield %m : f32
  }
  %kind = linalg.elementwise kind=#linalg.elementwise_kind<sub> indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>] ins(%x, %r : tensor<3x4xf32>, tensor<4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %sum, %mapped, %turned, %reduced, %kind : tensor<3x4xf32>, tensor<3x4xf32>, tensor<4x3xf32>, tensor<4xf32>, tensor<3x4xf32>
}
//--- several-results
// A maximum and its place, a sum beside a product; sums of three factors, of fused products.
#id = affine_map<(i, j) -> (i, j)>
#i = affine_map<(i, j) -> (i)>
#j = affine_map<(i, j) -> (j)>
func.func @forward(%x: tensor<3x4xf32>, %w: tensor<4xf32>) -> (tensor<3xf32>, tensor<3xi64>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %first = arith.constant 0 : i64
  %lowest = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<3xf32>
  %ei = tensor.empty() : tensor<3xi64>
  %least = linalg.fill ins(%lowest : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %places = linalg.fill ins(%first : i64) outs(%ei : tensor<3xi64>) -> tensor<3xi64>
  %zeros = linalg.fill ins(%zero : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %ones = linalg.fill ins(%one : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %m:2 = linalg.generic {indexing_maps = [#id, #i, #i], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<3x4xf32>) outs(%least, %places : tensor<3xf32>, tensor<3xi64>) {
  ^bb0(%in: f32, %best: f32, %place: i64):
    %k = linalg.index 1 : index
    %c = arith.index_cast %k : index to i64
    %n = arith.maximumf %in, %best : f32
    %more = arith.cmpf ogt, %in, %best : f32
    %s = arith.select %more, %c, %place : i64
    linalg.yield %n, %s : f32, i64
  } -> (tensor<3xf32>, tensor<3xi64>)
  %r:3 = linalg.generic {indexing_maps = [#id, #j, #i, #i, #i], iterator_types = ["parallel", "reduction"]} ins(%x, %w : tensor<3x4xf32>, tensor<4xf32>) outs(%zeros, %ones, %ones : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32, %product: f32, %fused: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.mulf %p, %a : f32
    %s = arith.addf %q, %sum : f32
    %t = arith.mulf %product, %b : f32
    %f = math.fma %a, %b, %fused : f32
    linalg.yield %s, %t, %f : f32, f32, f32
  } -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %m#0, %m#1, %r#0, %r#1, %r#2 : tensor<3xf32>, tensor<3xi64>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}
//--- bool-reductions
#id = affine_map<(i, j) -> (i, j)>
#i = affine_map<(i, j) -> (i)>
func.func @forward(%x: tensor<3x4xf32>, %n: tensor<3x4xi32>) -> (tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) {
  %zero = arith.constant 3.0 : f32
  %false = arith.constant false
  %least = arith.constant 1 : i32
  %e = tensor.empty() : tensor<3xi1>
  %en = tensor.empty() : tensor<3xi32>
  %falses = linalg.fill ins(%false : i1) outs(%e : tensor<3xi1>) -> tensor<3xi1>
  %nums = linalg.fill ins(%least : i32) outs(%en : tensor<3xi32>) -> tensor<3xi32>
  %r = linalg.generic {indexing_maps = [#id, #i], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<3x4xf32>) outs(%falses : tensor<3xi1>) {
  ^bb0(%a: f32, %out: i1):
    %more = arith.cmpf ogt, %a, %zero : f32
    %o = arith.ori %more, %out : i1
    linalg.yield %o : i1
  } -> tensor<3xi1>
  %number = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%r : tensor<3xi1>) outs(%en : tensor<3xi32>) {
  ^bb0(%a: i1, %out: i32):
    %k = arith.extui %a : i1 to i32
    linalg.yield %k : i32
  } -> tensor<3xi32>
  %max = linalg.generic {indexing_maps = [#id, #i], iterator_types = ["parallel", "reduction"]} ins(%n : tensor<3x4xi32>) outs(%nums : tensor<3xi32>) {
  ^bb0(%a: i32, %out: i32):
    %o = arith.maxsi %a, %out : i32
    linalg.yield %o : i32
  } -> tensor<3xi32>
  %sum = linalg.generic {indexing_maps = [#id, #i], iterator_types = ["parallel", "reduction"]} ins(%n : tensor<3x4xi32>) outs(%nums : tensor<3xi32>) {
  ^bb0(%a: i32, %out: i32):
    %o = arith.addi %a, %out : i32
    linalg.yield %o : i32
  } -> tensor<3xi32>
  return %number, %max, %sum : tensor<3xi32>, tensor<3xi32>, tensor<3xi32>
}
//--- slices
// Written in part along several dimensions, with strides, of fewer dimensions; read with strides.
func.func @forward(%x: tensor<4x6xf32>, %y: tensor<2x3xf32>, %r: tensor<6xf32>, %z: tensor<2x2xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<2x3xf32>) {
  %a = tensor.insert_slice %y into %x[1, 2] [2, 3] [1, 1] : tensor<2x3xf32> into tensor<4x6xf32>
  %b = tensor.insert_slice %r into %x[3, 0] [1, 6] [1, 1] : tensor<6xf32> into tensor<4x6xf32>
  %c = tensor.insert_slice %z into %x[0, 1] [2, 2] [3, 2] : tensor<2x2xf32> into tensor<4x6xf32>
  %d = tensor.extract_slice %x[0, 1] [2, 3] [2, 2] : tensor<4x6xf32> to tensor<2x3xf32>
  return %a, %b, %c, %d : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<2x3xf32>
}
//--- places
func.func @forward(%x: tensor<4x6xf32>, %y: tensor<2x6xf32>, %s: tensor<1xf32>) -> (tensor<6x6xf32>, tensor<5x9xf32>, tensor<2x2xf32>, tensor<3xf32>) {
  %c0 = arith.constant 0 : index
  %c = tensor.concat dim(0) %x, %y : (tensor<4x6xf32>, tensor<2x6xf32>) -> tensor<6x6xf32>
  %p = tensor.pad %x low[1, 0] high[0, 3] {
  ^bb0(%i: index, %j: index):
    %v = arith.constant 2.5 : f32
    tensor.yield %v : f32
  } : tensor<4x6xf32> to tensor<5x9xf32>
  %one = tensor.extract %s[%c0] : tensor<1xf32>
  %splat = tensor.splat %one : tensor<2x2xf32>
  %two = arith.addf %one, %one : f32
  %list = tensor.from_elements %one, %two, %one : tensor<3xf32>
  return %c, %p, %splat, %list : tensor<6x6xf32>, tensor<5x9xf32>, tensor<2x2xf32>, tensor<3xf32>
}
//--- gathers
// Rows by index and by a computed index; a loop and an index in one table.
func.func @forward(%table: tensor<5x3xf32>, %ids: tensor<4xi64>) -> (tensor<4x3xf32>, tensor<4xf32>) {
  %two = arith.constant 2 : index
  %c2 = arith.constant 2 : i64
  %e = tensor.empty() : tensor<4x3xf32>
  %e4 = tensor.empty() : tensor<4xf32>
  %rows = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<4xi64>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%in: i64, %out: f32):
    %k = arith.addi %in, %c2 : i64
    %i = arith.index_cast %k : i64 to index
    %j = linalg.index 1 : index
    %v = tensor.extract %table[%i, %j] : tensor<5x3xf32>
    linalg.yield %v : f32
  } -> tensor<4x3xf32>
  %picked = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%ids : tensor<4xi64>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%in: i64, %out: f32):
    %i = arith.index_cast %in : i64 to index
    %j = arith.subi %two, %i : index
    %v = tensor.extract %table[%i, %j] : tensor<5x3xf32>
    linalg.yield %v : f32
  } -> tensor<4xf32>
  return %rows, %picked : tensor<4x3xf32>, tensor<4xf32>
}
//--- types
func.func @forward(%x: tensor<3x4xf32>, %y: tensor<4x2xf32>) -> tensor<3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %a = arith.truncf %x : tensor<3x4xf32> to tensor<3x4xf16>
  %b = arith.truncf %y : tensor<4x2xf32> to tensor<4x2xf16>
  %e = tensor.empty() : tensor<3x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<3x2xf32>) -> tensor<3x2xf32>
  %r = linalg.matmul ins(%a, %b : tensor<3x4xf16>, tensor<4x2xf16>) outs(%z : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}
//--- softmax
func.func @forward(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.softmax dimension(1) ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}
//=== for LLVM
func.func @forward(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %exp = tosa.exp %x : (tensor<3x4xf32>) -> tensor<3x4xf32>
  %sum = tosa.reduce_sum %exp {axis = 1 : i32} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %r = tosa.reciprocal %sum : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %y = tosa.mul %exp, %r, %shift : (tensor<3x4xf32>, tensor<3x1xf32>, tensor<1xi8>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}
//--- tensor-gather
// Dimensions 0 and 2 are indexed, and stay as 1 or go.
func.func @forward(%x: tensor<3x4x3xf32>, %i: tensor<2x5x2xi64>) -> (tensor<2x5x1x4x1xf32>, tensor<2x5x4xf32>) {
  %y = tensor.gather %x[%i] gather_dims([0, 2]) : (tensor<3x4x3xf32>, tensor<2x5x2xi64>) -> tensor<2x5x1x4x1xf32>
  %z = tensor.gather %x[%i] gather_dims([0, 2]) : (tensor<3x4x3xf32>, tensor<2x5x2xi64>) -> tensor<2x5x4xf32>
  return %y, %z : tensor<2x5x1x4x1xf32>, tensor<2x5x4xf32>
}
//=== for LLVM
func.func @forward(%x: tensor<3x4x3xf32>, %i: tensor<2x5x2xi64>) -> (tensor<2x5x1x4x1xf32>, tensor<2x5x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<2x5x4xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>], iterator_types = ["parallel", "parallel", "parallel"]} outs(%e : tensor<2x5x4xf32>) {
  ^bb0(%out: f32):
    %a = linalg.index 0 : index
    %b = linalg.index 1 : index
    %c = linalg.index 2 : index
    %p = tensor.extract %i[%a, %b, %c0] : tensor<2x5x2xi64>
    %q = tensor.extract %i[%a, %b, %c1] : tensor<2x5x2xi64>
    %pi = arith.index_cast %p : i64 to index
    %qi = arith.index_cast %q : i64 to index
    %v = tensor.extract %x[%pi, %c, %qi] : tensor<3x4x3xf32>
    linalg.yield %v : f32
  } -> tensor<2x5x4xf32>
  %y = tensor.expand_shape %z [[0], [1, 2], [3, 4]] output_shape [2, 5, 1, 4, 1] : tensor<2x5x4xf32> into tensor<2x5x1x4x1xf32>
  return %y, %z : tensor<2x5x1x4x1xf32>, tensor<2x5x4xf32>
}
//--- torch-mlir-scan
// torch-mlir's own op for cumulative sums, as it writes it; and what an exclusive one wrote last.
func.func @forward(%x: tensor<2x3xi64>, %f: tensor<2x3xf32>) -> (tensor<2x3xi64>, tensor<2x3xf32>, tensor<2xf32>) {
  %c0_i64 = arith.constant 0 : i64
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3xi64>
  %a = tensor.empty() : tensor<2xi64>
  %z = linalg.fill ins(%c0_i64 : i64) outs(%e : tensor<2x3xi64>) -> tensor<2x3xi64>
  %s = linalg.fill ins(%c0_i64 : i64) outs(%a : tensor<2xi64>) -> tensor<2xi64>
  %y:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x : tensor<2x3xi64>) outs(%z, %s : tensor<2x3xi64>, tensor<2xi64>) {
  ^bb0(%arg1: i64, %arg2: i64):
    %n = arith.addi %arg1, %arg2 : i64
    tm_tensor.yield %n : i64
  } -> tensor<2x3xi64>, tensor<2xi64>
  %ef = tensor.empty() : tensor<2x3xf32>
  %af = tensor.empty() : tensor<2xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%af : tensor<2xf32>) -> tensor<2xf32>
  %w:2 = tm_tensor.scan dimension(1) inclusive(false) ins(%f : tensor<2x3xf32>) outs(%ef, %sf : tensor<2x3xf32>, tensor<2xf32>) {
  ^bb0(%arg1: f32, %arg2: f32):
    %n = arith.addf %arg1, %arg2 : f32
    tm_tensor.yield %n : f32
  } -> tensor<2x3xf32>, tensor<2xf32>
  return %y#0, %w#0, %w#1 : tensor<2x3xi64>, tensor<2x3xf32>, tensor<2xf32>
}
//=== for LLVM
// Products with matrices of ones where a column counts a row.
func.func @forward(%x: tensor<2x3xi64>, %f: tensor<2x3xf32>) -> (tensor<2x3xi64>, tensor<2x3xf32>, tensor<2xf32>) {
  %upper = arith.constant dense<[[1, 1, 1], [0, 1, 1], [0, 0, 1]]> : tensor<3x3xi64>
  %strict = arith.constant dense<[[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %z = arith.constant dense<0> : tensor<2x3xi64>
  %zf = arith.constant dense<0.0> : tensor<2x3xf32>
  %y = linalg.matmul ins(%x, %upper : tensor<2x3xi64>, tensor<3x3xi64>) outs(%z : tensor<2x3xi64>) -> tensor<2x3xi64>
  %w = linalg.matmul ins(%f, %strict : tensor<2x3xf32>, tensor<3x3xf32>) outs(%zf : tensor<2x3xf32>) -> tensor<2x3xf32>
  %v = tensor.extract_slice %w[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  return %y, %w, %v : tensor<2x3xi64>, tensor<2x3xf32>, tensor<2xf32>
}
//--- relu
// As torch-mlir writes it, in linalg and in TOSA.
func.func @forward(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %more = arith.cmpf ugt, %in, %zero : f32
    %r = arith.select %more, %in, %zero : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %z = tosa.clamp %x {max_val = 3.40282347E+38 : f32, min_val = 0.000000e+00 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}
