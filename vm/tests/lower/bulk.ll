define hidden void @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i32 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i32, align 4
  store i32 %2, ptr %6, align 4
  %7 = alloca i32, align 4
  store i32 %3, ptr %7, align 4
  %8 = load i32, ptr %5, align 4
  %9 = load i32, ptr %6, align 4
  %10 = load i32, ptr %7, align 4
  %11 = zext i32 %10 to i64
  %12 = zext i32 %9 to i64
  %13 = zext i32 %8 to i64
  %14 = getelementptr inbounds i8, ptr %0, i32 8
  %15 = load ptr, ptr %14, align 8, !invariant.load !{}
  %16 = getelementptr inbounds i8, ptr %15, i32 16
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = call i32 %17(ptr %0, i64 0, i64 %13, i64 %12, i64 %11) [nounwind]
  %19 = icmp ne i32 %18, 0
  br i1 %19, label %20, label %21, !prof i32 1, i32 1048576

20:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

21:                                               ; preds = %4
  ret void
}

define hidden void @f1(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i32 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i32, align 4
  store i32 %2, ptr %6, align 4
  %7 = alloca i32, align 4
  store i32 %3, ptr %7, align 4
  %8 = load i32, ptr %5, align 4
  %9 = load i32, ptr %6, align 4
  %10 = load i32, ptr %7, align 4
  %11 = zext i32 %10 to i64
  %12 = zext i32 %8 to i64
  %13 = getelementptr inbounds i8, ptr %0, i32 8
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr inbounds i8, ptr %14, i32 8
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = call i32 %16(ptr %0, i32 0, i64 %12, i32 %9, i64 %11) [nounwind]
  %18 = icmp ne i32 %17, 0
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

20:                                               ; preds = %4
  ret void
}

define hidden void @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i32 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i32, align 4
  store i32 %2, ptr %6, align 4
  %7 = alloca i32, align 4
  store i32 %3, ptr %7, align 4
  %8 = load i32, ptr %5, align 4
  %9 = load i32, ptr %6, align 4
  %10 = load i32, ptr %7, align 4
  %11 = zext i32 %10 to i64
  %12 = zext i32 %9 to i64
  %13 = zext i32 %8 to i64
  %14 = getelementptr inbounds i8, ptr %0, i32 8
  %15 = load ptr, ptr %14, align 8, !invariant.load !{}
  %16 = getelementptr inbounds i8, ptr %15, i32 24
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = call i32 %17(ptr %0, i64 0, i64 %13, i64 %12, i64 %11) [nounwind]
  %19 = icmp ne i32 %18, 0
  br i1 %19, label %20, label %21, !prof i32 1, i32 1048576

20:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

21:                                               ; preds = %4
  ret void
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 8
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 32
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  call void %5(ptr %0, i32 0) [nounwind]
  ret void
}

define hidden void @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i32 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i32, align 4
  store i32 %2, ptr %6, align 4
  %7 = alloca i32, align 4
  store i32 %3, ptr %7, align 4
  %8 = load i32, ptr %5, align 4
  %9 = load i32, ptr %6, align 4
  %10 = load i32, ptr %7, align 4
  %11 = zext i32 %10 to i64
  %12 = zext i32 %9 to i64
  %13 = zext i32 %8 to i64
  %14 = getelementptr inbounds i8, ptr %0, i32 8
  %15 = load ptr, ptr %14, align 8, !invariant.load !{}
  %16 = getelementptr inbounds i8, ptr %15, i32 56
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = call i32 %17(ptr %0, i64 0, i64 %13, i64 %12, i64 %11) [nounwind]
  %19 = icmp ne i32 %18, 0
  br i1 %19, label %20, label %21, !prof i32 1, i32 1048576

20:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 3) [nomerge]
  unreachable

21:                                               ; preds = %4
  ret void
}

define hidden void @f5(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i32 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i32, align 4
  store i32 %2, ptr %6, align 4
  %7 = alloca i32, align 4
  store i32 %3, ptr %7, align 4
  %8 = load i32, ptr %5, align 4
  %9 = load i32, ptr %6, align 4
  %10 = load i32, ptr %7, align 4
  %11 = zext i32 %10 to i64
  %12 = zext i32 %9 to i64
  %13 = zext i32 %8 to i64
  %14 = getelementptr inbounds i8, ptr %0, i32 8
  %15 = load ptr, ptr %14, align 8, !invariant.load !{}
  %16 = getelementptr inbounds i8, ptr %15, i32 64
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = call i32 %17(ptr %0, i64 0, i64 %13, i64 %12, i64 %11) [nounwind]
  %19 = icmp ne i32 %18, 0
  br i1 %19, label %20, label %21, !prof i32 1, i32 1048576

20:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 3) [nomerge]
  unreachable

21:                                               ; preds = %4
  ret void
}

define hidden void @f6(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 8
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 72
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  call void %5(ptr %0, i32 0) [nounwind]
  ret void
}
