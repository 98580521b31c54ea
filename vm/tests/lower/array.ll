define hidden ptr @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = getelementptr inbounds i8, ptr %0, i32 8
  %6 = load ptr, ptr %5, align 8, !invariant.load !{}
  %7 = getelementptr inbounds i8, ptr %6, i32 128
  %8 = load ptr, ptr %7, align 8, !invariant.load !{}
  %9 = call i64 %8(ptr %0, i32 1, i32 %4) [nounwind]
  %10 = icmp eq i64 %9, 0
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = inttoptr i64 %9 to ptr
  %14 = getelementptr inbounds i8, ptr %13, i32 8
  %15 = zext i32 %4 to i64
  %16 = getelementptr inbounds i8, ptr %0, i32 8
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = getelementptr inbounds i8, ptr %17, i32 136
  %19 = load ptr, ptr %18, align 8, !invariant.load !{}
  call void %19(ptr %0, ptr %14, i32 8, i64 %15, i64 3, i64 0) [nounwind]
  ret ptr %13
}

define hidden ptr @f1(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = load ptr, ptr %0, align 8, !invariant.load !{}
  %3 = getelementptr inbounds i8, ptr %2, i32 40
  %4 = getelementptr inbounds i8, ptr %3, i32 8
  %5 = load ptr, ptr %3, align 8, !tbaa run
  %6 = load i64, ptr %4, align 8, !tbaa run
  %7 = ptrtoint ptr %5 to i64
  %8 = sub i64 %6, %7
  %9 = icmp ult i64 %8, 32
  br i1 %9, label %10, label %20, !prof i32 1, i32 1048576

10:                                               ; preds = %1
  %11 = getelementptr inbounds i8, ptr %0, i32 8
  %12 = load ptr, ptr %11, align 8, !invariant.load !{}
  %13 = getelementptr inbounds i8, ptr %12, i32 128
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = call i64 %14(ptr %0, i32 1, i32 2) [nounwind]
  %16 = icmp eq i64 %15, 0
  br i1 %16, label %17, label %18, !prof i32 1, i32 1048576

17:                                               ; preds = %10
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

18:                                               ; preds = %10
  %19 = inttoptr i64 %15 to ptr
  br label %26

20:                                               ; preds = %1
  %21 = add i64 %7, 32
  store volatile i64 %21, ptr %3, align 8, !tbaa run
  %22 = getelementptr inbounds i8, ptr %0, i32 36
  %23 = load i32, ptr %22, align 4, !invariant.load !{}
  %24 = zext i32 %23 to i64
  %25 = or i64 %24, 10737418240
  store i64 %25, ptr %5, align 8, !tbaa header
  br label %26

26:                                               ; preds = %20, %18
  %27 = phi ptr [ %5, %20 ], [ %19, %18 ]
  %28 = getelementptr inbounds i8, ptr %27, i32 8
  store volatile i64 1, ptr %28, align 8, !tbaa element i64
  %29 = getelementptr inbounds i8, ptr %27, i32 16
  store volatile i64 2, ptr %29, align 8, !tbaa element i64
  ret ptr %27
}

define hidden ptr @f2(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 8
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 152
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  %6 = call i64 %5(ptr %0, i64 0, i32 0, i32 3) [nounwind]
  %7 = icmp eq i64 %6, 0
  br i1 %7, label %8, label %9, !prof i32 1, i32 1048576

8:                                                ; preds = %1
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

9:                                                ; preds = %1
  %10 = inttoptr i64 %6 to ptr
  %11 = icmp ult i64 %6, 256
  br i1 %11, label %12, label %13, !prof i32 1, i32 1048576

12:                                               ; preds = %9
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

13:                                               ; preds = %9
  ret ptr %10
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1, i32 %2) {
  %4 = alloca ptr, align 8
  store ptr %1, ptr %4, align 8
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load ptr, ptr %4, align 8
  %7 = load i32, ptr %5, align 4
  %8 = icmp eq ptr %6, null
  br i1 %8, label %9, label %10, !prof i32 1, i32 1048576

9:                                                ; preds = %3
  call void @llvm.ubsantrap(i8 19) [nomerge]
  unreachable

10:                                               ; preds = %3
  %11 = getelementptr inbounds i8, ptr %6, i32 4
  %12 = load i32, ptr %11, align 4, !tbaa header
  %13 = icmp uge i32 %7, %12
  br i1 %13, label %14, label %15, !prof i32 1, i32 1048576

14:                                               ; preds = %10
  call void @llvm.ubsantrap(i8 21) [nomerge]
  unreachable

15:                                               ; preds = %10
  %16 = zext i32 %7 to i64
  %17 = getelementptr inbounds i8, ptr %6, i32 8
  %18 = mul nuw i64 %16, 1
  %19 = getelementptr i8, ptr %17, i64 %18
  %20 = load i8, ptr %19, align 1, !tbaa element i8
  %21 = zext i8 %20 to i32
  ret i32 %21
}

define hidden void @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1, i32 %2) {
  %4 = alloca ptr, align 8
  store ptr %1, ptr %4, align 8
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load ptr, ptr %4, align 8
  %7 = load i32, ptr %5, align 4
  %8 = icmp eq ptr %6, null
  br i1 %8, label %9, label %10, !prof i32 1, i32 1048576

9:                                                ; preds = %3
  call void @llvm.ubsantrap(i8 19) [nomerge]
  unreachable

10:                                               ; preds = %3
  %11 = getelementptr inbounds i8, ptr %6, i32 4
  %12 = load i32, ptr %11, align 4, !tbaa header
  %13 = icmp uge i32 %7, %12
  br i1 %13, label %14, label %15, !prof i32 1, i32 1048576

14:                                               ; preds = %10
  call void @llvm.ubsantrap(i8 21) [nomerge]
  unreachable

15:                                               ; preds = %10
  %16 = zext i32 %7 to i64
  %17 = getelementptr inbounds i8, ptr %6, i32 8
  %18 = mul nuw i64 %16, 8
  %19 = getelementptr i8, ptr %17, i64 %18
  store volatile i64 5, ptr %19, align 8, !tbaa element i64
  ret void
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 19) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = getelementptr inbounds i8, ptr %4, i32 4
  %9 = load i32, ptr %8, align 4, !tbaa header
  ret i32 %9
}

define hidden void @f6(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = icmp eq ptr %5, null
  br i1 %6, label %7, label %8, !prof i32 1, i32 1048576

7:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 19) [nomerge]
  unreachable

8:                                                ; preds = %2
  %9 = icmp eq ptr %4, null
  br i1 %9, label %10, label %11, !prof i32 1, i32 1048576

10:                                               ; preds = %8
  call void @llvm.ubsantrap(i8 19) [nomerge]
  unreachable

11:                                               ; preds = %8
  %12 = getelementptr inbounds i8, ptr %4, i32 4
  %13 = load i32, ptr %12, align 4, !tbaa header
  %14 = zext i32 %13 to i64
  %15 = icmp ugt i64 2, %14
  br i1 %15, label %16, label %17, !prof i32 1, i32 1048576

16:                                               ; preds = %11
  call void @llvm.ubsantrap(i8 21) [nomerge]
  unreachable

17:                                               ; preds = %11
  %18 = getelementptr inbounds i8, ptr %5, i32 4
  %19 = load i32, ptr %18, align 4, !tbaa header
  %20 = zext i32 %19 to i64
  %21 = icmp ugt i64 3, %20
  br i1 %21, label %22, label %23, !prof i32 1, i32 1048576

22:                                               ; preds = %17
  call void @llvm.ubsantrap(i8 21) [nomerge]
  unreachable

23:                                               ; preds = %17
  %24 = getelementptr inbounds i8, ptr %4, i32 8
  %25 = getelementptr i8, ptr %24, i64 0
  %26 = getelementptr inbounds i8, ptr %5, i32 8
  %27 = getelementptr i8, ptr %26, i64 8
  %28 = getelementptr inbounds i8, ptr %0, i32 8
  %29 = load ptr, ptr %28, align 8, !invariant.load !{}
  %30 = getelementptr inbounds i8, ptr %29, i32 144
  %31 = load ptr, ptr %30, align 8, !invariant.load !{}
  call void %31(ptr %0, ptr %25, ptr %27, i64 16) [nounwind]
  ret void
}
