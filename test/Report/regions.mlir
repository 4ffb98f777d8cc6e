// A class on many rectangles is told by the first of them; the JSON report has all.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s > %t.mlir
// RUN: waferc %t.mlir -o %t.wafer --report --json %t.json | FileCheck %s
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t.json

// CHECK: class @few on [0, 1] + [1, 0] + [2, 3] + [3, 2]: 4 PEs,
// CHECK: class @more on [0, 0] + [1, 1] + [2, 2] + [3, 3] + 1 more rectangle: 5 PEs,
// JSON: [0, 0] + [1, 1] + [2, 2] + [3, 3] + [0, 3]

pe.module @p0 machine(#mesh4x4) launches(1) {
  pe.program @few on [0, 1] + [1, 0] + [2, 3] + [3, 2] {
    pe.buffer @a : f32 x 2 at 6144
    pe.move f32 over [2] @a[0 : 1] = imm(1.0 : f32)
  }
  pe.program @more on [0, 0] + [1, 1] + [2, 2] + [3, 3] + [0, 3] {
    pe.buffer @a : f32 x 2 at 6144
    pe.move f32 over [2] @a[0 : 1] = imm(1.0 : f32)
  }
}
