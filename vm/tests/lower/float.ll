define hidden float @f0(ptr noundef nonnull align 16 dereferenceable(64) %0, float %1, float %2) {
  %4 = alloca float, align 4
  store float %1, ptr %4, align 4
  %5 = alloca float, align 4
  store float %2, ptr %5, align 4
  %6 = load float, ptr %4, align 4
  %7 = load float, ptr %5, align 4
  %8 = fadd float %6, %7
  %9 = call float @llvm.canonicalize.f32(float %8)
  ret float %9
}

define hidden double @f1(ptr noundef nonnull align 16 dereferenceable(64) %0, double %1) {
  %3 = alloca double, align 8
  store double %1, ptr %3, align 8
  %4 = load double, ptr %3, align 8
  %5 = fmul double %4, 1.000000e+00
  %6 = call double @llvm.canonicalize.f64(double %5)
  ret double %6
}

define hidden double @f2(ptr noundef nonnull align 16 dereferenceable(64) %0, double %1) {
  %3 = alloca double, align 8
  store double %1, ptr %3, align 8
  %4 = load double, ptr %3, align 8
  %5 = fmul double %4, 3.000000e+00
  %6 = call double @llvm.canonicalize.f64(double %5)
  ret double %6
}

define hidden float @f3(ptr noundef nonnull align 16 dereferenceable(64) %0, float %1, float %2) {
  %4 = alloca float, align 4
  store float %1, ptr %4, align 4
  %5 = alloca float, align 4
  store float %2, ptr %5, align 4
  %6 = load float, ptr %4, align 4
  %7 = load float, ptr %5, align 4
  %8 = call float @llvm.minimum.f32(float %6, float %7)
  %9 = fadd float %6, %7
  %10 = call float @llvm.canonicalize.f32(float %9)
  %11 = fcmp uno float %6, %7
  %12 = select i1 %11, float %10, float %8
  ret float %12
}

define hidden double @f4(ptr noundef nonnull align 16 dereferenceable(64) %0, double %1, double %2) {
  %4 = alloca double, align 8
  store double %1, ptr %4, align 8
  %5 = alloca double, align 8
  store double %2, ptr %5, align 8
  %6 = load double, ptr %4, align 8
  %7 = load double, ptr %5, align 8
  %8 = call double @llvm.copysign.f64(double %6, double %7)
  ret double %8
}

define hidden double @f5(ptr noundef nonnull align 16 dereferenceable(64) %0, double %1) {
  %3 = alloca double, align 8
  store double %1, ptr %3, align 8
  %4 = load double, ptr %3, align 8
  %5 = call double @llvm.roundeven.f64(double %4)
  ret double %5
}

define hidden float @f6(ptr noundef nonnull align 16 dereferenceable(64) %0, float %1) {
  %3 = alloca float, align 4
  store float %1, ptr %3, align 4
  %4 = load float, ptr %3, align 4
  %5 = call float @llvm.sqrt.f32(float %4)
  ret float %5
}

define hidden float @f7(ptr noundef nonnull align 16 dereferenceable(64) %0, float %1) {
  %3 = alloca float, align 4
  store float %1, ptr %3, align 4
  %4 = load float, ptr %3, align 4
  %5 = fneg float %4
  ret float %5
}

define hidden i32 @f8(ptr noundef nonnull align 16 dereferenceable(64) %0, double %1, double %2) {
  %4 = alloca double, align 8
  store double %1, ptr %4, align 8
  %5 = alloca double, align 8
  store double %2, ptr %5, align 8
  %6 = load double, ptr %4, align 8
  %7 = load double, ptr %5, align 8
  %8 = fcmp une double %6, %7
  %9 = zext i1 %8 to i32
  ret i32 %9
}
