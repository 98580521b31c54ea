define hidden <16 x i8> @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = add <16 x i8> %6, %7
  ret <16 x i8> %8
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <8 x i16>
  %9 = bitcast <16 x i8> %6 to <8 x i16>
  %10 = call <8 x i16> @llvm.usub.sat.v8i16(<8 x i16> %9, <8 x i16> %8)
  %11 = bitcast <8 x i16> %10 to <16 x i8>
  ret <16 x i8> %11
}

define hidden <16 x i8> @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <4 x i32>
  %9 = bitcast <16 x i8> %6 to <4 x i32>
  %10 = call <4 x i32> @llvm.smin.v4i32(<4 x i32> %9, <4 x i32> %8)
  %11 = bitcast <4 x i32> %10 to <16 x i8>
  ret <16 x i8> %11
}

define hidden <16 x i8> @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <2 x i64>
  %9 = bitcast <16 x i8> %6 to <2 x i64>
  %10 = mul <2 x i64> %9, %8
  %11 = bitcast <2 x i64> %10 to <16 x i8>
  ret <16 x i8> %11
}

define hidden <16 x i8> @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = zext <16 x i8> %6 to <16 x i16>
  %9 = zext <16 x i8> %7 to <16 x i16>
  %10 = add <16 x i16> %8, %9
  %11 = add <16 x i16> %10, splat (i16 1)
  %12 = lshr <16 x i16> %11, splat (i16 1)
  %13 = trunc <16 x i16> %12 to <16 x i8>
  ret <16 x i8> %13
}

define hidden <16 x i8> @f5(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, i32 %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load i32, ptr %5, align 4
  %8 = bitcast <16 x i8> %6 to <8 x i16>
  %9 = and i32 %7, 15
  %10 = trunc i32 %9 to i16
  %11 = insertelement <8 x i16> poison, i16 %10, i32 0
  %12 = shufflevector <8 x i16> %11, <8 x i16> %11, <8 x i32> zeroinitializer
  %13 = ashr <8 x i16> %8, %12
  %14 = bitcast <8 x i16> %13 to <16 x i8>
  ret <16 x i8> %14
}

define hidden <16 x i8> @f6(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2) {
  %4 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %4, align 16
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load <16 x i8>, ptr %4, align 16
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <4 x i32>
  %9 = bitcast <16 x i8> %6 to <4 x i32>
  %10 = icmp ugt <4 x i32> %9, %8
  %11 = sext <4 x i1> %10 to <4 x i32>
  %12 = bitcast <4 x i32> %11 to <16 x i8>
  ret <16 x i8> %12
}

define hidden <16 x i8> @f7(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = call <16 x i8> @llvm.ctpop.v16i8(<16 x i8> %4)
  ret <16 x i8> %5
}

define hidden i32 @f8(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = bitcast <16 x i8> %4 to <4 x i32>
  %6 = icmp slt <4 x i32> %5, zeroinitializer
  %7 = bitcast <4 x i1> %6 to i4
  %8 = zext i4 %7 to i32
  ret i32 %8
}

define hidden i32 @f9(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1) {
  %3 = alloca <16 x i8>, align 16
  store <16 x i8> %1, ptr %3, align 16
  %4 = load <16 x i8>, ptr %3, align 16
  %5 = icmp eq <16 x i8> %4, zeroinitializer
  %6 = bitcast <16 x i1> %5 to i16
  %7 = icmp eq i16 %6, 0
  %8 = zext i1 %7 to i32
  ret i32 %8
}

define hidden <16 x i8> @f10(ptr noundef nonnull align 16 dereferenceable(64) %0, <16 x i8> %1, <16 x i8> %2, <16 x i8> %3) {
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
