define hidden ptr @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 25) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = load ptr, ptr %0, align 8, !invariant.load !{}
  %9 = getelementptr inbounds i8, ptr %8, i32 24
  %10 = getelementptr inbounds i8, ptr %9, i32 8
  %11 = load ptr, ptr %9, align 8, !tbaa run
  %12 = load i64, ptr %10, align 8, !tbaa run
  %13 = ptrtoint ptr %11 to i64
  %14 = sub i64 %12, %13
  %15 = icmp ult i64 %14, 16
  br i1 %15, label %16, label %26, !prof i32 1, i32 1048576

16:                                               ; preds = %7
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

26:                                               ; preds = %7
  %27 = add i64 %13, 16
  store volatile i64 %27, ptr %9, align 8, !tbaa run
  %28 = getelementptr inbounds i8, ptr %0, i32 32
  %29 = load i32, ptr %28, align 4, !invariant.load !{}
  %30 = zext i32 %29 to i64
  store i64 %30, ptr %11, align 8, !tbaa header
  br label %31

31:                                               ; preds = %26, %24
  %32 = phi ptr [ %11, %26 ], [ %25, %24 ]
  %33 = getelementptr inbounds i8, ptr %32, i32 8
  store volatile i32 1, ptr %33, align 4, !tbaa field i32
  %34 = load ptr, ptr %0, align 8, !invariant.load !{}
  %35 = getelementptr inbounds i8, ptr %34, i32 16
  %36 = load ptr, ptr %35, align 8, !invariant.load !{}
  %37 = ptrtoint ptr %36 to i64
  %38 = ptrtoint ptr %4 to i64
  %39 = sub nuw i64 %38, %37
  %40 = lshr i64 %39, 4
  %41 = trunc i64 %40 to i32
  %42 = getelementptr inbounds i8, ptr %32, i32 4
  store i32 %41, ptr %42, align 4, !tbaa header
  call void asm sideeffect "", "r"(ptr %4) [nounwind memory(none)]
  ret ptr %32
}

define hidden ptr @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 11) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = getelementptr inbounds i8, ptr %4, i32 4
  %9 = load i32, ptr %8, align 4, !tbaa header
  %10 = zext i32 %9 to i64
  %11 = mul nuw i64 %10, 16
  %12 = load ptr, ptr %0, align 8, !invariant.load !{}
  %13 = getelementptr inbounds i8, ptr %12, i32 16
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr i8, ptr %14, i64 %11
  %16 = call nonnull ptr asm sideeffect "", "=r,0"(ptr %15) [nounwind memory(none)]
  ret ptr %16
}

define hidden ptr @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1, ptr %2) {
  %4 = alloca ptr, align 8
  store ptr %1, ptr %4, align 8
  %5 = alloca ptr, align 8
  store ptr %2, ptr %5, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = icmp eq ptr %7, null
  br i1 %8, label %9, label %10, !prof i32 1, i32 1048576

9:                                                ; preds = %3
  call void @llvm.ubsantrap(i8 25) [nomerge]
  unreachable

10:                                               ; preds = %3
  %11 = icmp eq ptr %6, null
  br i1 %11, label %27, label %12

12:                                               ; preds = %10
  %13 = ptrtoint ptr %6 to i64
  %14 = and i64 %13, 3
  %15 = icmp eq i64 %14, 0
  br i1 %15, label %16, label %27

16:                                               ; preds = %12
  %17 = load i64, ptr %6, align 8, !tbaa header
  %18 = and i64 %17, -2147483648
  %19 = load ptr, ptr %0, align 8, !invariant.load !{}
  %20 = getelementptr inbounds i8, ptr %19, i32 16
  %21 = load ptr, ptr %20, align 8, !invariant.load !{}
  %22 = ptrtoint ptr %21 to i64
  %23 = ptrtoint ptr %7 to i64
  %24 = sub nuw i64 %23, %22
  %25 = shl i64 %24, 28
  %26 = icmp eq i64 %18, %25
  call void asm sideeffect "", "r"(ptr %7) [nounwind memory(none)]
  br label %27

27:                                               ; preds = %16, %12, %10
  %28 = phi i1 [ false, %10 ], [ false, %12 ], [ %26, %16 ]
  %29 = xor i1 %28, true
  br i1 %29, label %30, label %31, !prof i32 1, i32 1048576

30:                                               ; preds = %27
  call void @llvm.ubsantrap(i8 26) [nomerge]
  unreachable

31:                                               ; preds = %27
  ret ptr %6
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %18, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 3
  %9 = icmp eq i64 %8, 0
  br i1 %9, label %10, label %16

10:                                               ; preds = %6
  %11 = load i32, ptr %4, align 4, !tbaa header
  %12 = getelementptr inbounds i8, ptr %0, i32 32
  %13 = load i32, ptr %12, align 4, !invariant.load !{}
  %14 = or i32 %13, 0
  %15 = icmp eq i32 %11, %14
  br label %16

16:                                               ; preds = %10, %6
  %17 = phi i1 [ false, %6 ], [ %15, %10 ]
  br label %18

18:                                               ; preds = %16, %2
  %19 = phi i1 [ false, %2 ], [ %17, %16 ]
  %20 = zext i1 %19 to i32
  ret i32 %20
}
