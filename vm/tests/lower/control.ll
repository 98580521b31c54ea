define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(48) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = icmp ne i32 %4, 0
  br i1 %5, label %7, label %6

6:                                                ; preds = %2
  br label %7

7:                                                ; preds = %6, %2
  %8 = phi i32 [ 1, %2 ], [ 2, %6 ]
  ret i32 %8
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(48) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  br label %4

4:                                                ; preds = %4, %2
  %5 = load i32, ptr %3, align 4
  %6 = sub i32 %5, 1
  store i32 %6, ptr %3, align 4
  %7 = icmp ne i32 %6, 0
  br i1 %7, label %4, label %8

8:                                                ; preds = %4
  %9 = load i32, ptr %3, align 4
  ret i32 %9
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(48) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = icmp slt i32 %4, 0
  %6 = zext i1 %5 to i32
  br i1 %5, label %7, label %8

7:                                                ; preds = %2
  br label %9

8:                                                ; preds = %2
  br label %9

9:                                                ; preds = %8, %7
  %10 = phi i32 [ -1, %7 ], [ 1, %8 ]
  ret i32 %10
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(48) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  br i1 true, label %5, label %6

5:                                                ; preds = %2
  ret i32 5

6:                                                ; preds = %2
  ret i32 %4
}

define hidden i32 @f4(ptr noundef nonnull align 16 dereferenceable(48) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  switch i32 %4, label %5 [
    i32 1, label %6
    i32 2, label %7
  ]

5:                                                ; preds = %2
  ret i32 10

6:                                                ; preds = %2
  ret i32 20

7:                                                ; preds = %2
  ret i32 30
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(48) %0) {
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable
}

define hidden { i32, i64 } @f6(ptr noundef nonnull align 16 dereferenceable(48) %0) {
  ret { i32, i64 } { i32 1, i64 2 }
}
