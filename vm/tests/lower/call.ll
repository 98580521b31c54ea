define hidden { i32, i64 } @f1(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i64 %2) {
  %4 = alloca i32, align 4
  store i32 %1, ptr %4, align 4
  %5 = alloca i64, align 8
  store i64 %2, ptr %5, align 8
  %6 = load i32, ptr %4, align 4
  %7 = load i64, ptr %5, align 8
  %mrv = insertvalue { i32, i64 } poison, i32 %6, 0
  %mrv1 = insertvalue { i32, i64 } %mrv, i64 %7, 1
  ret { i32, i64 } %mrv1
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, i32 %2, i32 %3, i32 %4, i32 %5) {
  %7 = load ptr, ptr %0, align 8, !invariant.load !{}
  %8 = getelementptr inbounds i8, ptr %7, i32 432
  %9 = load i32, ptr %8, align 4, !tbaa overflow
  %10 = alloca i32, align 4
  store i32 %9, ptr %10, align 4
  %11 = load i32, ptr %10, align 4
  ret i32 %11
}

define hidden { i32, i64 } @f3(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = call { i32, i64 } @f1(ptr %0, i32 1, i64 2)
  %3 = extractvalue { i32, i64 } %2, 0
  %4 = extractvalue { i32, i64 } %2, 1
  %mrv = insertvalue { i32, i64 } poison, i32 %3, 0
  %mrv1 = insertvalue { i32, i64 } %mrv, i64 %4, 1
  ret { i32, i64 } %mrv1
}

define hidden i64 @f4(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 56
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %0, i32 64
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  %6 = call i64 %3(ptr %5, i32 3)
  ret i64 %6
}

define hidden i32 @f5(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = load ptr, ptr %0, align 8, !invariant.load !{}
  %3 = getelementptr inbounds i8, ptr %2, i32 416
  store i32 6, ptr %3, align 4, !tbaa overflow
  %4 = load ptr, ptr %0, align 8, !invariant.load !{}
  %5 = getelementptr inbounds i8, ptr %4, i32 432
  store i32 7, ptr %5, align 4, !tbaa overflow
  %6 = call i32 @f2(ptr %0, i32 1, i32 2, i32 3, i32 4, i32 5)
  ret i32 %6
}
