define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = add i32 %6, %7
  ret i32 %8
}

define hidden i64 @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, i64 %1, i64 %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = mul i64 %6, %7
  ret i64 %8
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = icmp eq i32 %7, 0
  br i1 %8, label %9, label %10, !prof i32 1, i32 1048576

9:                                                ; preds = %3
  call void @llvm.ubsantrap(i8 7) [nomerge]
  unreachable

10:                                               ; preds = %3
  %11 = icmp eq i32 %6, -2147483648
  %12 = icmp eq i32 %7, -1
  %13 = and i1 %11, %12
  br i1 %13, label %14, label %15, !prof i32 1, i32 1048576

14:                                               ; preds = %10
  call void @llvm.ubsantrap(i8 8) [nomerge]
  unreachable

15:                                               ; preds = %10
  %16 = sdiv i32 %6, %7
  ret i32 %16
}

define hidden i64 @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, i64 %1, i64 %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = icmp eq i64 %7, 0
  br i1 %8, label %9, label %10, !prof i32 1, i32 1048576

9:                                                ; preds = %3
  call void @llvm.ubsantrap(i8 7) [nomerge]
  unreachable

10:                                               ; preds = %3
  %11 = icmp eq i64 %7, -1
  %12 = select i1 %11, i64 1, i64 %7
  %13 = srem i64 %6, %12
  ret i64 %13
}

define hidden i32 @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = icmp eq i32 %7, 0
  br i1 %8, label %9, label %10, !prof i32 1, i32 1048576

9:                                                ; preds = %3
  call void @llvm.ubsantrap(i8 7) [nomerge]
  unreachable

10:                                               ; preds = %3
  %11 = urem i32 %6, %7
  ret i32 %11
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1, i32 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i32, align 4
  store i32 %2, ptr %5, align 4
  %6 = load i32, ptr %4, align 4
  %7 = load i32, ptr %5, align 4
  %8 = and i32 %7, 31
  %9 = shl i32 %6, %8
  ret i32 %9
}

define hidden i64 @f6(ptr noundef nonnull align 16 dereferenceable(64) %0, i64 %1, i64 %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = call i64 @llvm.fshr.i64(i64 %6, i64 %6, i64 %7)
  ret i64 %8
}

define hidden i32 @f7(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = call i32 @llvm.ctlz.i32(i32 %4, i1 false)
  ret i32 %5
}

define hidden i64 @f8(ptr noundef nonnull align 16 dereferenceable(64) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = call i64 @llvm.ctpop.i64(i64 %4)
  ret i64 %5
}

define hidden i32 @f9(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = icmp ne i32 %4, 0
  %6 = xor i1 %5, true
  %7 = zext i1 %6 to i32
  ret i32 %7
}

define hidden i32 @f10(ptr noundef nonnull align 16 dereferenceable(64) %0, i64 %1, i64 %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = icmp ult i64 %6, %7
  %9 = zext i1 %8 to i32
  ret i32 %9
}

define hidden i32 @f11(ptr noundef nonnull align 16 dereferenceable(64) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = trunc i32 %4 to i8
  %6 = sext i8 %5 to i32
  ret i32 %6
}
