//! Tests of host functions: arguments, calls back into wasm, errors and panics.

use super::code::{Builder, call, call_import, trap};
use crate::types::{FuncType, ValType};
use crate::{AsContext, Caller, Engine, Error, Extern, ExternRef, Func, Instance, Linker, Store, Trap, TypedFunc, Val};

fn i32_to_i32() -> FuncType {
    FuncType::new([ValType::I32], [ValType::I32])
}

/// A module that exports `run`, which calls the import `host` `f`, and `trap`.
fn caller(ty: FuncType) -> Builder {
    let mut module = Builder::new();
    module.import("host", "f", ty.clone());
    let inner = module.function("inner", ty.clone(), call_import(0));
    let target = module.start(inner);
    module.function("run", ty, call(target));
    module.function("trap", FuncType::new([], []), trap(Trap::Unreachable as u8));
    module
}

#[test]
fn host_functions_get_arguments_data_and_exports() {
    let engine = Engine::default();
    let module = caller(i32_to_i32()).module(&engine);
    let mut linker = Linker::<i32>::new(&engine);
    linker
        .func_wrap("host", "f", |mut caller: Caller<'_, i32>, x: i32| {
            *caller.data_mut() += x;
            assert!(caller.get_export("run").is_some());
            assert!(caller.get_export("f").is_none());
            *caller.data() * 2
        })
        .unwrap();
    let mut store = Store::new(&engine, 1);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run: TypedFunc<i32, i32> = instance.get_typed_func(&store, "run").unwrap();
    assert_eq!(run.call(&mut store, 20).unwrap(), 42);
    assert_eq!(run.call(&mut store, 1).unwrap(), 44);
    assert_eq!(store.into_data(), 22);
}

#[test]
fn every_class_of_arguments_arrives() {
    type All = (i32, f32, i64, f64, u128, u32, u64, i32, i64, f64, f32, i32);
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    #[expect(clippy::too_many_arguments, reason = "that is the point")]
    fn rotate(
        a: i32,
        b: f32,
        c: i64,
        d: f64,
        e: u128,
        f: u32,
        g: u64,
        h: i32,
        i: i64,
        j: f64,
        k: f32,
        l: i32,
    ) -> (i32, i32, f32, i64, f64, u128, u32, u64, i32, i64, f64, f32) {
        (l, a, b, c, d, e, f, g, h, i, j, k)
    }
    let func = Func::wrap(&mut store, rotate);
    let args: All = (-1, 1.5, -2, 2.5, 3 << 100, 4, 5, 6, 7, 8.5, 9.5, 10);
    let typed = func.typed::<All, (i32, i32, f32, i64, f64, u128, u32, u64, i32, i64, f64, f32)>(&store).unwrap();
    let results = typed.call(&mut store, args).unwrap();
    assert_eq!(results, (10, -1, 1.5, -2, 2.5, 3 << 100, 4, 5, 6, 7, 8.5, 9.5));

    let ty = func.ty(&store);
    let turned = FuncType { params: ty.results.clone(), results: ty.params.clone() };
    let back = Func::new(&mut store, turned, |_, params, results| {
        results.copy_from_slice(params);
        results.rotate_left(1);
        Ok(())
    })
    .unwrap();
    let mut values: Vec<Val> = ty.results.iter().map(|&ty| Val::default_of(ty)).collect();
    let args = [
        Val::I32(-1),
        1.5_f32.into(),
        Val::I64(-2),
        2.5.into(),
        Val::V128(3 << 100),
        Val::I32(4),
        Val::I64(5),
        Val::I32(6),
        Val::I64(7),
        8.5.into(),
        9.5_f32.into(),
        Val::I32(10),
    ];
    func.call(&mut store, &args, &mut values).unwrap();
    assert_eq!(values[0], Val::I32(10));
    let mut again = args.map(|_| Val::I32(0));
    back.call(&mut store, &values, &mut again).unwrap();
    assert_eq!(again, args);
}

#[test]
fn host_errors_reach_the_caller() {
    let engine = Engine::default();
    let module = caller(i32_to_i32()).module(&engine);
    let mut linker = Linker::<()>::new(&engine);
    linker
        .func_wrap("host", "f", |x: i32| match x {
            0 => Err(Error::host("no")),
            1 => Err(Trap::IntegerOverflow.into()),
            x => Ok(x),
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run: TypedFunc<i32, i32> = instance.get_typed_func(&store, "run").unwrap();
    assert!(matches!(run.call(&mut store, 0), Err(Error::Host { source, .. }) if source.to_string() == "no"));
    let Err(Error::Trap { trap: Trap::IntegerOverflow, backtrace }) = run.call(&mut store, 1) else { panic!() };
    let names: Vec<_> = backtrace.frames.iter().map(|frame| frame.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["inner", "run"]);
    assert_eq!(run.call(&mut store, 2).unwrap(), 2);
}

#[test]
fn host_panics_propagate() {
    let engine = Engine::default();
    let module = caller(i32_to_i32()).module(&engine);
    let mut store = Store::new(&engine, ());
    let f = Func::wrap(&mut store, |x: i32| -> i32 {
        if x == 0 {
            std::panic::resume_unwind(Box::new("gone"));
        }
        x
    });
    let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
    let run: TypedFunc<i32, i32> = instance.get_typed_func(&store, "run").unwrap();
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.call(&mut store, 0))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"gone"));
    assert_eq!(run.call(&mut store, 5).unwrap(), 5);
}

#[test]
fn backtraces_cross_host_frames() {
    let engine = Engine::default();
    let module = caller(FuncType::new([], [])).module(&engine);
    let mut store = Store::new(&engine, ());
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<(), Error> {
        let trap = caller.get_export("trap").and_then(Extern::into_func).unwrap();
        trap.call(&mut caller, &[], &mut [])
    });
    let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
    let run: TypedFunc<(), ()> = instance.get_typed_func(&store, "run").unwrap();
    let Err(Error::Trap { trap: Trap::Unreachable, backtrace }) = run.call(&mut store, ()) else { panic!() };
    let functions: Vec<_> = backtrace.frames.iter().map(|frame| frame.function).collect();
    assert_eq!(functions, [3, 1, 2]);
}

#[test]
fn endless_recursion_through_the_host_traps() {
    let engine = Engine::default();
    let module = caller(FuncType::new([], [])).module(&engine);
    let mut store = Store::new(&engine, 0_u64);
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, u64>| -> Result<(), Error> {
        *caller.data_mut() += 1;
        let run = caller.get_export("run").and_then(Extern::into_func).unwrap();
        run.call(&mut caller, &[], &mut [])
    });
    let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
    let run: TypedFunc<(), ()> = instance.get_typed_func(&store, "run").unwrap();
    for _ in 0..2 {
        assert_eq!(run.call(&mut store, ()).unwrap_err().trap(), Some(Trap::CallStackExhausted));
    }
    assert!(*store.data() > 100);
}

#[test]
fn references_keep_their_identity() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let value = ExternRef::new(&mut store, 42_u8).unwrap();
    let same = Func::wrap(&mut store, |value: Option<ExternRef>, func: Option<Func>| (func, value));
    let typed = same.typed::<(Option<ExternRef>, Option<Func>), (Option<Func>, Option<ExternRef>)>(&store).unwrap();
    assert_eq!(typed.call(&mut store, (Some(value), Some(same))).unwrap(), (Some(same), Some(value)));
    assert_eq!(typed.call(&mut store, (None, None)).unwrap(), (None, None));
    assert_eq!(value.data(&store).unwrap().downcast_ref(), Some(&42_u8));

    let mut other = Store::new(&engine, ());
    assert!(value.data(&other).is_err());
    let foreign = Func::wrap(&mut other, || ());
    assert!(matches!(typed.call(&mut store, (None, Some(foreign))), Err(Error::ForeignStore)));
    assert!(matches!(typed.call(&mut other, (None, None)), Err(Error::ForeignStore)));
    assert!(store.as_context().engine().same(&engine));
}

#[test]
fn a_result_of_another_type_is_an_error() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let f = Func::new(&mut store, FuncType::new([], [ValType::I32]), |_, _, results| {
        results[0] = Val::I64(1);
        Ok(())
    })
    .unwrap();
    assert!(matches!(f.call(&mut store, &[], &mut [Val::I32(0)]), Err(Error::TypeMismatch { .. })));
}
