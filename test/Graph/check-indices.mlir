// RUN: wafer-opt %s -graph-check-indices -o %t && wafer-opt %s | diff %t -

// In range, counted from either end; of inputs nothing is known; tuples have a limit for each place; no index is no wrong one.
func.func @fine(%x: tensor<3x4xf32>, %given: tensor<2xi64>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2xf32>, tensor<3x0xf32>) {
  %i = graph.constant dense<[-3, 2]> : tensor<2xi64>
  %t = graph.constant dense<[[2, 3], [-3, -4]]> : tensor<2x2xi64>
  %none = graph.constant dense<> : tensor<0xi64>
  %0 = graph.gather %x, %i axis 0 : (tensor<3x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  %1 = graph.gather %x, %given axis 0 : (tensor<3x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  %2 = graph.gather_nd %x, %t batch_dims 0 : (tensor<3x4xf32>, tensor<2x2xi64>) -> tensor<2xf32>
  %3 = graph.gather %x, %none axis 1 : (tensor<3x4xf32>, tensor<0xi64>) -> tensor<3x0xf32>
  return %0, %1, %2, %3 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2xf32>, tensor<3x0xf32>
}
