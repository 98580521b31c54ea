define hidden <16 x i8> @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = call <16 x i8> @llvm.uadd.sat.v16i8(<16 x i8> %7, <16 x i8> splat (i8 112))
  %9 = call <16 x i8> @llvm.x86.ssse3.pshuf.b.128(<16 x i8> %6, <16 x i8> %8)
  ret <16 x i8> %9
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <4 x float>
  %6 = fcmp ord <4 x float> %5, %5
  %7 = select <4 x i1> %6, <4 x float> %5, <4 x float> zeroinitializer
  %8 = call <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float> %7)
  %9 = fcmp oge <4 x float> %7, splat (float 0x41E0000000000000)
  %10 = sext <4 x i1> %9 to <4 x i32>
  %11 = xor <4 x i32> %8, %10
  %12 = bitcast <4 x i32> %11 to <16 x i8>
  ret <16 x i8> %12
}

define hidden <16 x i8> @f2(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2, <16 x i8> %3) {
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %5, align 16
  %6 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %6, align 16
  %7 = alloca <16 x i8>, align 16
  store <16 x i8> %3, ptr %7, align 16
  %8 = load <16 x i8>, ptr %5, align 16
  %9 = load <16 x i8>, ptr %6, align 16
  %10 = load <16 x i8>, ptr %7, align 16
  %11 = bitcast <16 x i8> %10 to <4 x float>
  %12 = bitcast <16 x i8> %9 to <4 x float>
  %13 = bitcast <16 x i8> %8 to <4 x float>
  %14 = fmul <4 x float> %13, %12
  %15 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %14)
  %16 = fadd <4 x float> %15, %11
  %17 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %16)
  %18 = bitcast <4 x float> %17 to <16 x i8>
  ret <16 x i8> %18
}

define hidden <16 x i8> @f3(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2, <16 x i8> %3) {
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %5, align 16
  %6 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %6, align 16
  %7 = alloca <16 x i8>, align 16
  store <16 x i8> %3, ptr %7, align 16
  %8 = load <16 x i8>, ptr %5, align 16
  %9 = load <16 x i8>, ptr %6, align 16
  %10 = load <16 x i8>, ptr %7, align 16
  %11 = bitcast <16 x i8> %10 to <2 x double>
  %12 = bitcast <16 x i8> %9 to <2 x double>
  %13 = bitcast <16 x i8> %8 to <2 x double>
  %14 = fneg <2 x double> %13
  %15 = fmul <2 x double> %14, %12
  %16 = call <2 x double> @llvm.canonicalize.v2f64(<2 x double> %15)
  %17 = fadd <2 x double> %16, %11
  %18 = call <2 x double> @llvm.canonicalize.v2f64(<2 x double> %17)
  %19 = bitcast <2 x double> %18 to <16 x i8>
  ret <16 x i8> %19
}

define hidden <16 x i8> @f4(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2, <16 x i8> %3) {
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %5, align 16
  %6 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %6, align 16
  %7 = alloca <16 x i8>, align 16
  store <16 x i8> %3, ptr %7, align 16
  %8 = load <16 x i8>, ptr %5, align 16
  %9 = load <16 x i8>, ptr %6, align 16
  %10 = load <16 x i8>, ptr %7, align 16
  %11 = bitcast <16 x i8> %10 to <2 x i64>
  %12 = bitcast <16 x i8> %9 to <2 x i64>
  %13 = bitcast <16 x i8> %8 to <2 x i64>
  %14 = and <2 x i64> %13, %11
  %15 = xor <2 x i64> %11, splat (i64 -1)
  %16 = and <2 x i64> %12, %15
  %17 = or <2 x i64> %14, %16
  %18 = bitcast <2 x i64> %17 to <16 x i8>
  ret <16 x i8> %18
}

define hidden <16 x i8> @f5(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <4 x float>
  %9 = bitcast <16 x i8> %6 to <4 x float>
  %10 = fcmp olt <4 x float> %9, %8
  %11 = select <4 x i1> %10, <4 x float> %9, <4 x float> %8
  %12 = fcmp olt <4 x float> %8, %9
  %13 = select <4 x i1> %12, <4 x float> %8, <4 x float> %9
  %14 = bitcast <4 x float> %11 to <4 x i32>
  %15 = bitcast <4 x float> %13 to <4 x i32>
  %16 = or <4 x i32> %14, %15
  %17 = bitcast <4 x i32> %16 to <4 x float>
  %18 = fadd <4 x float> %9, %8
  %19 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %18)
  %20 = fcmp uno <4 x float> %9, %8
  %21 = select <4 x i1> %20, <4 x float> %19, <4 x float> %17
  %22 = bitcast <4 x float> %21 to <16 x i8>
  ret <16 x i8> %22
}

define hidden <16 x i8> @f6(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <8 x i16>
  %9 = bitcast <16 x i8> %6 to <8 x i16>
  %10 = call <8 x i16> @llvm.x86.ssse3.pmul.hr.sw.128(<8 x i16> %9, <8 x i16> %8)
  %11 = icmp eq <8 x i16> %10, splat (i16 -32768)
  %12 = sext <8 x i1> %11 to <8 x i16>
  %13 = xor <8 x i16> %10, %12
  %14 = bitcast <8 x i16> %13 to <16 x i8>
  ret <16 x i8> %14
}

define hidden <16 x i8> @f7(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2, <16 x i8> %3) {
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %5, align 16
  %6 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %6, align 16
  %7 = alloca <16 x i8>, align 16
  store <16 x i8> %3, ptr %7, align 16
  %8 = load <16 x i8>, ptr %5, align 16
  %9 = load <16 x i8>, ptr %6, align 16
  %10 = load <16 x i8>, ptr %7, align 16
  %11 = bitcast <16 x i8> %10 to <4 x i32>
  %12 = sext <16 x i8> %8 to <16 x i16>
  %13 = sext <16 x i8> %9 to <16 x i16>
  %14 = mul <16 x i16> %12, %13
  %15 = shufflevector <16 x i16> %14, <16 x i16> %14, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  %16 = shufflevector <16 x i16> %14, <16 x i16> %14, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  %17 = call <8 x i16> @llvm.sadd.sat.v8i16(<8 x i16> %15, <8 x i16> %16)
  %18 = call <4 x i32> @llvm.x86.sse2.pmadd.wd(<8 x i16> %17, <8 x i16> splat (i16 1))
  %19 = add <4 x i32> %18, %11
  %20 = bitcast <4 x i32> %19 to <16 x i8>
  ret <16 x i8> %20
}
