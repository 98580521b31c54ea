define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(128) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 104
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 96
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
  %21 = getelementptr inbounds i8, ptr %0, i32 80
  %22 = load i32, ptr %21, align 4, !invariant.load !{}
  %23 = getelementptr inbounds i8, ptr %17, i32 16
  %24 = load i32, ptr %23, align 4, !invariant.load !{}
  %25 = getelementptr inbounds i8, ptr %0, i32 80
  %26 = load i32, ptr %25, align 4, !invariant.load !{}
  %27 = icmp eq i32 %24, %26
  %28 = xor i1 %27, true
  br i1 %28, label %29, label %30, !prof i32 1, i32 1048576

29:                                               ; preds = %20
  call void @llvm.ubsantrap(i8 6) [nomerge]
  unreachable

30:                                               ; preds = %20
  %31 = load ptr, ptr %17, align 8, !invariant.load !{}
  %32 = getelementptr inbounds i8, ptr %17, i32 8
  %33 = load ptr, ptr %32, align 8, !invariant.load !{}
  %34 = call i32 %31(ptr %33, i32 1)
  ret i32 %34
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(128) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 104
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 96
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
  %21 = getelementptr inbounds i8, ptr %0, i32 84
  %22 = load i32, ptr %21, align 4, !invariant.load !{}
  %23 = getelementptr inbounds i8, ptr %17, i32 16
  %24 = load i32, ptr %23, align 4, !invariant.load !{}
  %25 = getelementptr inbounds i8, ptr %0, i32 84
  %26 = load i32, ptr %25, align 4, !invariant.load !{}
  %27 = icmp eq i32 %24, %26
  br i1 %27, label %37, label %28

28:                                               ; preds = %20
  %29 = getelementptr inbounds i8, ptr %17, i32 20
  %30 = load i32, ptr %29, align 4, !invariant.load !{}
  %31 = icmp ugt i32 %30, 0
  br i1 %31, label %32, label %37

32:                                               ; preds = %28
  %33 = getelementptr inbounds i8, ptr %17, i32 24
  %34 = load ptr, ptr %33, align 8, !invariant.load !{}
  %35 = load i32, ptr %34, align 4, !invariant.load !{}
  %36 = icmp eq i32 %35, %22
  br label %37

37:                                               ; preds = %32, %28, %20
  %38 = phi i1 [ true, %20 ], [ false, %28 ], [ %36, %32 ]
  %39 = xor i1 %38, true
  br i1 %39, label %40, label %41, !prof i32 1, i32 1048576

40:                                               ; preds = %37
  call void @llvm.ubsantrap(i8 6) [nomerge]
  unreachable

41:                                               ; preds = %37
  %42 = load ptr, ptr %17, align 8, !invariant.load !{}
  %43 = getelementptr inbounds i8, ptr %17, i32 8
  %44 = load ptr, ptr %43, align 8, !invariant.load !{}
  %45 = call i32 %42(ptr %44, i32 1)
  ret i32 %45
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(128) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  %6 = getelementptr inbounds i8, ptr %0, i32 120
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load i64, ptr %8, align 8, !tbaa length
  %10 = icmp uge i64 %5, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 112
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

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(128) %0, ptr %1) {
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

define hidden i32 @f4(ptr noundef nonnull align 16 dereferenceable(128) %0, ptr %1) {
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
