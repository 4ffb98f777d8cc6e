// Ops of arith and math on tensors: as LLVM and the C library compute them.
// RUN: %python %S/Inputs/compare-with-runner.py %s %t | FileCheck %s
// CHECK: all 6 programs agree

//--- functions
// Domains: %unit within (-1, 1), %pos above 0, %above above 1.
func.func @forward(%x: tensor<40xf32>) -> (tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>) {
  %eighth = arith.constant dense<0.125> : tensor<40xf32>
  %tiny = arith.constant dense<1.0e-3> : tensor<40xf32>
  %one = arith.constant dense<1.0> : tensor<40xf32>
  %t0 = arith.mulf %x, %eighth : tensor<40xf32>
  %unit = math.sin %t0 : tensor<40xf32>
  %t1 = math.absf %x : tensor<40xf32>
  %pos = arith.addf %t1, %tiny : tensor<40xf32>
  %above = arith.addf %pos, %one : tensor<40xf32>
  %absf = math.absf %x : tensor<40xf32>
  %acos = math.acos %unit : tensor<40xf32>
  %acosh = math.acosh %above : tensor<40xf32>
  %asin = math.asin %unit : tensor<40xf32>
  %asinh = math.asinh %x : tensor<40xf32>
  %atan = math.atan %x : tensor<40xf32>
  %atanh = math.atanh %unit : tensor<40xf32>
  %cbrt = math.cbrt %x : tensor<40xf32>
  %ceil = math.ceil %x : tensor<40xf32>
  %cos = math.cos %x : tensor<40xf32>
  %cosh = math.cosh %x : tensor<40xf32>
  %erf = math.erf %x : tensor<40xf32>
  %erfc = math.erfc %x : tensor<40xf32>
  %exp = math.exp %x : tensor<40xf32>
  %exp2 = math.exp2 %x : tensor<40xf32>
  %expm1 = math.expm1 %x : tensor<40xf32>
  %floor = math.floor %x : tensor<40xf32>
  %log = math.log %pos : tensor<40xf32>
  %log10 = math.log10 %pos : tensor<40xf32>
  %log1p = math.log1p %pos : tensor<40xf32>
  %log2 = math.log2 %pos : tensor<40xf32>
  %round = math.round %x : tensor<40xf32>
  %roundeven = math.roundeven %x : tensor<40xf32>
  %rsqrt = math.rsqrt %pos : tensor<40xf32>
  %sin = math.sin %x : tensor<40xf32>
  %sinh = math.sinh %x : tensor<40xf32>
  %sqrt = math.sqrt %pos : tensor<40xf32>
  %tan = math.tan %x : tensor<40xf32>
  %tanh = math.tanh %x : tensor<40xf32>
  %trunc = math.trunc %x : tensor<40xf32>
  %small = arith.mulf %x, %tiny : tensor<40xf32>
  %expm1_small = math.expm1 %small : tensor<40xf32>
  %log1p_small = math.log1p %small : tensor<40xf32>
  return %absf, %acos, %acosh, %asin, %asinh, %atan, %atanh, %cbrt, %ceil, %cos, %cosh, %erf, %erfc, %exp, %exp2, %expm1, %floor, %log, %log10, %log1p, %log2, %round, %roundeven, %rsqrt, %sin, %sinh, %sqrt, %tan, %tanh, %trunc, %expm1_small, %log1p_small : tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>
}
//--- pairs
func.func @forward(%x: tensor<40xf32>, %y: tensor<40xf32>) -> (tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>) {
  %one = arith.constant dense<1.25> : tensor<40xf32>
  %p0 = math.absf %x : tensor<40xf32>
  %pos = arith.addf %p0, %one : tensor<40xf32>
  %addf = arith.addf %x, %y : tensor<40xf32>
  %subf = arith.subf %x, %y : tensor<40xf32>
  %mulf = arith.mulf %x, %y : tensor<40xf32>
  %divf = arith.divf %x, %pos : tensor<40xf32>
  %remf = arith.remf %x, %pos : tensor<40xf32>
  %maximumf = arith.maximumf %x, %y : tensor<40xf32>
  %minimumf = arith.minimumf %x, %y : tensor<40xf32>
  %maxnumf = arith.maxnumf %x, %y : tensor<40xf32>
  %minnumf = arith.minnumf %x, %y : tensor<40xf32>
  %powf = math.powf %pos, %y : tensor<40xf32>
  %atan2 = math.atan2 %x, %y : tensor<40xf32>
  %copysign = math.copysign %x, %y : tensor<40xf32>
  %fma = math.fma %x, %y, %pos : tensor<40xf32>
  %neg = arith.negf %x : tensor<40xf32>
  return %addf, %subf, %mulf, %divf, %remf, %maximumf, %minimumf, %maxnumf, %minnumf, %powf, %atan2, %copysign, %fma, %neg : tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>
}
//--- float-comparisons
// Some of the elements are no numbers: 0/0.
func.func @forward(%x: tensor<40xf32>, %y: tensor<40xf32>) -> (tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>) {
  %zero = arith.constant dense<0.0> : tensor<40xf32>
  %xx = arith.divf %x, %x : tensor<40xf32>
  %a = arith.mulf %xx, %x : tensor<40xf32>
  %yy = arith.divf %y, %y : tensor<40xf32>
  %b = arith.mulf %yy, %y : tensor<40xf32>
  %inf = arith.divf %x, %zero : tensor<40xf32>
  %c0 = arith.cmpf oeq, %a, %b : tensor<40xf32>
  %n0 = arith.extui %c0 : tensor<40xi1> to tensor<40xi32>
  %c1 = arith.cmpf ogt, %a, %b : tensor<40xf32>
  %n1 = arith.extui %c1 : tensor<40xi1> to tensor<40xi32>
  %c2 = arith.cmpf oge, %a, %b : tensor<40xf32>
  %n2 = arith.extui %c2 : tensor<40xi1> to tensor<40xi32>
  %c3 = arith.cmpf olt, %a, %b : tensor<40xf32>
  %n3 = arith.extui %c3 : tensor<40xi1> to tensor<40xi32>
  %c4 = arith.cmpf ole, %a, %b : tensor<40xf32>
  %n4 = arith.extui %c4 : tensor<40xi1> to tensor<40xi32>
  %c5 = arith.cmpf one, %a, %b : tensor<40xf32>
  %n5 = arith.extui %c5 : tensor<40xi1> to tensor<40xi32>
  %c6 = arith.cmpf ord, %a, %b : tensor<40xf32>
  %n6 = arith.extui %c6 : tensor<40xi1> to tensor<40xi32>
  %c7 = arith.cmpf ueq, %a, %b : tensor<40xf32>
  %n7 = arith.extui %c7 : tensor<40xi1> to tensor<40xi32>
  %c8 = arith.cmpf ugt, %a, %b : tensor<40xf32>
  %n8 = arith.extui %c8 : tensor<40xi1> to tensor<40xi32>
  %c9 = arith.cmpf uge, %a, %b : tensor<40xf32>
  %n9 = arith.extui %c9 : tensor<40xi1> to tensor<40xi32>
  %c10 = arith.cmpf ult, %a, %b : tensor<40xf32>
  %n10 = arith.extui %c10 : tensor<40xi1> to tensor<40xi32>
  %c11 = arith.cmpf ule, %a, %b : tensor<40xf32>
  %n11 = arith.extui %c11 : tensor<40xi1> to tensor<40xi32>
  %c12 = arith.cmpf une, %a, %b : tensor<40xf32>
  %n12 = arith.extui %c12 : tensor<40xi1> to tensor<40xi32>
  %c13 = arith.cmpf uno, %a, %b : tensor<40xf32>
  %n13 = arith.extui %c13 : tensor<40xi1> to tensor<40xi32>
  %isnan = math.isnan %inf : tensor<40xf32>
  %isnan_n = arith.extui %isnan : tensor<40xi1> to tensor<40xi32>
  return %n0, %n1, %n2, %n3, %n4, %n5, %n6, %n7, %n8, %n9, %n10, %n11, %n12, %n13, %isnan_n : tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>
}
//--- special
func.func @forward(%x: tensor<40xf32>) -> (tensor<40xi32>, tensor<40xi32>, tensor<40xf32>) {
  %low = arith.constant dense<-2.0> : tensor<40xf32>
  %high = arith.constant dense<1.25> : tensor<40xf32>
  %2 = math.clampf %x to [%low, %high] : tensor<40xf32>
  %zero = arith.constant dense<0.0> : tensor<40xf32>
  %q = arith.divf %x, %zero : tensor<40xf32>
  %r = arith.maxnumf %q, %x : tensor<40xf32>
  %i = math.isinf %r : tensor<40xf32>
  %f = math.isfinite %q : tensor<40xf32>
  %0 = arith.extui %i : tensor<40xi1> to tensor<40xi32>
  %1 = arith.extui %f : tensor<40xi1> to tensor<40xi32>
  return %0, %1, %2 : tensor<40xi32>, tensor<40xi32>, tensor<40xf32>
}
//=== for LLVM
func.func @forward(%x: tensor<40xf32>) -> (tensor<40xi32>, tensor<40xi32>, tensor<40xf32>) {
  %low = arith.constant dense<-2.0> : tensor<40xf32>
  %high = arith.constant dense<1.25> : tensor<40xf32>
  %more = arith.maximumf %x, %low : tensor<40xf32>
  %2 = arith.minimumf %more, %high : tensor<40xf32>
  %zero = arith.constant dense<0.0> : tensor<40xf32>
  %inf = arith.constant dense<0x7F800000> : tensor<40xf32>
  %q = arith.divf %x, %zero : tensor<40xf32>
  %r = arith.maxnumf %q, %x : tensor<40xf32>
  %ra = math.absf %r : tensor<40xf32>
  %qa = math.absf %q : tensor<40xf32>
  %i = arith.cmpf oeq, %ra, %inf : tensor<40xf32>
  %f = arith.cmpf olt, %qa, %inf : tensor<40xf32>
  %0 = arith.extui %i : tensor<40xi1> to tensor<40xi32>
  %1 = arith.extui %f : tensor<40xi1> to tensor<40xi32>
  return %0, %1, %2 : tensor<40xi32>, tensor<40xi32>, tensor<40xf32>
}
//--- integers
// Of both signs, and divisors that are not 0.
func.func @forward(%x: tensor<40xi32>, %y: tensor<40xi32>, %z: tensor<40xi32>) -> (tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>) {
  %three = arith.constant dense<3> : tensor<40xi32>
  %nine = arith.constant dense<-9> : tensor<40xi32>
  %p = arith.muli %x, %nine : tensor<40xi32>
  %a = arith.addi %p, %z : tensor<40xi32>
  %q = arith.subi %y, %three : tensor<40xi32>
  %b = arith.addi %q, %q : tensor<40xi32>
  %divsi = arith.divsi %a, %b : tensor<40xi32>
  %divui = arith.divui %a, %b : tensor<40xi32>
  %remsi = arith.remsi %a, %b : tensor<40xi32>
  %remui = arith.remui %a, %b : tensor<40xi32>
  %floordivsi = arith.floordivsi %a, %b : tensor<40xi32>
  %ceildivsi = arith.ceildivsi %a, %b : tensor<40xi32>
  %andi = arith.andi %a, %b : tensor<40xi32>
  %ori = arith.ori %a, %b : tensor<40xi32>
  %xori = arith.xori %a, %b : tensor<40xi32>
  %maxsi = arith.maxsi %a, %b : tensor<40xi32>
  %maxui = arith.maxui %a, %b : tensor<40xi32>
  %minsi = arith.minsi %a, %b : tensor<40xi32>
  %minui = arith.minui %a, %b : tensor<40xi32>
  %shli = arith.shli %a, %y : tensor<40xi32>
  %shrsi = arith.shrsi %a, %y : tensor<40xi32>
  %shrui = arith.shrui %a, %y : tensor<40xi32>
  %c0 = arith.cmpi eq, %a, %b : tensor<40xi32>
  %n0 = arith.extui %c0 : tensor<40xi1> to tensor<40xi32>
  %c1 = arith.cmpi ne, %a, %b : tensor<40xi32>
  %n1 = arith.extui %c1 : tensor<40xi1> to tensor<40xi32>
  %c2 = arith.cmpi slt, %a, %b : tensor<40xi32>
  %n2 = arith.extui %c2 : tensor<40xi1> to tensor<40xi32>
  %c3 = arith.cmpi sle, %a, %b : tensor<40xi32>
  %n3 = arith.extui %c3 : tensor<40xi1> to tensor<40xi32>
  %c4 = arith.cmpi sgt, %a, %b : tensor<40xi32>
  %n4 = arith.extui %c4 : tensor<40xi1> to tensor<40xi32>
  %c5 = arith.cmpi sge, %a, %b : tensor<40xi32>
  %n5 = arith.extui %c5 : tensor<40xi1> to tensor<40xi32>
  %c6 = arith.cmpi ult, %a, %b : tensor<40xi32>
  %n6 = arith.extui %c6 : tensor<40xi1> to tensor<40xi32>
  %c7 = arith.cmpi ule, %a, %b : tensor<40xi32>
  %n7 = arith.extui %c7 : tensor<40xi1> to tensor<40xi32>
  %c8 = arith.cmpi ugt, %a, %b : tensor<40xi32>
  %n8 = arith.extui %c8 : tensor<40xi1> to tensor<40xi32>
  %c9 = arith.cmpi uge, %a, %b : tensor<40xi32>
  %n9 = arith.extui %c9 : tensor<40xi1> to tensor<40xi32>
  %abs = math.absi %a : tensor<40xi32>
  return %divsi, %divui, %remsi, %remui, %floordivsi, %ceildivsi, %andi, %ori, %xori, %maxsi, %maxui, %minsi, %minui, %shli, %shrsi, %shrui, %n0, %n1, %n2, %n3, %n4, %n5, %n6, %n7, %n8, %n9, %abs : tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>
}
//--- conversions
func.func @forward(%x: tensor<40xf32>, %n: tensor<40xi32>) -> (tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>) {
  %minus = arith.constant dense<-100> : tensor<40xi32>
  %m = arith.muli %n, %minus : tensor<40xi32>
  %byte = arith.trunci %m : tensor<40xi32> to tensor<40xi8>
  %odd = arith.trunci %n : tensor<40xi32> to tensor<40xi1>
  %b0 = arith.extsi %byte : tensor<40xi8> to tensor<40xi32>
  %b1 = arith.extui %byte : tensor<40xi8> to tensor<40xi32>
  %b2 = arith.extsi %odd : tensor<40xi1> to tensor<40xi32>
  %b3 = arith.extui %odd : tensor<40xi1> to tensor<40xi32>
  %b4 = arith.fptosi %x : tensor<40xf32> to tensor<40xi32>
  %abs = math.absf %x : tensor<40xf32>
  %b5 = arith.fptoui %abs : tensor<40xf32> to tensor<40xi32>
  %more = arith.cmpi ult, %m, %n : tensor<40xi32>
  %t0 = arith.addi %odd, %more : tensor<40xi1>
  %t1 = arith.muli %odd, %more : tensor<40xi1>
  %t2 = arith.cmpi slt, %odd, %more : tensor<40xi1>
  %t3 = arith.cmpi ult, %odd, %more : tensor<40xi1>
  %t4 = arith.maxsi %odd, %more : tensor<40xi1>
  %b6 = arith.extui %t0 : tensor<40xi1> to tensor<40xi32>
  %b7 = arith.extui %t1 : tensor<40xi1> to tensor<40xi32>
  %b8 = arith.extui %t2 : tensor<40xi1> to tensor<40xi32>
  %b9 = arith.extui %t3 : tensor<40xi1> to tensor<40xi32>
  %b10 = arith.extui %t4 : tensor<40xi1> to tensor<40xi32>
  %s = arith.select %odd, %b1, %b0 : tensor<40xi1>, tensor<40xi32>
  %f0 = arith.sitofp %byte : tensor<40xi8> to tensor<40xf32>
  %f1 = arith.uitofp %byte : tensor<40xi8> to tensor<40xf32>
  %f2 = arith.sitofp %odd : tensor<40xi1> to tensor<40xf32>
  %f3 = arith.uitofp %odd : tensor<40xi1> to tensor<40xf32>
  return %b0, %b1, %b2, %b3, %b4, %b5, %b6, %b7, %b8, %b9, %b10, %s, %f0, %f1, %f2, %f3 : tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xi32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>, tensor<40xf32>
}
