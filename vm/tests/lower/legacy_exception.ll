define hidden void @f0(ptr noundef nonnull align 16 dereferenceable(56) %0) {
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

define hidden i32 @f1(ptr noundef nonnull align 16 dereferenceable(56) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %6 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  %5 = getelementptr i8, ptr %4, i64 -16
  br label %7

6:                                                ; preds = %1
  br label %18

7:                                                ; preds = %2
  %8 = phi ptr [ %5, %2 ]
  %9 = getelementptr inbounds i8, ptr %8, i32 8
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds i8, ptr %0, i32 48
  %12 = load ptr, ptr %11, align 8, !invariant.load !{}
  %13 = icmp eq ptr %10, %12
  br i1 %13, label %14, label %17

14:                                               ; preds = %7
  %15 = getelementptr inbounds i8, ptr %8, i32 48
  %16 = load i32, ptr %15, align 4
  br label %18

17:                                               ; preds = %7
  br label %18

18:                                               ; preds = %17, %14, %6
  %19 = phi i32 [ 0, %6 ], [ %16, %14 ], [ 1, %17 ]
  ret i32 %19
}

define hidden void @f2(ptr noundef nonnull align 16 dereferenceable(56) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %6 unwind label %2

2:                                                ; preds = %1
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  %5 = getelementptr i8, ptr %4, i64 -16
  br label %7

6:                                                ; preds = %1
  br label %13

7:                                                ; preds = %2
  %8 = phi ptr [ %5, %2 ]
  %9 = getelementptr inbounds i8, ptr %0, i32 8
  %10 = load ptr, ptr %9, align 8, !invariant.load !{}
  %11 = getelementptr inbounds i8, ptr %10, i32 112
  %12 = load ptr, ptr %11, align 8, !invariant.load !{}
  call void %12(ptr %0, ptr %8) [nomerge]
  call void @llvm.ubsantrap(i8 1) [nomerge]
  unreachable

13:                                               ; preds = %6
  ret void
}

define hidden void @f3(ptr noundef nonnull align 16 dereferenceable(56) %0) personality ptr @wassay_personality {
  invoke void @f0(ptr %0)
          to label %12 unwind label %6

2:                                                ; No predecessors!
  %3 = landingpad { ptr, i32 }
          catch ptr null
  %4 = extractvalue { ptr, i32 } %3, 0
  %5 = getelementptr i8, ptr %4, i64 -16
  br label %13

6:                                                ; preds = %1
  %7 = landingpad { ptr, i32 }
          catch ptr null
  %8 = extractvalue { ptr, i32 } %7, 0
  %9 = getelementptr i8, ptr %8, i64 -16
  br label %10

10:                                               ; preds = %6
  %11 = phi ptr [ %9, %6 ]
  br label %13

12:                                               ; preds = %1
  br label %15

13:                                               ; preds = %10, %2
  %14 = phi ptr [ %5, %2 ], [ %11, %10 ]
  br label %15

15:                                               ; preds = %13, %12
  ret void
}
