define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  ret i32 %4
}

define hidden ptr @f1(ptr noundef nonnull align 16 dereferenceable(96) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 64
  ret ptr %2
}

define hidden ptr @f2(ptr noundef nonnull align 16 dereferenceable(96) %0) {
  ret ptr null
}

define hidden i32 @f3(ptr noundef nonnull align 16 dereferenceable(96) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  %6 = zext i1 %5 to i32
  ret i32 %6
}

define hidden ptr @f4(ptr noundef nonnull align 16 dereferenceable(96) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 11) [nomerge]
  unreachable

7:                                                ; preds = %2
  ret ptr %4
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(96) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %7, label %6

6:                                                ; preds = %2
  ret i32 1

7:                                                ; preds = %2
  ret i32 0
}
