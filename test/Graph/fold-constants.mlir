// RUN: wafer-opt %s -graph-fold-constants | FileCheck %s
// RUN: wafer-opt %s -graph-fold-constants -o %t && wafer-opt %t -graph-fold-constants | diff %t -

// CHECK-LABEL: func.func @maps
// CHECK-NEXT: graph.constant dense<{{\[}}[1.100000e+01, 1.200000e+01], [0.000000e+00, 2.000000e+00]]> : tensor<2x2xf16>
// CHECK-NEXT: return
func.func @maps() -> tensor<2x2xf16> {
  %a = graph.constant dense<[[10.0], [-1.0]]> : tensor<2x1xf32>
  %b = graph.constant dense<[[1.0, 2.0], [-3.0, 3.0]]> : tensor<2x2xf32>
  %0 = graph.add %a, %b : (tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = graph.relu %0 : tensor<2x2xf32>
  %2 = graph.cast %1 : tensor<2x2xf32> -> tensor<2x2xf16>
  return %2 : tensor<2x2xf16>
}

// CHECK-LABEL: func.func @casts
// CHECK-DAG: dense<[-1, 127, -128, 0]> : tensor<4xi8>
// CHECK-DAG: dense<[0, 255]> : tensor<2xui8>
// CHECK-DAG: dense<[false, true]> : tensor<2xi1>
func.func @casts() -> (tensor<4xi8>, tensor<2xui8>, tensor<2xi1>) {
  // -1.9, 300, -1e9 and NaN: towards zero, saturated, 0.
  %a = graph.constant dense<[-1.9, 300.0, -1.0e9, 0x7FC00000]> : tensor<4xf32>
  %b = graph.constant dense<[256, -1]> : tensor<2xi16>
  %c = graph.constant dense<[0, 2]> : tensor<2xi64>
  %0 = graph.cast %a : tensor<4xf32> -> tensor<4xi8>
  %1 = graph.cast %b : tensor<2xi16> -> tensor<2xui8>
  %2 = graph.cast %c : tensor<2xi64> -> tensor<2xi1>
  return %0, %1, %2 : tensor<4xi8>, tensor<2xui8>, tensor<2xi1>
}

// CHECK-LABEL: func.func @integers_wrap
// CHECK-NEXT: graph.constant dense<[44, -128]> : tensor<2xi8>
func.func @integers_wrap() -> tensor<2xi8> {
  %a = graph.constant dense<[100, -128]> : tensor<2xi8>
  %b = graph.constant dense<[3, -1]> : tensor<2xi8>
  %0 = graph.mul %a, %b : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// CHECK-LABEL: func.func @transpose
// CHECK-NEXT: graph.constant dense<{{\[}}[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi64>
func.func @transpose() -> tensor<3x2xi64> {
  %a = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %0 = graph.transpose %a perm [1, 0] : (tensor<2x3xi64>) -> tensor<3x2xi64>
  return %0 : tensor<3x2xi64>
}

// Positions behind a mask: an op that is a constant is computed whichever it is; the iota itself stays where it is used.
// CHECK-LABEL: func.func @mask
// CHECK-DAG: %[[I:.*]] = graph.iota : tensor<3xi64>
// CHECK-DAG: %[[M:.*]] = graph.constant dense<{{\[}}[true, false, false], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
// CHECK: return %[[M]], %[[I]]
func.func @mask() -> (tensor<3x3xi1>, tensor<3xi64>) {
  %i = graph.iota : tensor<3xi64>
  %column = graph.reshape %i : tensor<3xi64> -> tensor<3x1xi64>
  %0 = graph.less_or_equal %i, %column : (tensor<3xi64>, tensor<3x1xi64>) -> tensor<3x3xi1>
  return %0, %i : tensor<3x3xi1>, tensor<3xi64>
}

// What exporters compute shapes with.
// CHECK-LABEL: func.func @shape_arithmetic
// CHECK-NEXT: graph.constant dense<[4, 6, -1]> : tensor<3xi64>
// CHECK-NEXT: return
func.func @shape_arithmetic() -> tensor<3xi64> {
  %shape = graph.constant dense<[4, 2, 3]> : tensor<3xi64>
  %minus = graph.constant dense<-1> : tensor<1xi64>
  %zero = graph.constant dense<0> : tensor<1xi64>
  %0 = graph.gather %shape, %zero axis 0 : (tensor<3xi64>, tensor<1xi64>) -> tensor<1xi64>
  %1 = graph.slice %shape starts [1] sizes [2] steps [1] : (tensor<3xi64>) -> tensor<2xi64>
  %2 = graph.reduce_prod %1 axes [0] {keepdims} : (tensor<2xi64>) -> tensor<1xi64>
  %3 = graph.concat %0, %2, %minus axis 0 : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  return %3 : tensor<3xi64>
}

// CHECK-LABEL: func.func @selection
// CHECK-NEXT: graph.constant dense<[1.000000e+00, 0xFF800000]> : tensor<2xf32>
// CHECK-NEXT: return
func.func @selection() -> tensor<2xf32> {
  %c = graph.constant dense<[true, false]> : tensor<2xi1>
  %x = graph.constant dense<1.0> : tensor<f32>
  %y = graph.constant dense<0xFF800000> : tensor<f32>
  %0 = graph.where %c, %x, %y : (tensor<2xi1>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// A small resource is read as if it were in the IR.
// CHECK-LABEL: func.func @resource
// CHECK-NEXT: graph.constant dense<[2, 4]> : tensor<2xi32>
// CHECK-NEXT: return
func.func @resource() -> tensor<2xi32> {
  %a = graph.constant dense_resource<two> : tensor<2xi32>
  %0 = graph.add %a, %a : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

{-#
  dialect_resources: {
    builtin: {
      two: "0x040000000100000002000000"
    }
  }
#-}
