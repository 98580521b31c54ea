define hidden <16 x i8> @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = shufflevector <16 x i8> %4, <16 x i8> %4, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %6 = sext <8 x i8> %5 to <8 x i16>
  %7 = bitcast <8 x i16> %6 to <16 x i8>
  ret <16 x i8> %7
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <4 x i32>
  %9 = bitcast <16 x i8> %6 to <4 x i32>
  %10 = shufflevector <4 x i32> %9, <4 x i32> %9, <2 x i32> <i32 0, i32 1>
  %11 = zext <2 x i32> %10 to <2 x i64>
  %12 = shufflevector <4 x i32> %8, <4 x i32> %8, <2 x i32> <i32 0, i32 1>
  %13 = zext <2 x i32> %12 to <2 x i64>
  %14 = mul <2 x i64> %11, %13
  %15 = bitcast <2 x i64> %14 to <16 x i8>
  ret <16 x i8> %15
}

define hidden <16 x i8> @f2(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = call <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8> %4, <16 x i8> splat (i8 1))
  %6 = bitcast <8 x i16> %5 to <16 x i8>
  ret <16 x i8> %6
}

define hidden <16 x i8> @f3(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <8 x i16>
  %9 = bitcast <16 x i8> %6 to <8 x i16>
  %10 = shufflevector <8 x i16> %9, <8 x i16> %8, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %11 = call <16 x i16> @llvm.smax.v16i16(<16 x i16> %10, <16 x i16> zeroinitializer)
  %12 = call <16 x i16> @llvm.smin.v16i16(<16 x i16> %11, <16 x i16> splat (i16 255))
  %13 = trunc <16 x i16> %12 to <16 x i8>
  ret <16 x i8> %13
}

define hidden <16 x i8> @f4(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <8 x i16>
  %9 = bitcast <16 x i8> %6 to <8 x i16>
  %10 = sext <8 x i16> %9 to <8 x i32>
  %11 = sext <8 x i16> %8 to <8 x i32>
  %12 = mul <8 x i32> %10, %11
  %13 = shufflevector <8 x i32> %12, <8 x i32> %12, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  %14 = shufflevector <8 x i32> %12, <8 x i32> %12, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  %15 = add <4 x i32> %13, %14
  %16 = bitcast <4 x i32> %15 to <16 x i8>
  ret <16 x i8> %16
}

define hidden <16 x i8> @f5(ptr noundef nonnull align 16 dereferenceable(48) %0, <16 x i8> %1, <16 x i8> %2) {
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
