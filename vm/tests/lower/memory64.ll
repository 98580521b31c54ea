define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = getelementptr inbounds i8, ptr %0, i32 56
  %6 = load ptr, ptr %5, align 8, !invariant.load !{}
  %7 = getelementptr inbounds i8, ptr %6, i32 8
  %8 = load i64, ptr %7, align 8, !tbaa length
  %9 = sub i64 %8, 4
  %10 = icmp ugt i64 %4, %9
  br i1 %10, label %11, label %12, !prof i32 1, i32 1048576

11:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

12:                                               ; preds = %2
  %13 = getelementptr inbounds i8, ptr %0, i32 48
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr i8, ptr %14, i64 %4
  %16 = load i32, ptr %15, align 1, !tbaa memory
  ret i32 %16
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = getelementptr inbounds i8, ptr %0, i32 56
  %6 = load ptr, ptr %5, align 8, !invariant.load !{}
  %7 = getelementptr inbounds i8, ptr %6, i32 8
  %8 = load i64, ptr %7, align 8, !tbaa length
  %9 = sub i64 %8, 131076
  %10 = icmp ugt i64 %4, %9
  %11 = icmp ult i64 %8, 131076
  %12 = or i1 %11, %10
  br i1 %12, label %13, label %14, !prof i32 1, i32 1048576

13:                                               ; preds = %2
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

14:                                               ; preds = %2
  %15 = getelementptr inbounds i8, ptr %0, i32 48
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = add nuw i64 %4, 131072
  %18 = getelementptr i8, ptr %16, i64 %17
  %19 = load i32, ptr %18, align 1, !tbaa memory
  ret i32 %19
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  br i1 true, label %5, label %6, !prof i32 1, i32 1048576

5:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

6:                                                ; preds = %2
  %7 = getelementptr inbounds i8, ptr %0, i32 48
  %8 = load ptr, ptr %7, align 8, !invariant.load !{}
  %9 = add nuw i64 %4, -1
  %10 = getelementptr i8, ptr %8, i64 %9
  %11 = load i32, ptr %10, align 1, !tbaa memory
  ret i32 %11
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = trunc i32 %7 to i8
  %9 = zext i32 %6 to i64
  %10 = getelementptr inbounds i8, ptr %0, i32 72
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = getelementptr inbounds i8, ptr %11, i32 8
  %13 = load i64, ptr %12, align 8, !tbaa length
  %14 = sub i64 %13, 4
  %15 = icmp ugt i64 %9, %14
  %16 = icmp ult i64 %13, 4
  %17 = or i1 %16, %15
  br i1 %17, label %18, label %19, !prof i32 1, i32 1048576

18:                                               ; preds = %3
  call void @llvm.ubsantrap(i8 2) [nomerge]
  unreachable

19:                                               ; preds = %3
  %20 = getelementptr inbounds i8, ptr %0, i32 64
  %21 = load ptr, ptr %20, align 8, !invariant.load !{}
  %22 = add nuw i64 %9, 3
  %23 = getelementptr i8, ptr %21, i64 %22
  store volatile i8 %8, ptr %23, align 1, !tbaa memory
  ret void
}

define hidden i64 @f4(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 56
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 8
  %5 = load i64, ptr %4, align 8, !tbaa length
  %6 = lshr i64 %5, 16
  ret i64 %6
}

define hidden i64 @f5(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = getelementptr inbounds i8, ptr %0, i32 8
  %6 = load ptr, ptr %5, align 8, !invariant.load !{}
  %7 = load ptr, ptr %6, align 8, !invariant.load !{}
  %8 = call i64 %7(ptr %0, i32 0, i64 %4) [nounwind]
  ret i64 %8
}
