define hidden { i64, i64 } @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, i64 %1, i64 %2, i64 %3, i64 %4) {
  %6 = alloca i64, align 8
  store i64 %1, ptr %6, align 8
  %7 = alloca i64, align 8
  store i64 %2, ptr %7, align 8
  %8 = alloca i64, align 8
  store i64 %3, ptr %8, align 8
  %9 = alloca i64, align 8
  store i64 %4, ptr %9, align 8
  %10 = load i64, ptr %6, align 8
  %11 = load i64, ptr %7, align 8
  %12 = load i64, ptr %8, align 8
  %13 = load i64, ptr %9, align 8
  %14 = zext i64 %13 to i128
  %15 = shl i128 %14, 64
  %16 = zext i64 %12 to i128
  %17 = or i128 %15, %16
  %18 = zext i64 %11 to i128
  %19 = shl i128 %18, 64
  %20 = zext i64 %10 to i128
  %21 = or i128 %19, %20
  %22 = add i128 %21, %17
  %23 = trunc i128 %22 to i64
  %24 = lshr i128 %22, 64
  %25 = trunc i128 %24 to i64
  %mrv = insertvalue { i64, i64 } poison, i64 %23, 0
  %mrv1 = insertvalue { i64, i64 } %mrv, i64 %25, 1
  ret { i64, i64 } %mrv1
}

define hidden { i64, i64 } @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, i64 %1, i64 %2, i64 %3, i64 %4) {
  %6 = alloca i64, align 8
  store i64 %1, ptr %6, align 8
  %7 = alloca i64, align 8
  store i64 %2, ptr %7, align 8
  %8 = alloca i64, align 8
  store i64 %3, ptr %8, align 8
  %9 = alloca i64, align 8
  store i64 %4, ptr %9, align 8
  %10 = load i64, ptr %6, align 8
  %11 = load i64, ptr %7, align 8
  %12 = load i64, ptr %8, align 8
  %13 = load i64, ptr %9, align 8
  %14 = zext i64 %13 to i128
  %15 = shl i128 %14, 64
  %16 = zext i64 %12 to i128
  %17 = or i128 %15, %16
  %18 = zext i64 %11 to i128
  %19 = shl i128 %18, 64
  %20 = zext i64 %10 to i128
  %21 = or i128 %19, %20
  %22 = sub i128 %21, %17
  %23 = trunc i128 %22 to i64
  %24 = lshr i128 %22, 64
  %25 = trunc i128 %24 to i64
  %mrv = insertvalue { i64, i64 } poison, i64 %23, 0
  %mrv1 = insertvalue { i64, i64 } %mrv, i64 %25, 1
  ret { i64, i64 } %mrv1
}

define hidden { i64, i64 } @f2(ptr noundef nonnull align 16 dereferenceable(48) %0, i64 %1, i64 %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = sext i64 %6 to i128
  %9 = sext i64 %7 to i128
  %10 = mul i128 %8, %9
  %11 = trunc i128 %10 to i64
  %12 = lshr i128 %10, 64
  %13 = trunc i128 %12 to i64
  %mrv = insertvalue { i64, i64 } poison, i64 %11, 0
  %mrv1 = insertvalue { i64, i64 } %mrv, i64 %13, 1
  ret { i64, i64 } %mrv1
}

define hidden { i64, i64 } @f3(ptr noundef nonnull align 16 dereferenceable(48) %0, i64 %1, i64 %2) {
  %4 = alloca i64, align 8
  store i64 %1, ptr %4, align 8
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i64, ptr %4, align 8
  %7 = load i64, ptr %5, align 8
  %8 = zext i64 %6 to i128
  %9 = zext i64 %7 to i128
  %10 = mul i128 %8, %9
  %11 = trunc i128 %10 to i64
  %12 = lshr i128 %10, 64
  %13 = trunc i128 %12 to i64
  %mrv = insertvalue { i64, i64 } poison, i64 %11, 0
  %mrv1 = insertvalue { i64, i64 } %mrv, i64 %13, 1
  ret { i64, i64 } %mrv1
}
