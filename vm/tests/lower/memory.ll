define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 56
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = add nuw i64 %5, 8
  %9 = getelementptr i8, ptr %7, i64 %8
  %10 = load volatile i32, ptr %9, align 1, !tbaa memory
  ret i32 %10
}

define hidden i64 @f1(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 56
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr i8, ptr %7, i64 %5
  %9 = load volatile i8, ptr %8, align 1, !tbaa memory
  %10 = sext i8 %9 to i64
  ret i64 %10
}

define hidden void @f2(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1, double %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca double, align 8
  store double %2, ptr %5, align 8
  %6 = load i32, ptr %4, align 4
  %7 = load double, ptr %5, align 8
  %8 = zext i32 %6 to i64
  %9 = getelementptr inbounds i8, ptr %0, i32 56
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = add nuw i64 %8, 4294967295
  %12 = getelementptr i8, ptr %10, i64 %11
  store volatile double %7, ptr %12, align 1, !tbaa memory
  ret void
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1, i64 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i32, ptr %4, align 4
  %7 = load i64, ptr %5, align 8
  %8 = trunc i64 %7 to i16
  %9 = zext i32 %6 to i64
  %10 = getelementptr inbounds i8, ptr %0, i32 72
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = getelementptr i8, ptr %11, i64 %9
  store volatile i16 %8, ptr %12, align 1, !tbaa memory
  ret void
}

define hidden i32 @f4(ptr noundef nonnull align 16 dereferenceable(96) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 64
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 8
  %5 = load i64, ptr %4, align 8, !tbaa length
  %6 = lshr i64 %5, 16
  %7 = trunc i64 %6 to i32
  ret i32 %7
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 8
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = load ptr, ptr %7, align 8, !invariant.load !{}
  %9 = call i64 %8(ptr %0, i32 1, i64 %5) [nounwind]
  %10 = trunc i64 %9 to i32
  ret i32 %10
}
