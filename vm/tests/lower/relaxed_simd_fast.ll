define hidden <16 x i8> @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = call <16 x i8> @llvm.x86.ssse3.pshuf.b.128(<16 x i8> %6, <16 x i8> %7)
  ret <16 x i8> %8
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <4 x float>
  %6 = call <4 x i32> @llvm.x86.sse2.cvttps2dq(<4 x float> %5)
  %7 = bitcast <4 x i32> %6 to <16 x i8>
  ret <16 x i8> %7
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
  %14 = call <4 x float> @llvm.fma.v4f32(<4 x float> %13, <4 x float> %12, <4 x float> %11)
  %15 = call <4 x float> @llvm.canonicalize.v4f32(<4 x float> %14)
  %16 = bitcast <4 x float> %15 to <16 x i8>
  ret <16 x i8> %16
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
  %15 = call <2 x double> @llvm.fma.v2f64(<2 x double> %14, <2 x double> %12, <2 x double> %11)
  %16 = call <2 x double> @llvm.canonicalize.v2f64(<2 x double> %15)
  %17 = bitcast <2 x double> %16 to <16 x i8>
  ret <16 x i8> %17
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
  %11 = icmp slt <16 x i8> %10, zeroinitializer
  %12 = select <16 x i1> %11, <16 x i8> %8, <16 x i8> %9
  ret <16 x i8> %12
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
  %12 = bitcast <4 x float> %11 to <16 x i8>
  ret <16 x i8> %12
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
  %11 = bitcast <8 x i16> %10 to <16 x i8>
  ret <16 x i8> %11
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
  %12 = call <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8> %9, <16 x i8> %8)
  %13 = call <4 x i32> @llvm.x86.sse2.pmadd.wd(<8 x i16> %12, <8 x i16> splat (i16 1))
  %14 = add <4 x i32> %13, %11
  %15 = bitcast <4 x i32> %14 to <16 x i8>
  ret <16 x i8> %15
}
