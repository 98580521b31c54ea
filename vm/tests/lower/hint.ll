define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = icmp ne i32 %4, 0
  br i1 %5, label %6, label %7, !prof i32 1, i32 2000

6:                                                ; preds = %2
  ret i32 1

7:                                                ; preds = %2
  %8 = load i32, ptr %3, align 4
  %9 = icmp ne i32 %8, 0
  br i1 %9, label %11, label %10, !prof i32 2000, i32 1

10:                                               ; preds = %7
  ret i32 2

11:                                               ; preds = %7
  %12 = load i32, ptr %3, align 4
  %13 = icmp ne i32 %12, 0
  br i1 %13, label %15, label %14

14:                                               ; preds = %11
  ret i32 3

15:                                               ; preds = %11
  ret i32 4
}
