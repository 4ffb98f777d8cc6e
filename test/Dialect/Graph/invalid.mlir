// RUN: wafer-opt %s -split-input-file -verify-diagnostics

func.func @constant_c1() {
  // expected-error@+1 {{value must be dense, dense_resource, #graph.external or #graph.seeded}}
  %0 = graph.constant sparse<[[0]], [1.0]> : tensor<2xf32>
  return
}

// -----

func.func @external_c1() {
  // expected-error@+1 {{external data needs a ranked tensor type of static shape, found 'tensor<?xf32>'}}
  %0 = graph.constant #graph.external<"w.bin", offset = 0, size = 8, hash = "0123456789abcdef"> : tensor<?xf32>
  return
}

// -----

func.func @external_c2() {
  // expected-error@+1 {{external data of 'tensor<3xf16>' has size 8, needs 6}}
  %0 = graph.constant #graph.external<"w.bin", offset = 0, size = 8, hash = "0123456789abcdef"> : tensor<3xf16>
  return
}

// -----

func.func @external_c2_overflow() {
  // expected-error@+1 {{its element count overflows}}
  %0 = graph.constant #graph.external<"w.bin", offset = 0, size = 8, hash = "0123456789abcdef"> : tensor<4611686018427387904x4xi8>
  return
}

// -----

func.func @external_c3() {
  // expected-error@+1 {{external data needs a path and an offset that is not negative, found "w.bin" and -1}}
  %0 = graph.constant #graph.external<"w.bin", offset = -1, size = 8, hash = "0123456789abcdef"> : tensor<2xf32>
  return
}

// -----

func.func @external_c4() {
  // expected-error@+1 {{external data needs a hash of 16 hexadecimal digits in lower case, found "0123456789ABCDEF"}}
  %0 = graph.constant #graph.external<"w.bin", offset = 0, size = 8, hash = "0123456789ABCDEF"> : tensor<2xf32>
  return
}

// -----

func.func @seeded_c1() {
  // expected-error@+1 {{a seeded value needs a ranked tensor type of static shape and floats, found 'tensor<2xi32>'}}
  %0 = graph.constant #graph.seeded<normal, seed = 7, base = 0, scale = 1.0 : f32, mean = 0.0 : f32> : tensor<2xi32>
  return
}

// -----

func.func @seeded_c1_dynamic() {
  // expected-error@+1 {{a seeded value needs a ranked tensor type of static shape and floats, found 'tensor<?xf32>'}}
  %0 = graph.constant #graph.seeded<normal, seed = 7, base = 0, scale = 1.0 : f32, mean = 0.0 : f32> : tensor<?xf32>
  return
}

// -----

func.func @seeded_c2_seed() {
  // expected-error@+1 {{room for its elements behind the base, found -7 and 0}}
  %0 = graph.constant #graph.seeded<normal, seed = -7, base = 0, scale = 1.0 : f32, mean = 0.0 : f32> : tensor<2xf32>
  return
}

// -----

func.func @seeded_c2_base() {
  // expected-error@+1 {{room for its elements behind the base, found 7 and 9223372036854775806}}
  %0 = graph.constant #graph.seeded<normal, seed = 7, base = 9223372036854775806, scale = 1.0 : f32, mean = 0.0 : f32> : tensor<2xf32>
  return
}

// -----

func.func @seeded_c3_type() {
  // expected-error@+1 {{needs a scale and a mean that are finite f32 numbers, found 1.000000e+00 : f64}}
  %0 = graph.constant #graph.seeded<normal, seed = 7, base = 0, scale = 1.0 : f64, mean = 0.0 : f32> : tensor<2xf32>
  return
}

// -----

func.func @seeded_c3_finite() {
  // expected-error@+1 {{needs a scale and a mean that are finite f32 numbers, found 0x7F800000 : f32}}
  %0 = graph.constant #graph.seeded<normal, seed = 7, base = 0, scale = 1.0 : f32, mean = 0x7F800000 : f32> : tensor<2xf32>
  return
}

// -----

func.func @seeded_c3_sign() {
  // expected-error@+1 {{needs a scale that is not negative, found -1.000000e+00 : f32}}
  %0 = graph.constant #graph.seeded<normal, seed = 7, base = 0, scale = -1.0 : f32, mean = 0.0 : f32> : tensor<2xf32>
  return
}

// -----

func.func @binary_c1(%a: tensor<2xf32>, %b: tensor<2xf16>) {
  // expected-error@+2 {{operands must have the same element type, found 'f32' and 'f16'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = "graph.add"(%a, %b) : (tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @binary_c2(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error@+2 {{shapes do not broadcast: 'tensor<2x3xf32>' and 'tensor<2xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.mul %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @binary_result(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error@+2 {{inferred type(s) 'tensor<2x3xf32>' are incompatible with return type(s) of operation 'tensor<3x2xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.sub %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @numbers_only(%a: tensor<2xi1>) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor of number type values}}
  %0 = graph.relu %a : tensor<2xi1>
  return
}

// -----

func.func @static_shapes_only(%a: tensor<?xf32>) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor}}
  %0 = graph.relu %a : tensor<?xf32>
  return
}

// -----

func.func @signed_integers_are_signless(%a: tensor<2xsi8>) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor}}
  %0 = graph.relu %a : tensor<2xsi8>
  return
}

// -----

func.func @cast_c1(%a: tensor<2x3xf32>) {
  // expected-error@+1 {{operand and result must have the same shape}}
  %0 = graph.cast %a : tensor<2x3xf32> -> tensor<3x2xf16>
  return
}

// -----

func.func @matmul_c1(%a: tensor<2x3xf32>, %b: tensor<3x4xf64>) {
  // expected-error@+2 {{operands must have the same element type, found 'f32' and 'f64'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf64>) -> tensor<2x4xf32>
  return
}

// -----

func.func @matmul_c2(%a: tensor<f32>, %b: tensor<3x4xf32>) {
  // expected-error@+2 {{operands of a matrix product need rank 1 or more}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (tensor<f32>, tensor<3x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @matmul_c3(%a: tensor<3xf32>, %b: tensor<3x4xf32>) {
  // expected-error@+2 {{an operand of rank 1 cannot be transposed}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b {transpose_a} : (tensor<3xf32>, tensor<3x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @matmul_c4(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error@+2 {{inner dimensions of a matrix product must be equal, found 3 and 4}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b {transpose_b} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @matmul_c5(%a: tensor<5x2x3xf32>, %b: tensor<7x3x4xf32>) {
  // expected-error@+2 {{dimensions before the matrices do not broadcast}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (tensor<5x2x3xf32>, tensor<7x3x4xf32>) -> tensor<5x2x4xf32>
  return
}

// -----

func.func @reshape_c1(%a: tensor<2x3xf32>) {
  // expected-error@+1 {{operand and result must have the same element type, found 'f32' and 'i32'}}
  %0 = graph.reshape %a : tensor<2x3xf32> -> tensor<6xi32>
  return
}

// -----

func.func @reshape_c2(%a: tensor<2x3xf32>) {
  // expected-error@+1 {{operand and result must have the same number of elements, found 'tensor<2x3xf32>' and 'tensor<7xf32>'}}
  %0 = graph.reshape %a : tensor<2x3xf32> -> tensor<7xf32>
  return
}

// -----

func.func @transpose_c1(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{perm must hold every dimension of 'tensor<2x3xf32>' once}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.transpose %a perm [1, 1] : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

// expected-error@+1 {{"graph.name" of argument #0 must be a string}}
func.func @name_is_a_string(%a: tensor<2xf32> {graph.name = 1}) {
  return
}

// -----

// expected-error@+1 {{unknown attribute "graph.nmae" on result #0}}
func.func @name_is_known(%a: tensor<2xf32>) -> (tensor<2xf32> {graph.nmae = "y"}) {
  return %a : tensor<2xf32>
}
