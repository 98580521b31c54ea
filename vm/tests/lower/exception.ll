define hidden void @f0(ptr noundef nonnull align 16 dereferenceable(128) %0) {
  %2 = getelementptr inbounds i8, ptr %0, i32 8
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 104
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  %6 = call i64 %5(ptr %0, i32 0) [nounwind]
  %7 = icmp eq i64 %6, 0
  br i1 %7, label %8, label %9, !prof i32 1, i32 1048576

8:                                                ; preds = %1
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

9:                                                ; preds = %1
  %10 = inttoptr i64 %6 to ptr
  %11 = getelementptr inbounds i8, ptr %10, i32 48
  store i32 7, ptr %11, align 4
  %12 = getelementptr inbounds i8, ptr %0, i32 8
  %13 = load ptr, ptr %12, align 8, !invariant.load !{}
  %14 = getelementptr inbounds i8, ptr %13, i32 112
  %15 = load ptr, ptr %14, align 8, !invariant.load !{}
  call void %15(ptr %0, ptr %10) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable
}

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(128) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %25 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  br label %5

5:                                                ; preds = %2
  %6 = phi ptr [ %4, %2 ]
  %7 = getelementptr inbounds i8, ptr %6, i32 32
  %8 = load ptr, ptr %7, align 8
  %9 = getelementptr inbounds i8, ptr %0, i32 112
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = icmp eq ptr %8, %10
  br i1 %11, label %12, label %20

12:                                               ; preds = %5
  %13 = getelementptr inbounds i8, ptr %6, i32 48
  %14 = load i32, ptr %13, align 4
  %15 = getelementptr inbounds i8, ptr %0, i32 8
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = getelementptr inbounds i8, ptr %16, i32 120
  %18 = load ptr, ptr %17, align 8, !invariant.load !{}
  %19 = call i32 %18(ptr %0, ptr %6) [nounwind]
  br label %26

20:                                               ; preds = %5
  %21 = getelementptr inbounds i8, ptr %0, i32 8
  %22 = load ptr, ptr %21, align 8, !invariant.load !{}
  %23 = getelementptr inbounds i8, ptr %22, i32 112
  %24 = load ptr, ptr %23, align 8, !invariant.load !{}
  call void %24(ptr %0, ptr %6) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable

25:                                               ; preds = %1
  br label %26

26:                                               ; preds = %25, %12
  %27 = phi i32 [ %14, %12 ], [ 0, %25 ]
  ret i32 %27
}

define hidden ptr @f2(ptr noundef nonnull align 16 dereferenceable(128) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %8 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  br label %5

5:                                                ; preds = %2
  %6 = phi ptr [ %4, %2 ]
  %7 = getelementptr inbounds i8, ptr %6, i32 40
  store i32 1, ptr %7, align 4
  br label %9

8:                                                ; preds = %1
  br label %9

9:                                                ; preds = %8, %5
  %10 = phi ptr [ %6, %5 ], [ null, %8 ]
  ret ptr %10
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(128) %0) personality ptr @wassay_personality {
  %2 = getelementptr inbounds i8, ptr %0, i32 8
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 104
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  %6 = call i64 %5(ptr %0, i32 1) [nounwind]
  %7 = icmp eq i64 %6, 0
  br i1 %7, label %29, label %30, !prof i32 1, i32 1048576

8:                                                ; No predecessors!
  %9 = landingpad { ptr, i32 }
          catch ptr null
  %10 = extractvalue { ptr, i32 } %9, 0
  br label %11

11:                                               ; preds = %30, %8
  %12 = phi ptr [ %10, %8 ], [ %31, %30 ]
  %13 = getelementptr inbounds i8, ptr %12, i32 32
  %14 = load ptr, ptr %13, align 8
  %15 = getelementptr inbounds i8, ptr %0, i32 120
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = icmp eq ptr %14, %16
  br i1 %17, label %18, label %24

18:                                               ; preds = %11
  %19 = getelementptr inbounds i8, ptr %0, i32 8
  %20 = load ptr, ptr %19, align 8, !invariant.load !{}
  %21 = getelementptr inbounds i8, ptr %20, i32 120
  %22 = load ptr, ptr %21, align 8, !invariant.load !{}
  %23 = call i32 %22(ptr %0, ptr %12) [nounwind]
  br label %32

24:                                               ; preds = %11
  %25 = getelementptr inbounds i8, ptr %0, i32 8
  %26 = load ptr, ptr %25, align 8, !invariant.load !{}
  %27 = getelementptr inbounds i8, ptr %26, i32 112
  %28 = load ptr, ptr %27, align 8, !invariant.load !{}
  call void %28(ptr %0, ptr %12) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable

29:                                               ; preds = %1
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

30:                                               ; preds = %1
  %31 = inttoptr i64 %6 to ptr
  br label %11

32:                                               ; preds = %18
  ret void
}

define hidden void @f4(ptr noundef nonnull align 16 dereferenceable(128) %0, ptr %1) {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = icmp eq ptr %4, null
  br i1 %5, label %6, label %7, !prof i32 1, i32 1048576

6:                                                ; preds = %2
  call void @llvm.ubsantrap(i8 11) [nomerge]
  unreachable

7:                                                ; preds = %2
  %8 = getelementptr inbounds i8, ptr %0, i32 8
  %9 = load ptr, ptr %8, align 8, !invariant.load !{}
  %10 = getelementptr inbounds i8, ptr %9, i32 112
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  call void %11(ptr %0, ptr %4) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable
}
