define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %20, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 3
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %10, label %18

10:                                               ; preds = %6
  %11 = load i32, ptr %4, align 4, !tbaa header
  %12 = getelementptr inbounds i8, ptr %0, i32 36
  %13 = load i32, ptr %12, align 4, !invariant.load !{}
  %14 = getelementptr inbounds i8, ptr %0, i32 36
  %15 = load i32, ptr %14, align 4, !invariant.load !{}
  %16 = or i32 %15, 0
  %17 = icmp eq i32 %11, %16
  br label %18

18:                                               ; preds = %10, %6
  %19 = phi i1 [ false, %6 ], [ %17, %10 ]
  br label %20

20:                                               ; preds = %18, %2
  %21 = phi i1 [ false, %2 ], [ %19, %18 ]
  %22 = zext i1 %21 to i32
  ret i32 %22
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %36, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 3
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %10, label %34

10:                                               ; preds = %6
  %11 = load i32, ptr %4, align 4, !tbaa header
  %12 = getelementptr inbounds i8, ptr %0, i32 32
  %13 = load i32, ptr %12, align 4, !invariant.load !{}
  %14 = getelementptr inbounds i8, ptr %0, i32 32
  %15 = load i32, ptr %14, align 4, !invariant.load !{}
  %16 = or i32 %15, 0
  %17 = icmp eq i32 %11, %16
  br i1 %17, label %32, label %18

18:                                               ; preds = %10
  %19 = and i32 %11, 2147483647
  %20 = zext i32 %19 to i64
  %21 = mul nuw i64 %20, 32
  %22 = getelementptr inbounds i8, ptr %0, i32 24
  %23 = load ptr, ptr %22, align 8, !invariant.load !{}
  %24 = getelementptr i8, ptr %23, i64 %21
  %25 = getelementptr inbounds i8, ptr %24, i32 8
  %26 = load i32, ptr %25, align 4, !invariant.load !{}
  %27 = icmp ugt i32 %26, 0
  br i1 %27, label %28, label %32

28:                                               ; preds = %18
  %29 = load ptr, ptr %24, align 8, !invariant.load !{}
  %30 = load i32, ptr %29, align 4, !invariant.load !{}
  %31 = icmp eq i32 %30, %13
  br label %32

32:                                               ; preds = %28, %18, %10
  %33 = phi i1 [ true, %10 ], [ false, %18 ], [ %31, %28 ]
  br label %34

34:                                               ; preds = %32, %6
  %35 = phi i1 [ false, %6 ], [ %33, %32 ]
  br label %36

36:                                               ; preds = %34, %2
  %37 = phi i1 [ true, %2 ], [ %35, %34 ]
  %38 = zext i1 %37 to i32
  ret i32 %38
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(48) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %16, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 3
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %10, label %14

10:                                               ; preds = %6
  %11 = load i32, ptr %4, align 4, !tbaa header
  %12 = and i32 %11, -2147483648
  %13 = icmp eq i32 %12, 0
  br label %14

14:                                               ; preds = %10, %6
  %15 = phi i1 [ false, %6 ], [ %13, %10 ]
  br label %16

16:                                               ; preds = %14, %2
  %17 = phi i1 [ false, %2 ], [ %15, %14 ]
  %18 = zext i1 %17 to i32
  ret i32 %18
}

define hidden ptr @f3(ptr noundef nonnull align 16 dereferenceable(48) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %20, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 3
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %10, label %18

10:                                               ; preds = %6
  %11 = load i32, ptr %4, align 4, !tbaa header
  %12 = getelementptr inbounds i8, ptr %0, i32 36
  %13 = load i32, ptr %12, align 4, !invariant.load !{}
  %14 = getelementptr inbounds i8, ptr %0, i32 36
  %15 = load i32, ptr %14, align 4, !invariant.load !{}
  %16 = or i32 %15, 0
  %17 = icmp eq i32 %11, %16
  br label %18

18:                                               ; preds = %10, %6
  %19 = phi i1 [ false, %6 ], [ %17, %10 ]
  br label %20

20:                                               ; preds = %18, %2
  %21 = phi i1 [ false, %2 ], [ %19, %18 ]
  %22 = xor i1 %21, true
  br i1 %22, label %23, label %24, !prof i32 1, i32 1048576

23:                                               ; preds = %20
  call void @llvm.ubsantrap(i8 17) [nomerge]
  unreachable

24:                                               ; preds = %20
  ret ptr %4
}

define hidden i32 @f4(ptr noundef nonnull align 16 dereferenceable(48) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %20, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 3
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %10, label %18

10:                                               ; preds = %6
  %11 = load i32, ptr %4, align 4, !tbaa header
  %12 = getelementptr inbounds i8, ptr %0, i32 36
  %13 = load i32, ptr %12, align 4, !invariant.load !{}
  %14 = getelementptr inbounds i8, ptr %0, i32 36
  %15 = load i32, ptr %14, align 4, !invariant.load !{}
  %16 = or i32 %15, 0
  %17 = icmp eq i32 %11, %16
  br label %18

18:                                               ; preds = %10, %6
  %19 = phi i1 [ false, %6 ], [ %17, %10 ]
  br label %20

20:                                               ; preds = %18, %2
  %21 = phi i1 [ false, %2 ], [ %19, %18 ]
  br i1 %21, label %23, label %22

22:                                               ; preds = %20
  ret i32 0

23:                                               ; preds = %20
  %24 = phi ptr [ %4, %20 ]
  ret i32 1
}
