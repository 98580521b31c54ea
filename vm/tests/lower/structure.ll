define hidden ptr @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, double %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca double, align 8
  store double %2, ptr %5, align 8
  %6 = load i32, ptr %4, align 4
  %7 = load double, ptr %5, align 8
  %8 = load ptr, ptr %0, align 8, !invariant.load !{}
  %9 = getelementptr inbounds i8, ptr %8, i32 56
  %10 = getelementptr inbounds i8, ptr %9, i32 8
  %11 = load ptr, ptr %9, align 8, !tbaa run
  %12 = load i64, ptr %10, align 8, !tbaa run
  %13 = ptrtoint ptr %11 to i64
  %14 = sub i64 %12, %13
  %15 = icmp ult i64 %14, 48
  br i1 %15, label %16, label %26, !prof i32 1, i32 1048576

16:                                               ; preds = %3
  %17 = getelementptr inbounds i8, ptr %0, i32 8
  %18 = load ptr, ptr %17, align 8, !invariant.load !{}
  %19 = getelementptr inbounds i8, ptr %18, i32 120
  %20 = load ptr, ptr %19, align 8, !invariant.load !{}
  %21 = call i64 %20(ptr %0, i32 0) [nounwind]
  %22 = icmp eq i64 %21, 0
  br i1 %22, label %23, label %24, !prof i32 1, i32 1048576

23:                                               ; preds = %16
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

24:                                               ; preds = %16
  %25 = inttoptr i64 %21 to ptr
  br label %31

26:                                               ; preds = %3
  %27 = add i64 %13, 48
  store volatile i64 %27, ptr %9, align 8, !tbaa run
  %28 = getelementptr inbounds i8, ptr %0, i32 32
  %29 = load i32, ptr %28, align 4, !invariant.load !{}
  %30 = zext i32 %29 to i64
  store i64 %30, ptr %11, align 8, !tbaa header
  br label %31

31:                                               ; preds = %26, %24
  %32 = phi ptr [ %11, %26 ], [ %25, %24 ]
  %33 = getelementptr inbounds i8, ptr %32, i32 8
  store volatile i32 %6, ptr %33, align 4, !tbaa field i32
  %34 = getelementptr inbounds i8, ptr %32, i32 16
  store volatile double %7, ptr %34, align 8, !tbaa field f64
  %35 = getelementptr inbounds i8, ptr %32, i32 24
  store volatile i8 7, ptr %35, align 1, !tbaa field i8
  %36 = getelementptr inbounds i8, ptr %32, i32 32
  store volatile ptr null, ptr %36, align 8, !tbaa field ref
  ret ptr %32
}

define hidden ptr @f1(ptr noundef nonnull align 16 dereferenceable(64) %0) {
  %2 = load ptr, ptr %0, align 8, !invariant.load !{}
  %3 = getelementptr inbounds i8, ptr %2, i32 56
  %4 = getelementptr inbounds i8, ptr %3, i32 8
  %5 = load ptr, ptr %3, align 8, !tbaa run
  %6 = load i64, ptr %4, align 8, !tbaa run
  %7 = ptrtoint ptr %5 to i64
  %8 = sub i64 %6, %7
  %9 = icmp ult i64 %8, 48
  br i1 %9, label %10, label %20, !prof i32 1, i32 1048576

10:                                               ; preds = %1
  %11 = getelementptr inbounds i8, ptr %0, i32 8
  %12 = load ptr, ptr %11, align 8, !invariant.load !{}
  %13 = getelementptr inbounds i8, ptr %12, i32 120
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = call i64 %14(ptr %0, i32 0) [nounwind]
  %16 = icmp eq i64 %15, 0
  br i1 %16, label %17, label %18, !prof i32 1, i32 1048576

17:                                               ; preds = %10
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

18:                                               ; preds = %10
  %19 = inttoptr i64 %15 to ptr
  br label %29

20:                                               ; preds = %1
  %21 = add i64 %7, 48
  store volatile i64 %21, ptr %3, align 8, !tbaa run
  %22 = getelementptr inbounds i8, ptr %0, i32 32
  %23 = load i32, ptr %22, align 4, !invariant.load !{}
  %24 = zext i32 %23 to i64
  store i64 %24, ptr %5, align 8, !tbaa header
  %25 = getelementptr inbounds i8, ptr %5, i32 8
  store volatile i64 0, ptr %25, align 8
  %26 = getelementptr inbounds i8, ptr %5, i32 16
  store volatile i64 0, ptr %26, align 8
  %27 = getelementptr inbounds i8, ptr %5, i32 24
  store volatile i64 0, ptr %27, align 8
  %28 = getelementptr inbounds i8, ptr %5, i32 32
  store volatile i64 0, ptr %28, align 8
  br label %29

29:                                               ; preds = %20, %18
  %30 = phi ptr [ %5, %20 ], [ %19, %18 ]
  ret ptr %30
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 18) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = getelementptr inbounds i8, ptr %4, i32 8
  %9 = load i32, ptr %8, align 4, !tbaa field i32
  ret i32 %9
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 18) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = getelementptr inbounds i8, ptr %4, i32 24
  %9 = load i8, ptr %8, align 1, !tbaa field i8
  %10 = sext i8 %9 to i32
  ret i32 %10
}

define hidden void @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 18) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = getelementptr inbounds i8, ptr %4, i32 16
  store volatile double 1.000000e+00, ptr %8, align 8, !tbaa field f64
  ret void
}
