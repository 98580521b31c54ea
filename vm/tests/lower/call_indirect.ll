define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 56
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 48
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = mul nuw i64 %5, 8
  %16 = getelementptr i8, ptr %14, i64 %15
  %17 = load ptr, ptr %16, align 8, !tbaa table
  %18 = icmp eq ptr %17, null
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %12
  call void @llvm.ubsantrap(i8 5) [nomerge]
  unreachable

20:                                               ; preds = %12
  %21 = getelementptr inbounds i8, ptr %0, i32 32
  %22 = load i32, ptr %21, align 4, !invariant.load !{}
  %23 = getelementptr inbounds i8, ptr %17, i32 16
  %24 = load i32, ptr %23, align 4, !invariant.load !{}
  %25 = icmp eq i32 %24, %22
  %26 = xor i1 %25, true
  br i1 %26, label %27, label %28, !prof i32 1, i32 1048576

27:                                               ; preds = %20
  call void @llvm.ubsantrap(i8 6) [nomerge]
  unreachable

28:                                               ; preds = %20
  %29 = load ptr, ptr %17, align 8, !invariant.load !{}
  %30 = getelementptr inbounds i8, ptr %17, i32 8
  %31 = load ptr, ptr %30, align 8, !invariant.load !{}
  %32 = call i32 %29(ptr %31, i32 1)
  ret i32 %32
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 56
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 48
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = mul nuw i64 %5, 8
  %16 = getelementptr i8, ptr %14, i64 %15
  %17 = load ptr, ptr %16, align 8, !tbaa table
  %18 = icmp eq ptr %17, null
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %12
  call void @llvm.ubsantrap(i8 5) [nomerge]
  unreachable

20:                                               ; preds = %12
  %21 = getelementptr inbounds i8, ptr %0, i32 36
  %22 = load i32, ptr %21, align 4, !invariant.load !{}
  %23 = getelementptr inbounds i8, ptr %17, i32 16
  %24 = load i32, ptr %23, align 4, !invariant.load !{}
  %25 = icmp eq i32 %24, %22
  br i1 %25, label %35, label %26

26:                                               ; preds = %20
  %27 = getelementptr inbounds i8, ptr %17, i32 20
  %28 = load i32, ptr %27, align 4, !invariant.load !{}
  %29 = icmp ugt i32 %28, 0
  br i1 %29, label %30, label %35

30:                                               ; preds = %26
  %31 = getelementptr inbounds i8, ptr %17, i32 24
  %32 = load ptr, ptr %31, align 8, !invariant.load !{}
  %33 = load i32, ptr %32, align 4, !invariant.load !{}
  %34 = icmp eq i32 %33, %22
  br label %35

35:                                               ; preds = %30, %26, %20
  %36 = phi i1 [ true, %20 ], [ false, %26 ], [ %34, %30 ]
  %37 = xor i1 %36, true
  br i1 %37, label %38, label %39, !prof i32 1, i32 1048576

38:                                               ; preds = %35
  call void @llvm.ubsantrap(i8 6) [nomerge]
  unreachable

39:                                               ; preds = %35
  %40 = load ptr, ptr %17, align 8, !invariant.load !{}
  %41 = getelementptr inbounds i8, ptr %17, i32 8
  %42 = load ptr, ptr %41, align 8, !invariant.load !{}
  %43 = call i32 %40(ptr %42, i32 1)
  ret i32 %43
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 72
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 64
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = mul nuw i64 %5, 8
  %16 = getelementptr i8, ptr %14, i64 %15
  %17 = load ptr, ptr %16, align 8, !tbaa table
  %18 = icmp eq ptr %17, null
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %12
  call void @llvm.ubsantrap(i8 5) [nomerge]
  unreachable

20:                                               ; preds = %12
  %21 = load ptr, ptr %17, align 8, !invariant.load !{}
  %22 = getelementptr inbounds i8, ptr %17, i32 8
  %23 = load ptr, ptr %22, align 8, !invariant.load !{}
  %24 = call i32 %21(ptr %23, i32 1)
  ret i32 %24
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 15) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = load ptr, ptr %4, align 8, !invariant.load !{}
  %9 = getelementptr inbounds i8, ptr %4, i32 8
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = call i32 %8(ptr %10, i32 1)
  ret i32 %11
}

define hidden i32 @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 15) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = load ptr, ptr %4, align 8, !invariant.load !{}
  %9 = getelementptr inbounds i8, ptr %4, i32 8
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = call i32 %8(ptr %10, i32 1)
  ret i32 %11
}
