// Reference mode: inputs and expectations by name and by order, tolerances, labels, JSON, exit codes.
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/tensor.py %t/x.npy '<f4' 2x3 1 2 -3 4 5 6
// RUN: %python %S/Inputs/tensor.py %t/y.npy '<f4' 3 0.5 0 0
// RUN: %python %S/Inputs/tensor.py %t/sum.npy '<f4' 2x3 1.5 2 -3 4.5 5 6
// RUN: %python %S/Inputs/tensor.py %t/wide.npy '<f8' 2x3 1.5 2 0 4.5 5 6
// RUN: %python %S/Inputs/tensor.py %t/off.npy '<f4' 2x3 1.5 2 0 4.5 5.5 6
// RUN: %python %S/Inputs/tensor.py %t/labels.npy '<i8' 2 1 0

// RUN: wafer-run %s --mode=reference --input %t/x.npy --input %t/y.npy --expect sum=%t/sum.npy --expect %t/wide.npy \
// RUN:   --output top=%t/top.npy --json %t/out.json --labels %t/labels.npy --repeat 3 | FileCheck %s
// RUN: FileCheck %s --check-prefix=JSON < %t/out.json
// CHECK: mode            reference
// CHECK: compared        "sum" with {{.*}}sum.npy: equal within tolerance
// CHECK-NEXT:            max abs error 0, relative RMS 0
// CHECK: compared        "top" with {{.*}}wide.npy: equal within tolerance
// Row 0 of "sum" is largest at 1, row 1 at 2: one label of two is right.
// CHECK: accuracy        50.00 %
// CHECK: repeated        3 runs, the same bits
// CHECK: time
// JSON: "accuracy": 0.5,
// JSON: "matches": true,
// JSON: "max_abs_error": 0,
// JSON: "mode": "reference",
// JSON: "run":

// What it wrote is what it computes, in f32 too; names beat the order of arguments.
// RUN: wafer-run %s --mode=reference --eval=f32 --input y=%t/y.npy --input x=%t/x.npy --expect top=%t/top.npy --rtol=0 --atol=0

// A difference: exit code 1, and the output is written all the same.
// RUN: bash %S/Inputs/exits.sh 1 wafer-run %s --mode=reference --input %t/x.npy --input %t/y.npy --expect top=%t/off.npy --output top=%t/off-top.npy \
// RUN:   --json %t/off.json > %t/off.txt
// RUN: FileCheck %s --check-prefix=OFF < %t/off.txt
// RUN: FileCheck %s --check-prefix=OFFJSON < %t/off.json
// RUN: cmp %t/top.npy %t/off-top.npy
// OFF: compared        "top" with {{.*}}off.npy: DIFFERENT
// OFF-NEXT: max abs error 0.5 at [1, 1], relative RMS 0.05{{[0-9]*}}, 1 of 6 elements differ, first at [1, 1]: got 5, expected 5.5
// OFFJSON: "matches": false,
// OFFJSON: "max_abs_error": 0.5,
// OFFJSON: "first_mismatch": 4,

// sqrt(0.25 / (1.5^2 + 2^2 + 4.5^2 + 5.5^2 + 6^2)) = 0.0519: --rms replaces the tolerances.
// RUN: wafer-run %s --mode=reference --input %t/x.npy --input %t/y.npy --expect top=%t/off.npy --rms=0.052
// RUN: bash %S/Inputs/exits.sh 1 wafer-run %s --mode=reference --input %t/x.npy --input %t/y.npy --expect top=%t/off.npy --rms=0.051
// RUN: wafer-run %s --mode=reference --input %t/x.npy --input %t/y.npy --expect top=%t/off.npy --rtol=0.1
// RUN: wafer-run %s --mode=reference --input %t/x.npy --input %t/y.npy --expect top=%t/off.npy --rtol=0 --atol=0.5

// Random inputs depend on the seed only; .pb files carry names.
// RUN: wafer-run %s --mode=reference --random-inputs --seed=1 --output top=%t/r1.pb --output sum=%t/r1-sum.pb
// RUN: wafer-run %s --mode=reference --random-inputs --seed=1 --expect %t/r1.pb --rtol=0 --atol=0
// RUN: wafer-run %s --mode=reference --random-inputs --seed=1 --expect %t/r1.pb --expect %t/r1-sum.pb --rtol=0 --atol=0
// RUN: bash %S/Inputs/exits.sh 1 wafer-run %s --mode=reference --random-inputs --seed=2 --expect %t/r1.pb > /dev/null

// NaN equals NaN, and an infinity itself only.
// RUN: %python %S/Inputs/tensor.py %t/odd.npy '<f4' 2x3 nan inf 1 2 3 4
// RUN: %python %S/Inputs/tensor.py %t/zero.npy '<f4' 3 0
// RUN: wafer-run %s --mode=reference --input %t/odd.npy --input %t/zero.npy --expect sum=%t/odd.npy
// RUN: not wafer-run %s --mode=reference --input %t/odd.npy --input %t/zero.npy --expect sum=%t/sum.npy --json %t/odd.json \
// RUN:   | FileCheck %s --check-prefix=ODD
// ODD: max abs error inf at [0, 0], relative RMS inf, 6 of 6 elements differ, first at [0, 0]: got nan, expected 1.5

func.func @main(%x: tensor<2x3xf32> {graph.name = "x"}, %y: tensor<3xf32> {graph.name = "y"})
    -> (tensor<2x3xf32> {graph.name = "sum"}, tensor<2x3xf32> {graph.name = "top"}) {
  %0 = graph.add %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = graph.relu %0 : tensor<2x3xf32>
  return %0, %1 : tensor<2x3xf32>, tensor<2x3xf32>
}
