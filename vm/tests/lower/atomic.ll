define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = and i32 %4, 3
  %6 = icmp ne i32 %5, 0
  br i1 %6, label %7, label %8, !prof i32 1, i32 1048576

7:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 13) [nomerge]
  unreachable

8:                                                ; preds = %2
  %9 = zext i32 %4 to i64
  %10 = getelementptr inbounds i8, ptr %0, i32 56
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = add nuw i64 %9, 4
  %13 = getelementptr i8, ptr %11, i64 %12
  %14 = load atomic volatile i32, ptr %13 seq_cst, align 4, !tbaa memory
  ret i32 %14
}

define hidden void @f1(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i64 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i32, ptr %4, align 4
  %7 = load i64, ptr %5, align 8
  %8 = and i32 %6, 7
  %9 = icmp ne i32 %8, 0
  br i1 %9, label %10, label %11, !prof i32 1, i32 1048576

10:                                               ; preds = %3
  call void @llvm.ubsantrap(i8 13) [nomerge]
  unreachable

11:                                               ; preds = %3
  %12 = zext i32 %6 to i64
  %13 = getelementptr inbounds i8, ptr %0, i32 56
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr i8, ptr %14, i64 %12
  store atomic volatile i64 %7, ptr %15 seq_cst, align 8, !tbaa memory
  ret void
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = and i32 %6, 3
  %9 = icmp ne i32 %8, 0
  br i1 %9, label %10, label %11, !prof i32 1, i32 1048576

10:                                               ; preds = %3
  call void @llvm.ubsantrap(i8 13) [nomerge]
  unreachable

11:                                               ; preds = %3
  %12 = zext i32 %6 to i64
  %13 = getelementptr inbounds i8, ptr %0, i32 56
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr i8, ptr %14, i64 %12
  %16 = atomicrmw volatile add ptr %15, i32 %7 seq_cst, align 4
  ret i32 %16
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = trunc i32 %7 to i8
  %9 = zext i32 %6 to i64
  %10 = getelementptr inbounds i8, ptr %0, i32 56
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = getelementptr i8, ptr %11, i64 %9
  %13 = atomicrmw volatile xchg ptr %12, i8 %8 seq_cst, align 1
  %14 = zext i8 %13 to i32
  ret i32 %14
}

define hidden i64 @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i64 %2, i64 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i64, align 8
  store i64 %2, ptr %6, align 8
  %7 = alloca i64, align 8
  store i64 %3, ptr %7, align 8
  %8 = load i32, ptr %5, align 4
  %9 = load i64, ptr %6, align 8
  %10 = load i64, ptr %7, align 8
  %11 = and i32 %8, 7
  %12 = icmp ne i32 %11, 0
  br i1 %12, label %13, label %14, !prof i32 1, i32 1048576

13:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 13) [nomerge]
  unreachable

14:                                               ; preds = %4
  %15 = zext i32 %8 to i64
  %16 = getelementptr inbounds i8, ptr %0, i32 56
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = getelementptr i8, ptr %17, i64 %15
  %19 = cmpxchg volatile ptr %18, i64 %9, i64 %10 seq_cst seq_cst, align 8
  %20 = extractvalue { i64, i1 } %19, 0
  ret i64 %20
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i64 %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca i32, align 4
  store i32 %2, ptr %6, align 4
  %7 = alloca i64, align 8
  store i64 %3, ptr %7, align 8
  %8 = load i32, ptr %5, align 4
  %9 = load i32, ptr %6, align 4
  %10 = load i64, ptr %7, align 8
  %11 = zext i32 %9 to i64
  %12 = and i32 %8, 3
  %13 = icmp ne i32 %12, 0
  br i1 %13, label %14, label %15, !prof i32 1, i32 1048576

14:                                               ; preds = %4
  call void @llvm.ubsantrap(i8 13) [nomerge]
  unreachable

15:                                               ; preds = %4
  %16 = zext i32 %8 to i64
  %17 = getelementptr inbounds i8, ptr %0, i32 8
  %18 = load ptr, ptr %17, align 8, !invariant.load !{}
  %19 = getelementptr inbounds i8, ptr %18, i32 80
  %20 = load ptr, ptr %19, align 8, !invariant.load !{}
  %21 = call i32 %20(ptr %0, i32 0, i64 %16, i64 0, i64 %11, i64 %10) [nounwind]
  %22 = icmp eq i32 %21, -1
  br i1 %22, label %23, label %24, !prof i32 1, i32 1048576

23:                                               ; preds = %15
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

24:                                               ; preds = %15
  ret i32 %21
}

define hidden i32 @f6(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = and i32 %6, 3
  %9 = icmp ne i32 %8, 0
  br i1 %9, label %10, label %11, !prof i32 1, i32 1048576

10:                                               ; preds = %3
  call void @llvm.ubsantrap(i8 13) [nomerge]
  unreachable

11:                                               ; preds = %3
  %12 = zext i32 %6 to i64
  %13 = getelementptr inbounds i8, ptr %0, i32 8
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr inbounds i8, ptr %14, i32 96
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = call i32 %16(ptr %0, i32 0, i64 %12, i64 0, i32 %7) [nounwind]
  %18 = icmp eq i32 %17, -1
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %11
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

20:                                               ; preds = %11
  ret i32 %17
}

define hidden void @f7(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  fence seq_cst
  ret void
}

define hidden i32 @f8(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 56
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr i8, ptr %7, i64 %5
  %9 = load volatile i32, ptr %8, align 1, !tbaa memory
  ret i32 %9
}
