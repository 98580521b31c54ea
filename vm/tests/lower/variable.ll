define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = alloca i32, align 4
  store i32 0, ptr %4, align 4
  %5 = load i32, ptr %3, align 4
  store i32 %5, ptr %4, align 4
  %6 = load i32, ptr %4, align 4
  store i32 %6, ptr %3, align 4
  ret i32 %6
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 56
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = load i32, ptr %3, align 4, !invariant.load !{}
  ret i32 %4
}

define hidden void @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = getelementptr inbounds i8, ptr %0, i32 64
  store volatile i64 %4, ptr %5, align 8, !tbaa global
  ret void
}

define hidden double @f3(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, double %2, double %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca double, align 8
  store double %2, ptr %6, align 8
  %7 = alloca double, align 8
  store double %3, ptr %7, align 8
  %8 = load double, ptr %6, align 8
  %9 = load double, ptr %7, align 8
  %10 = load i32, ptr %5, align 4
  %11 = icmp ne i32 %10, 0
  %12 = select i1 %11, double %8, double %9
  ret double %12
}

define hidden ptr @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1, ptr %2, ptr %3) {
  %5 = alloca i32, align 4
  store i32 %1, ptr %5, align 4
  %6 = alloca ptr, align 8
  store ptr %2, ptr %6, align 8
  %7 = alloca ptr, align 8
  store ptr %3, ptr %7, align 8
  %8 = load ptr, ptr %6, align 8
  %9 = load ptr, ptr %7, align 8
  %10 = load i32, ptr %5, align 4
  %11 = icmp ne i32 %10, 0
  %12 = select i1 %11, ptr %8, ptr %9
  ret ptr %12
}

define hidden double @f5(ptr noundef nonnull align 16 dereferenceable(80) %0) {
  %2 = alloca double, align 8
  store double 0.000000e+00, ptr %2, align 8
  %3 = load double, ptr %2, align 8
  ret double %3
}
