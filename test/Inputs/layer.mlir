// One layer of a perceptron, relu(images . weight + bias): the model of docs/Tutorial.md.
func.func @main(%images: tensor<8x16xf32> {graph.name = "images"}) -> (tensor<8x24xf32> {graph.name = "logits"}) {
  %weight = graph.constant @fc1.weight dense<0.5> : tensor<16x24xf32>
  %bias = graph.constant @fc1.bias dense<[-11.0, -10.0, -9.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0,
                                          1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]> : tensor<24xf32>
  %0 = graph.matmul %images, %weight : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32> loc("/fc1/MatMul")
  %1 = graph.add %0, %bias : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32> loc("/fc1/Add")
  %2 = graph.relu %1 : tensor<8x24xf32> loc("/fc1/Relu")
  return %2 : tensor<8x24xf32>
}
