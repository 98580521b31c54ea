define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = extractelement <16 x i8> %4, i32 3
  %6 = sext i8 %5 to i32
  ret i32 %6
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, float %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca float, align 4
  store float %2, ptr %5, align 4
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load float, ptr %5, align 4
  %8 = bitcast <16 x i8> %6 to <4 x float>
  %9 = insertelement <4 x float> %8, float %7, i32 2
  %10 = bitcast <4 x float> %9 to <16 x i8>
  ret <16 x i8> %10
}

define hidden <16 x i8> @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = insertelement <2 x i64> poison, i64 %4, i32 0
  %6 = shufflevector <2 x i64> %5, <2 x i64> %5, <2 x i32> zeroinitializer
  %7 = bitcast <2 x i64> %6 to <16 x i8>
  ret <16 x i8> %7
}

define hidden <16 x i8> @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = shufflevector <16 x i8> %6, <16 x i8> %7, <16 x i32> <i32 0, i32 16, i32 1, i32 17, i32 2, i32 18, i32 3, i32 19, i32 4, i32 20, i32 5, i32 21, i32 6, i32 22, i32 7, i32 23>
  ret <16 x i8> %8
}

define hidden <16 x i8> @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
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

define hidden <16 x i8> @f5(ptr noundef nonnull align 16 dereferenceable(64) %0) {
  ret <16 x i8> <i8 1, i8 0, i8 0, i8 0, i8 2, i8 0, i8 0, i8 0, i8 3, i8 0, i8 0, i8 0, i8 4, i8 0, i8 0, i8 0>
}
