func.func @main(%x: tensor<2048x6144xf32> {graph.name = "x"}) -> (tensor<2048x6144xf32> {graph.name = "y"}) {
  %w1 = graph.constant @w1 dense<0.01> : tensor<6144x24576xf32>
  %w2 = graph.constant @w2 dense<0.02> : tensor<24576x6144xf32>
  %0 = graph.matmul %x, %w1 : (tensor<2048x6144xf32>, tensor<6144x24576xf32>) -> tensor<2048x24576xf32>
  %1 = graph.relu %0 : tensor<2048x24576xf32>
  %2 = graph.matmul %1, %w2 : (tensor<2048x24576xf32>, tensor<24576x6144xf32>) -> tensor<2048x6144xf32>
  return %2 : tensor<2048x6144xf32>
}
