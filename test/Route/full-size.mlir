// The families of a streamed product on a full wafer: the cost follows their pieces, not the PEs.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed -e 's/width = 4, height = 4/width = 750, height = 994/' \
// RUN:   -e 's/count = 2, first = 1, step = 2/count = 60, first = 8, step = 16/' %s \
// RUN:   | wafer-opt --wafer-route-streams -o %t
// RUN: FileCheck %s < %t
// RUN: wc -c < %t | FileCheck %s --check-prefix=BYTES

// 745,500 PEs in less than 20,000 bytes.
// BYTES: {{^1?[0-9]?[0-9][0-9][0-9][0-9]$}}

// CHECK: wafer.route @part colour {{[0-9]+}} epoch 0 on [0:749:2, 0:994] : ramp -> east
// CHECK: wafer.route @branch colour {{[0-9]+}} epoch 0 on {{.*}} : ramp -> north, south
// CHECK: wafer.route @trunk colour {{[0-9]+}} epoch 0 on {{.*}} : west -> ramp, east
wafer.program @product machine(#mesh4x4) launches(1) {
  wafer.stream @part : f32 for (0:749, 0:994) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  wafer.stream @branch : f32 for (0:375) from (i0, 8 + 16 * (((i0 + 1) * 60 - 1) floordiv 375)) to [i0:i0 + 1, 0:994]
  wafer.stream @trunk : f32 for (0:60) from "west" (0, 8 + 16 * i0) to [i0 * 375 floordiv 60:(i0 + 1) * 375 floordiv 60, 8 + 16 * i0:9 + 16 * i0]
}
