define hidden ptr @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = shl i32 %4, 1
  %6 = or i32 %5, 1
  %7 = zext i32 %6 to i64
  %8 = inttoptr i64 %7 to ptr
  ret ptr %8
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 16) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = ptrtoint ptr %4 to i32
  %9 = ashr i32 %8, 1
  ret i32 %9
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 16) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = ptrtoint ptr %4 to i32
  %9 = lshr i32 %8, 1
  ret i32 %9
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1, ptr %2) {
  %4 = alloca ptr, align 8
  store ptr %1, ptr %4, align 8
  %5 = alloca ptr, align 8
  store ptr %2, ptr %5, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = icmp eq ptr %6, %7
  %9 = zext i1 %8 to i32
  ret i32 %9
}

define hidden ptr @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  ret ptr %4
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %10, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 1
  %9 = icmp eq i64 %8, 1
  br label %10

10:                                               ; preds = %6, %2
  %11 = phi i1 [ false, %2 ], [ %9, %6 ]
  %12 = zext i1 %11 to i32
  ret i32 %12
}

define hidden ptr @f6(ptr noundef nonnull align 16 dereferenceable(64) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %10, label %6

6:                                                ; preds = %2
  %7 = ptrtoint ptr %4 to i64
  %8 = and i64 %7, 1
  %9 = icmp eq i64 %8, 1
  br label %10

10:                                               ; preds = %6, %2
  %11 = phi i1 [ false, %2 ], [ %9, %6 ]
  %12 = xor i1 %11, true
  br i1 %12, label %13, label %14, !prof i32 1, i32 1048576

13:                                               ; preds = %10
  call void @llvm.ubsantrap(i8 17) [nomerge]
  unreachable

14:                                               ; preds = %10
  ret ptr %4
}
