define hidden void @f0(ptr noundef nonnull align 16 dereferenceable(104) %0) {
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

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(104) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %5 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  br label %6

5:                                                ; preds = %1
  br label %27

6:                                                ; preds = %2
  %7 = phi ptr [ %4, %2 ]
  %8 = getelementptr inbounds i8, ptr %7, i32 32
  %9 = load ptr, ptr %8, align 8
  %10 = getelementptr inbounds i8, ptr %0, i32 96
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  %12 = icmp eq ptr %9, %11
  br i1 %12, label %13, label %21

13:                                               ; preds = %6
  %14 = getelementptr inbounds i8, ptr %7, i32 48
  %15 = load i32, ptr %14, align 4
  %16 = getelementptr inbounds i8, ptr %0, i32 8
  %17 = load ptr, ptr %16, align 8, !invariant.load !{}
  %18 = getelementptr inbounds i8, ptr %17, i32 120
  %19 = load ptr, ptr %18, align 8, !invariant.load !{}
  %20 = call i32 %19(ptr %0, ptr %7) [nounwind]
  br label %27

21:                                               ; preds = %6
  %22 = getelementptr inbounds i8, ptr %0, i32 8
  %23 = load ptr, ptr %22, align 8, !invariant.load !{}
  %24 = getelementptr inbounds i8, ptr %23, i32 120
  %25 = load ptr, ptr %24, align 8, !invariant.load !{}
  %26 = call i32 %25(ptr %0, ptr %7) [nounwind]
  br label %27

27:                                               ; preds = %21, %13, %5
  %28 = phi i32 [ 0, %5 ], [ %15, %13 ], [ 1, %21 ]
  ret i32 %28
}

define hidden void @f2(ptr noundef nonnull align 16 dereferenceable(104) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %5 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  br label %6

5:                                                ; preds = %1
  br label %12

6:                                                ; preds = %2
  %7 = phi ptr [ %4, %2 ]
  %8 = getelementptr inbounds i8, ptr %0, i32 8
  %9 = load ptr, ptr %8, align 8, !invariant.load !{}
  %10 = getelementptr inbounds i8, ptr %9, i32 112
  %11 = load ptr, ptr %10, align 8, !invariant.load !{}
  call void %11(ptr %0, ptr %7) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable

12:                                               ; preds = %5
  ret void
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(104) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %10 unwind label %5

2:                                                ; No predecessors!
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  br label %11

5:                                                ; preds = %1
  %6 = landingpad { ptr, i32 }
          catch ptr null
  %7 = extractvalue { ptr, i32 } %6, 0
  br label %8

8:                                                ; preds = %5
  %9 = phi ptr [ %7, %5 ]
  br label %11

10:                                               ; preds = %1
  br label %18

11:                                               ; preds = %8, %2
  %12 = phi ptr [ %4, %2 ], [ %9, %8 ]
  %13 = getelementptr inbounds i8, ptr %0, i32 8
  %14 = load ptr, ptr %13, align 8, !invariant.load !{}
  %15 = getelementptr inbounds i8, ptr %14, i32 120
  %16 = load ptr, ptr %15, align 8, !invariant.load !{}
  %17 = call i32 %16(ptr %0, ptr %12) [nounwind]
  br label %18

18:                                               ; preds = %11, %10
  ret void
}
