define hidden i32 @f0(ptr noundef nonnull align 16 dereferenceable(80) %0, float %1) {
  %3 = alloca float, align 4
  store float %1, ptr %3, align 4
  %4 = load float, ptr %3, align 4
  %5 = fcmp uno float %4, %4
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 9) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = fcmp olt float %4, 0x41E0000000000000
  %9 = fcmp oge float %4, 0xC1E0000000000000
  %10 = and i1 %8, %9
  %11 = xor i1 %10, true
  br i1 %11, label %12, label %13, !prof i32 1, i32 1048576

12:                                               ; preds = %7
  call void @llvm.ubsantrap(i8 8) [nomerge]
  unreachable

13:                                               ; preds = %7
  %14 = fptosi float %4 to i32
  ret i32 %14
}

define hidden i64 @f1(ptr noundef nonnull align 16 dereferenceable(80) %0, double %1) {
  %3 = alloca double, align 8
  store double %1, ptr %3, align 8
  %4 = load double, ptr %3, align 8
  %5 = fcmp uno double %4, %4
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 9) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = fcmp olt double %4, 0x43F0000000000000
  %9 = fcmp ogt double %4, -1.000000e+00
  %10 = and i1 %8, %9
  %11 = xor i1 %10, true
  br i1 %11, label %12, label %13, !prof i32 1, i32 1048576

12:                                               ; preds = %7
  call void @llvm.ubsantrap(i8 8) [nomerge]
  unreachable

13:                                               ; preds = %7
  %14 = fptoui double %4 to i64
  ret i64 %14
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(80) %0, double %1) {
  %3 = alloca double, align 8
  store double %1, ptr %3, align 8
  %4 = load double, ptr %3, align 8
  %5 = call i32 @llvm.fptosi.sat.i32.f64(double %4)
  ret i32 %5
}

define hidden float @f3(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = uitofp i64 %4 to float
  ret float %5
}

define hidden float @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, double %1) {
  %3 = alloca double, align 8
  store double %1, ptr %3, align 8
  %4 = load double, ptr %3, align 8
  %5 = fptrunc double %4 to float
  %6 = call float @llvm.canonicalize.f32(float %5)
  ret float %6
}

define hidden double @f5(ptr noundef nonnull align 16 dereferenceable(80) %0, float %1) {
  %3 = alloca float, align 4
  store float %1, ptr %3, align 4
  %4 = load float, ptr %3, align 4
  %5 = fpext float %4 to double
  ret double %5
}

define hidden i32 @f6(ptr noundef nonnull align 16 dereferenceable(80) %0, i64 %1) {
  %3 = alloca i64, align 8
  store i64 %1, ptr %3, align 8
  %4 = load i64, ptr %3, align 8
  %5 = trunc i64 %4 to i32
  ret i32 %5
}

define hidden i64 @f7(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = zext i32 %4 to i64
  ret i64 %5
}

define hidden float @f8(ptr noundef nonnull align 16 dereferenceable(80) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = bitcast i32 %4 to float
  ret float %5
}
