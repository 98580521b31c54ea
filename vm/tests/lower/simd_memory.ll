define hidden <16 x i8> @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 48
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr i8, ptr %7, i64 %5
  %9 = load volatile <16 x i8>, ptr %8, align 1, !tbaa memory
  ret <16 x i8> %9
}

define hidden <16 x i8> @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 48
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr i8, ptr %7, i64 %5
  %9 = load volatile <8 x i8>, ptr %8, align 1, !tbaa memory
  %10 = sext <8 x i8> %9 to <8 x i16>
  %11 = bitcast <8 x i16> %10 to <16 x i8>
  ret <16 x i8> %11
}

define hidden <16 x i8> @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 48
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr i8, ptr %7, i64 %5
  %9 = load volatile i32, ptr %8, align 1, !tbaa memory
  %10 = insertelement <4 x i32> poison, i32 %9, i32 0
  %11 = shufflevector <4 x i32> %10, <4 x i32> %10, <4 x i32> zeroinitializer
  %12 = bitcast <4 x i32> %11 to <16 x i8>
  ret <16 x i8> %12
}

define hidden <16 x i8> @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 48
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr i8, ptr %7, i64 %5
  %9 = load volatile i64, ptr %8, align 1, !tbaa memory
  %10 = insertelement <2 x i64> zeroinitializer, i64 %9, i32 0
  %11 = bitcast <2 x i64> %10 to <16 x i8>
  ret <16 x i8> %11
}

define hidden <16 x i8> @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, <16 x i8> %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load i32, ptr %4, align 4
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = bitcast <16 x i8> %7 to <8 x i16>
  %9 = zext i32 %6 to i64
  %10 = getelementptr inbounds i8, ptr %0, i32 48
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = getelementptr i8, ptr %11, i64 %9
  %13 = load volatile i16, ptr %12, align 1, !tbaa memory
  %14 = insertelement <8 x i16> %8, i16 %13, i32 5
  %15 = bitcast <8 x i16> %14 to <16 x i8>
  ret <16 x i8> %15
}

define hidden void @f5(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, <16 x i8> %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load i32, ptr %4, align 4
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = zext i32 %6 to i64
  %9 = getelementptr inbounds i8, ptr %0, i32 48
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = getelementptr i8, ptr %10, i64 %8
  store volatile <16 x i8> %7, ptr %11, align 1, !tbaa memory
  ret void
}

define hidden void @f6(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, <16 x i8> %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca <16 x i8>, align 16
  store <16 x i8> %2, ptr %5, align 16
  %6 = load i32, ptr %4, align 4
  %7 = load <16 x i8>, ptr %5, align 16
  %8 = extractelement <16 x i8> %7, i32 15
  %9 = zext i32 %6 to i64
  %10 = getelementptr inbounds i8, ptr %0, i32 48
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = getelementptr i8, ptr %11, i64 %9
  store volatile i8 %8, ptr %12, align 1, !tbaa memory
  ret void
}
