define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(104) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = load ptr, ptr %0, align 8, !invariant.load !{}
  %6 = getelementptr inbounds i8, ptr %5, i32 416
  store i32 %4, ptr %6, align 4, !tbaa overflow
  %7 = getelementptr inbounds i8, ptr %0, i32 96
  %8 = load ptr, ptr %7, align 8, !invariant.load !{}
  %9 = getelementptr inbounds i8, ptr %0, i32 8
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = getelementptr inbounds i8, ptr %10, i32 208
  %12 = load ptr, ptr %11, align 8, !invariant.load !{}
  %13 = call { i64, i64 } %12(ptr %0, ptr %8)
  %14 = extractvalue { i64, i64 } %13, 0
  %15 = extractvalue { i64, i64 } %13, 1
  %16 = load ptr, ptr %0, align 8, !invariant.load !{}
  %17 = getelementptr inbounds i8, ptr %16, i32 416
  %18 = load i32, ptr %17, align 4, !tbaa overflow
  ret i32 %18
}

define hidden ptr @f1(ptr noundef nonnull align 16 dereferenceable(104) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 64
  %3 = icmp eq ptr %2, null
  br i1 %3, label %4, label %5, !prof i32 1, i32 1048576

4:                                                ; preds = %1
  call void @llvm.ubsantrap(i8 15) [nomerge]
  unreachable

5:                                                ; preds = %1
  %6 = getelementptr inbounds i8, ptr %0, i32 36
  %7 = load i32, ptr %6, align 4, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %0, i32 8
  %9 = load ptr, ptr %8, align 8, !invariant.load !{}
  %10 = getelementptr inbounds i8, ptr %9, i32 184
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = call i64 %11(ptr %0, i32 %7, ptr %2) [nounwind]
  %13 = icmp eq i64 %12, 0
  br i1 %13, label %14, label %15, !prof i32 1, i32 1048576

14:                                               ; preds = %5
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

15:                                               ; preds = %5
  %16 = inttoptr i64 %12 to ptr
  ret ptr %16
}

define hidden ptr @f2(ptr noundef nonnull align 16 dereferenceable(104) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 24) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = load ptr, ptr %0, align 8, !invariant.load !{}
  %9 = getelementptr inbounds i8, ptr %8, i32 416
  store i32 1, ptr %9, align 4, !tbaa overflow
  %10 = getelementptr inbounds i8, ptr %0, i32 44
  %11 = load i32, ptr %10, align 4, !invariant.load !{}
  %12 = getelementptr inbounds i8, ptr %0, i32 8
  %13 = load ptr, ptr %12, align 8, !invariant.load !{}
  %14 = getelementptr inbounds i8, ptr %13, i32 192
  %15 = load ptr, ptr %14, align 8, !invariant.load !{}
  %16 = call i64 %15(ptr %0, i32 %11, ptr %4, i32 1) [nounwind]
  %17 = icmp eq i64 %16, 1
  br i1 %17, label %18, label %19, !prof i32 1, i32 1048576

18:                                               ; preds = %7
  call void @llvm.ubsantrap(i8 23) [nomerge]
  unreachable

19:                                               ; preds = %7
  %20 = icmp eq i64 %16, 0
  br i1 %20, label %21, label %22, !prof i32 1, i32 1048576

21:                                               ; preds = %19
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

22:                                               ; preds = %19
  %23 = inttoptr i64 %16 to ptr
  ret ptr %23
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(104) %0, ptr %1) {
  %3 = alloca [16 x i8], align 8
  %4 = alloca ptr, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %4, align 8
  %6 = icmp eq ptr %5, null
  br i1 %6, label %7, label %8, !prof i32 1, i32 1048576

7:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 24) [nomerge]
  unreachable

8:                                                ; preds = %2
  %9 = load ptr, ptr %0, align 8, !invariant.load !{}
  %10 = getelementptr inbounds i8, ptr %9, i32 416
  store i32 2, ptr %10, align 4, !tbaa overflow
  %11 = getelementptr inbounds i8, ptr %0, i32 96
  %12 = load ptr, ptr %11, align 8, !invariant.load !{}
  %13 = getelementptr inbounds i8, ptr %0, i32 36
  %14 = load i32, ptr %13, align 4, !invariant.load !{}
  %15 = getelementptr inbounds i8, ptr %3, i32 8
  store i32 %14, ptr %15, align 4
  store ptr %12, ptr %3, align 8
  %16 = getelementptr inbounds i8, ptr %0, i32 8
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = getelementptr inbounds i8, ptr %17, i32 200
  %19 = load ptr, ptr %18, align 8, !invariant.load !{}
  %20 = call { i64, i64 } %19(ptr %0, ptr %5, ptr %3, i64 4294967297, ptr null)
  %21 = extractvalue { i64, i64 } %20, 0
  %22 = extractvalue { i64, i64 } %20, 1
  switch i64 %21, label %28 [
    i64 1, label %23
  ]

23:                                               ; preds = %8
  %24 = load ptr, ptr %0, align 8, !invariant.load !{}
  %25 = getelementptr inbounds i8, ptr %24, i32 416
  %26 = load i32, ptr %25, align 4, !tbaa overflow
  %27 = inttoptr i64 %22 to ptr
  br label %32

28:                                               ; preds = %8
  %29 = load ptr, ptr %0, align 8, !invariant.load !{}
  %30 = getelementptr inbounds i8, ptr %29, i32 416
  %31 = load i32, ptr %30, align 4, !tbaa overflow
  ret i32 %31

32:                                               ; preds = %23
  %33 = phi i32 [ %26, %23 ]
  %34 = phi ptr [ %27, %23 ]
  ret i32 %33
}
