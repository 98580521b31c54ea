define hidden <16 x i8> @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <4 x float>
  %9 = bitcast <16 x i8> %6 to <4 x float>
  %10 = fadd <4 x float> %9, %8
  %11 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %10)
  %12 = bitcast <4 x float> %11 to <16 x i8>
  ret <16 x i8> %12
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <4 x float>
  %6 = fmul <4 x float> %5, bitcast (<16 x i8> <i8 0, i8 0, i8 -128, i8 63, i8 0, i8 0, i8 -128, i8 63, i8 0, i8 0, i8 -128, i8 63, i8 0, i8 0, i8 -128, i8 63> to <4 x float>)
  %7 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %6)
  %8 = bitcast <4 x float> %7 to <16 x i8>
  ret <16 x i8> %8
}

define hidden <16 x i8> @f2(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <2 x double>
  %9 = bitcast <16 x i8> %6 to <2 x double>
  %10 = fcmp olt <2 x double> %9, %8
  %11 = select <2 x i1> %10, <2 x double> %9, <2 x double> %8
  %12 = fcmp olt <2 x double> %8, %9
  %13 = select <2 x i1> %12, <2 x double> %8, <2 x double> %9
  %14 = bitcast <2 x double> %11 to <2 x i64>
  %15 = bitcast <2 x double> %13 to <2 x i64>
  %16 = or <2 x i64> %14, %15
  %17 = bitcast <2 x i64> %16 to <2 x double>
  %18 = fadd <2 x double> %9, %8
  %19 = call <2 x double> @llvm.canonicalize.v2f64(<2 x double> %18)
  %20 = fcmp uno <2 x double> %9, %8
  %21 = select <2 x i1> %20, <2 x double> %19, <2 x double> %17
  %22 = bitcast <2 x double> %21 to <16 x i8>
  ret <16 x i8> %22
}

define hidden <16 x i8> @f3(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <4 x float>
  %9 = bitcast <16 x i8> %6 to <4 x float>
  %10 = fcmp ogt <4 x float> %8, %9
  %11 = select <4 x i1> %10, <4 x float> %8, <4 x float> %9
  %12 = bitcast <4 x float> %11 to <16 x i8>
  ret <16 x i8> %12
}

define hidden <16 x i8> @f4(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <2 x double>
  %6 = call <2 x double> @llvm.roundeven.v2f64(<2 x double> %5)
  %7 = bitcast <2 x double> %6 to <16 x i8>
  ret <16 x i8> %7
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
  %11 = sext <4 x i1> %10 to <4 x i32>
  %12 = bitcast <4 x i32> %11 to <16 x i8>
  ret <16 x i8> %12
}

define hidden <16 x i8> @f6(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
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

define hidden <16 x i8> @f7(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <2 x double>
  %6 = fcmp ogt <2 x double> %5, zeroinitializer
  %7 = select <2 x i1> %6, <2 x double> %5, <2 x double> zeroinitializer
  %8 = fcmp olt <2 x double> %7, splat (double 0x41EFFFFFFFE00000)
  %9 = select <2 x i1> %8, <2 x double> %7, <2 x double> splat (double 0x41EFFFFFFFE00000)
  %10 = call <2 x double> @llvm.trunc.v2f64(<2 x double> %9)
  %11 = fadd <2 x double> %10, splat (double 0x4330000000000000)
  %12 = bitcast <2 x double> %11 to <4 x i32>
  %13 = shufflevector <4 x i32> %12, <4 x i32> zeroinitializer, <4 x i32> <i32 0, i32 2, i32 4, i32 5>
  %14 = bitcast <4 x i32> %13 to <16 x i8>
  ret <16 x i8> %14
}

define hidden <16 x i8> @f8(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <4 x i32>
  %6 = shufflevector <4 x i32> %5, <4 x i32> %5, <2 x i32> <i32 0, i32 1>
  %7 = uitofp <2 x i32> %6 to <2 x double>
  %8 = bitcast <2 x double> %7 to <16 x i8>
  ret <16 x i8> %8
}

define hidden <16 x i8> @f9(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <2 x double>
  %6 = fptrunc <2 x double> %5 to <2 x float>
  %7 = shufflevector <2 x float> %6, <2 x float> zeroinitializer, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %8 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %7)
  %9 = bitcast <4 x float> %8 to <16 x i8>
  ret <16 x i8> %9
}
