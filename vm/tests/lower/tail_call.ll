define hidden { i64, i64, <16 x i8>, <16 x i8> } @f1.u(ptr noundef nonnull align 16 dereferenceable(96) %0, i64 %1, i64 %2, i64 %3, i64 %4, i64 %5, <16 x i8> %6, <16 x i8> %7, <16 x i8> %8, <16 x i8> %9, <16 x i8> %10, <16 x i8> %11, <16 x i8> %12, <16 x i8> %13) {
  %15 = trunc i64 %1 to i32
  %16 = alloca i32, align 4
  store i32 %15, ptr %16, align 4
  %17 = load i32, ptr %16, align 4
  %18 = icmp ne i32 %17, 0
  %19 = xor i1 %18, true
  %20 = zext i1 %19 to i32
  br i1 %19, label %21, label %22

21:                                               ; preds = %14
  br label %27

22:                                               ; preds = %14
  %23 = load i32, ptr %16, align 4
  %24 = sub i32 %23, 1
  %25 = zext i32 %24 to i64
  %26 = musttail call { i64, i64, <16 x i8>, <16 x i8> } @f2.u(ptr %0, i64 %25, i64 poison, i64 poison, i64 poison, i64 poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison)
  ret { i64, i64, <16 x i8>, <16 x i8> } %26

27:                                               ; preds = %21
  %28 = phi i32 [ 1, %21 ]
  %29 = zext i32 %28 to i64
  %30 = insertvalue { i64, i64, <16 x i8>, <16 x i8> } poison, i64 %29, 0
  ret { i64, i64, <16 x i8>, <16 x i8> } %30
}

define hidden i32 @f2(ptr noundef nonnull align 16 dereferenceable(96) %0, i32 %1) {
  %3 = alloca i32, align 4
  store i32 %1, ptr %3, align 4
  %4 = load i32, ptr %3, align 4
  %5 = call i32 @f1(ptr %0, i32 %4)
  %6 = icmp ne i32 %5, 0
  %7 = xor i1 %6, true
  %8 = zext i1 %7 to i32
  ret i32 %8
}

define hidden { i64, i64, <16 x i8>, <16 x i8> } @f3.u(ptr noundef nonnull align 16 dereferenceable(96) %0, i64 %1, i64 %2, i64 %3, i64 %4, i64 %5, <16 x i8> %6, <16 x i8> %7, <16 x i8> %8, <16 x i8> %9, <16 x i8> %10, <16 x i8> %11, <16 x i8> %12, <16 x i8> %13) {
  %15 = trunc i64 %1 to i32
  %16 = alloca i32, align 4
  store i32 %15, ptr %16, align 4
  %17 = load i32, ptr %16, align 4
  %18 = zext i32 %17 to i64
  %19 = getelementptr inbounds i8, ptr %0, i32 80
  %20 = load ptr, ptr %19, align 8, !invariant.load !{}
  %21 = getelementptr inbounds i8, ptr %20, i32 8
  %22 = load i64, ptr %21, align 8, !tbaa length
  %23 = icmp uge i64 %18, %22
  br i1 %23, label %24, label %25, !prof i32 1, i32 1048576

24:                                               ; preds = %14
  call void @llvm.ubsantrap(i8 4) [nomerge]
  unreachable

25:                                               ; preds = %14
  %26 = getelementptr inbounds i8, ptr %0, i32 72
  %27 = load ptr, ptr %26, align 8, !invariant.load !{}
  %28 = mul nuw i64 %18, 8
  %29 = getelementptr i8, ptr %27, i64 %28
  %30 = load ptr, ptr %29, align 8, !tbaa table
  %31 = icmp eq ptr %30, null
  br i1 %31, label %32, label %33, !prof i32 1, i32 1048576

32:                                               ; preds = %25
  call void @llvm.ubsantrap(i8 5) [nomerge]
  unreachable

33:                                               ; preds = %25
  %34 = getelementptr inbounds i8, ptr %0, i32 32
  %35 = load i32, ptr %34, align 4, !invariant.load !{}
  %36 = getelementptr inbounds i8, ptr %30, i32 16
  %37 = load i32, ptr %36, align 4, !invariant.load !{}
  %38 = icmp eq i32 %37, %35
  %39 = xor i1 %38, true
  br i1 %39, label %40, label %41, !prof i32 1, i32 1048576

40:                                               ; preds = %33
  call void @llvm.ubsantrap(i8 6) [nomerge]
  unreachable

41:                                               ; preds = %33
  %42 = load ptr, ptr %30, align 8, !invariant.load !{}
  %43 = getelementptr inbounds i8, ptr %30, i32 8
  %44 = load ptr, ptr %43, align 8, !invariant.load !{}
  %45 = musttail call { i64, i64, <16 x i8>, <16 x i8> } %42(ptr %44, i64 1, i64 poison, i64 poison, i64 poison, i64 poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison)
  ret { i64, i64, <16 x i8>, <16 x i8> } %45
}

define hidden { i64, i64, <16 x i8>, <16 x i8> } @f4.u(ptr noundef nonnull align 16 dereferenceable(96) %0, i64 %1, i64 %2, i64 %3, i64 %4, i64 %5, <16 x i8> %6, <16 x i8> %7, <16 x i8> %8, <16 x i8> %9, <16 x i8> %10, <16 x i8> %11, <16 x i8> %12, <16 x i8> %13) {
  %15 = inttoptr i64 %1 to ptr
  %16 = alloca ptr, align 8
  store ptr %15, ptr %16, align 8
  %17 = load ptr, ptr %16, align 8
  %18 = icmp eq ptr %17, null
  br i1 %18, label %19, label %20, !prof i32 1, i32 1048576

19:                                               ; preds = %14
  call void @llvm.ubsantrap(i8 15) [nomerge]
  unreachable

20:                                               ; preds = %14
  %21 = load ptr, ptr %17, align 8, !invariant.load !{}
  %22 = getelementptr inbounds i8, ptr %17, i32 8
  %23 = load ptr, ptr %22, align 8, !invariant.load !{}
  %24 = musttail call { i64, i64, <16 x i8>, <16 x i8> } %21(ptr %23, i64 1, i64 poison, i64 poison, i64 poison, i64 poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison)
  ret { i64, i64, <16 x i8>, <16 x i8> } %24
}

define hidden { i64, i64, <16 x i8>, <16 x i8> } @f5.u(ptr noundef nonnull align 16 dereferenceable(96) %0, i64 %1, i64 %2, i64 %3, i64 %4, i64 %5, <16 x i8> %6, <16 x i8> %7, <16 x i8> %8, <16 x i8> %9, <16 x i8> %10, <16 x i8> %11, <16 x i8> %12, <16 x i8> %13) {
  %15 = getelementptr inbounds i8, ptr %0, i32 48
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = getelementptr inbounds i8, ptr %0, i32 56
  %18 = load ptr, ptr %17, align 8, !invariant.load !{}
  %19 = musttail call { i64, i64, <16 x i8>, <16 x i8> } %16(ptr %18, i64 poison, i64 poison, i64 poison, i64 poison, i64 poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison, <16 x i8> poison)
  ret { i64, i64, <16 x i8>, <16 x i8> } %19
}
