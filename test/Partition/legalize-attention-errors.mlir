// RUN: wafer-opt --wafer-legalize-products --wafer-legalize-attention --wafer-partition-graph='machine=mesh<4x4>' -split-input-file -verify-diagnostics %s

// The pass refuses nothing itself; partitioning says what has no kernel.
func.func @cross(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x5x4xf32>) -> tensor<1x2x3x4xf32> {
  // expected-error@+1 {{'graph.attention' has no kernel on the mesh: it has 5 keys for 3 queries; only self-attention has a kernel}}
  %a = graph.attention %q, %k, %k scale 0.5 : (tensor<1x2x3x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x3x4xf32>
  return %a : tensor<1x2x3x4xf32>
}

// -----

func.func @capped(%q: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  // expected-error@+1 {{'graph.attention' has no kernel on the mesh: it has a softcap, for which there is no kernel}}
  %a = graph.attention %q, %q, %q scale 0.5 {softcap = 2.0 : f64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %a : tensor<1x2x3x4xf32>
}

// -----

func.func @offset(%q: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  // expected-error@+1 {{'graph.attention' has no kernel on the mesh: it is causal with an offset of 1; only 0 has a kernel}}
  %a = graph.attention %q, %q, %q scale 0.5 {causal = 1 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %a : tensor<1x2x3x4xf32>
}

// -----

func.func @f64(%q: tensor<1x2x3x4xf64>) -> tensor<1x2x3x4xf64> {
  // expected-error@+1 {{'graph.attention' has no kernel for 'tensor<1x2x3x4xf64>', only for f32}}
  %a = graph.attention %q, %q, %q scale 0.5 : (tensor<1x2x3x4xf64>, tensor<1x2x3x4xf64>, tensor<1x2x3x4xf64>) -> tensor<1x2x3x4xf64>
  return %a : tensor<1x2x3x4xf64>
}

// -----

// Six of eight features are turned: no factor of the head.
func.func @partial(%q: tensor<1x2x3x8xf32>, %c: tensor<3x3xf32>) -> tensor<1x2x3x8xf32> {
  %r = graph.rotary_embedding %q, %c, %c : (tensor<1x2x3x8xf32>, tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<1x2x3x8xf32>
  // expected-error@+1 {{'graph.attention' has no kernel on the mesh: it turns 6 features of a head of 8, which is no multiple of that}}
  %a = graph.attention %r, %r, %q scale 0.5 : (tensor<1x2x3x8xf32>, tensor<1x2x3x8xf32>, tensor<1x2x3x8xf32>) -> tensor<1x2x3x8xf32>
  return %a : tensor<1x2x3x8xf32>
}
