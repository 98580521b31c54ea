define hidden ptr @f0(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 64
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 3) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 56
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = mul nuw i64 %5, 8
  %16 = getelementptr i8, ptr %14, i64 %15
  %17 = load ptr, ptr %16, align 8, !tbaa table
  ret ptr %17
}

define hidden void @f1(ptr noundef nonnull align 16 dereferenceable(96) %0, i64 %1, ptr %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca ptr, align 8
  store ptr %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = getelementptr inbounds i8, ptr %0, i32 80
  %9 = load ptr, ptr %8, align 8, !invariant.load !{}
  %10 = getelementptr inbounds i8, ptr %9, i32 8
  %11 = load i64, ptr %10, align 8, !tbaa length
  %12 = icmp uge i64 %6, %11
  br i1 %12, label %13, label %14, !prof i32 1, i32 1048576

13:                                               ; preds = %3
  call void @llvm.ubsantrap(i8 3) [nomerge]
  unreachable

14:                                               ; preds = %3
  %15 = getelementptr inbounds i8, ptr %0, i32 72
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = mul nuw i64 %6, 8
  %18 = getelementptr i8, ptr %16, i64 %17
  store volatile ptr %7, ptr %18, align 8, !tbaa table
  ret void
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(96) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 64
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 8
  %5 = load i64, ptr %4, align 8, !tbaa length
  %6 = trunc i64 %5 to i32
  ret i32 %6
}

define hidden i64 @f3(ptr noundef nonnull align 16 dereferenceable(96) %0, ptr %1, i64 %2) {
  %4 = alloca ptr, align 8
  store ptr %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = getelementptr inbounds i8, ptr %0, i32 8
  %9 = load ptr, ptr %8, align 8, !invariant.load !{}
  %10 = getelementptr inbounds i8, ptr %9, i32 40
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = call i64 %11(ptr %0, i32 1, ptr %6, i64 %7) [nounwind]
  ret i64 %12
}

define hidden void @f4(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1, ptr %2, i32 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca ptr, align 8
  store ptr %2, ptr %6, align 8
  %7 = alloca i32, align 4
  store i32 %3, ptr %7, align 4
  %8 = load i32, ptr %5, align 4
  %9 = load ptr, ptr %6, align 8
  %10 = load i32, ptr %7, align 4
  %11 = zext i32 %10 to i64
  %12 = zext i32 %8 to i64
  %13 = getelementptr inbounds i8, ptr %0, i32 8
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr inbounds i8, ptr %14, i32 48
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = call i32 %16(ptr %0, i32 0, i64 %12, ptr %9, i64 %11) [nounwind]
  %18 = icmp ne i32 %17, 0
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 3) [nomerge]
  unreachable

20:                                               ; preds = %4
  ret void
}
