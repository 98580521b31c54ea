define hidden void @f0(ptr noundef nonnull align 16 dereferenceable(80) %0) {
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

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(80) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %21 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  %5 = getelementptr i8, ptr %4, i64 -16
  br label %6

6:                                                ; preds = %2
  %7 = phi ptr [ %5, %2 ]
  %8 = getelementptr inbounds i8, ptr %7, i32 8
  %9 = load ptr, ptr %8, align 8
  %10 = getelementptr inbounds i8, ptr %0, i32 64
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = icmp eq ptr %9, %11
  br i1 %12, label %13, label %16

13:                                               ; preds = %6
  %14 = getelementptr inbounds i8, ptr %7, i32 48
  %15 = load i32, ptr %14, align 4
  br label %22

16:                                               ; preds = %6
  %17 = getelementptr inbounds i8, ptr %0, i32 8
  %18 = load ptr, ptr %17, align 8, !invariant.load !{}
  %19 = getelementptr inbounds i8, ptr %18, i32 112
  %20 = load ptr, ptr %19, align 8, !invariant.load !{}
  call void %20(ptr %0, ptr %7) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable

21:                                               ; preds = %1
  br label %22

22:                                               ; preds = %21, %13
  %23 = phi i32 [ %15, %13 ], [ 0, %21 ]
  ret i32 %23
}

define hidden ptr @f2(ptr noundef nonnull align 16 dereferenceable(80) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %8 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  %5 = getelementptr i8, ptr %4, i64 -16
  br label %6

6:                                                ; preds = %2
  %7 = phi ptr [ %5, %2 ]
  br label %9

8:                                                ; preds = %1
  br label %9

9:                                                ; preds = %8, %6
  %10 = phi ptr [ %7, %6 ], [ null, %8 ]
  ret ptr %10
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(80) %0) personality ptr @wassay_personality {
  %2 = getelementptr inbounds i8, ptr %0, i32 8
  %3 = load ptr, ptr %2, align 8, !invariant.load !{}
  %4 = getelementptr inbounds i8, ptr %3, i32 104
  %5 = load ptr, ptr %4, align 8, !invariant.load !{}
  %6 = call i64 %5(ptr %0, i32 1) [nounwind]
  %7 = icmp eq i64 %6, 0
  br i1 %7, label %25, label %26, !prof i32 1, i32 1048576

8:                                                ; No predecessors!
  %9 = landingpad { ptr, i32 }
          catch ptr null
  %10 = extractvalue { ptr, i32 } %9, 0
  %11 = getelementptr i8, ptr %10, i64 -16
  br label %12

12:                                               ; preds = %26, %8
  %13 = phi ptr [ %11, %8 ], [ %27, %26 ]
  %14 = getelementptr inbounds i8, ptr %13, i32 8
  %15 = load ptr, ptr %14, align 8
  %16 = getelementptr inbounds i8, ptr %0, i32 72
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = icmp eq ptr %15, %17
  br i1 %18, label %19, label %20

19:                                               ; preds = %12
  br label %28

20:                                               ; preds = %12
  %21 = getelementptr inbounds i8, ptr %0, i32 8
  %22 = load ptr, ptr %21, align 8, !invariant.load !{}
  %23 = getelementptr inbounds i8, ptr %22, i32 112
  %24 = load ptr, ptr %23, align 8, !invariant.load !{}
  call void %24(ptr %0, ptr %13) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable

25:                                               ; preds = %1
  call void @llvm.ubsantrap(i8 20) [nomerge]
  unreachable

26:                                               ; preds = %1
  %27 = inttoptr i64 %6 to ptr
  br label %12

28:                                               ; preds = %19
  ret void
}

define hidden void @f4(ptr noundef nonnull align 16 dereferenceable(80) %0, ptr %1) {
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
