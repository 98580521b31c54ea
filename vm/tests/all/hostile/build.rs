//! Small helpers that make modules and put them through the VM.

pub(crate) use crate::support::{engines, wat};
use std::time::Instant;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink, Module as Encoder, TypeSection,
    ValType,
};
use wassay_vm::{Engine, Error, Instance, Module, Result, Store, Val};

/// Does something in each mode, and prints what it takes.
pub(crate) fn in_each_mode(what: impl FnMut(&Engine)) {
    with_each(&engines(), what);
}

/// Does something at each level: where compiling takes long, and memory is not what it is about.
pub(crate) fn at_each_level(what: impl FnMut(&Engine)) {
    let [unoptimised, optimised, ..] = &engines()[..] else { panic!("an unoptimised and an optimised mode at least") };
    with_each(&[unoptimised.clone(), optimised.clone()], what);
}

fn with_each(engines: &[(&str, Engine)], mut what: impl FnMut(&Engine)) {
    for (name, engine) in engines {
        println!("{name} ...");
        let start = Instant::now();
        what(engine);
        println!("{name}: {:.1?}", start.elapsed());
    }
}

/// A function with its type, for [`module`].
pub(crate) struct Code {
    pub(crate) parameters: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
    pub(crate) function: Function,
}

impl Code {
    /// From its type, its locals and what writes its body (without the final `end`).
    pub(crate) fn new(
        parameters: &[ValType],
        results: &[ValType],
        locals: &[(u32, ValType)],
        write: impl FnOnce(&mut InstructionSink<'_>),
    ) -> Self {
        let mut function = Function::new(locals.iter().copied());
        let mut sink = function.instructions();
        write(&mut sink);
        sink.end();
        Self { parameters: parameters.to_vec(), results: results.to_vec(), function }
    }
}

/// A module of functions; the last one is exported as `run`.
pub(crate) fn module(functions: &[Code]) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut indices = FunctionSection::new();
    let mut code = CodeSection::new();
    for (i, Code { parameters, results, function }) in (0..).zip(functions) {
        types.ty().function(parameters.iter().copied(), results.iter().copied());
        indices.function(i);
        code.function(function);
    }
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, u32::try_from(functions.len()).expect("few functions") - 1);
    let mut module = Encoder::new();
    module.section(&types).section(&indices).section(&exports).section(&code);
    module.finish()
}

/// Compiles and instantiates a module without imports.
pub(crate) fn instantiate(engine: &Engine, wasm: &[u8]) -> Result<(Store<()>, Instance)> {
    let module = Module::new(engine, wasm)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    Ok((store, instance))
}

/// Compiles and instantiates a module without imports and calls its `run`, if it exports one, with the arguments.
pub(crate) fn run(engine: &Engine, wasm: &[u8], arguments: &[Val]) -> Result<Vec<Val>> {
    let (mut store, instance) = instantiate(engine, wasm)?;
    call(&mut store, instance, arguments)
}

/// A module whose `run` takes one `i32` and returns one: what it returns for each argument.
pub(crate) fn each_i32<const N: usize>(engine: &Engine, wasm: &[u8], arguments: [i32; N]) -> [i32; N] {
    let (mut store, instance) = instantiate(engine, wasm).expect("an instance");
    arguments.map(|argument| only_i32(call(&mut store, instance, &[Val::I32(argument)])))
}

/// Calls `run` of an instance, if there is one.
pub(crate) fn call(store: &mut Store<()>, instance: Instance, arguments: &[Val]) -> Result<Vec<Val>> {
    let Some(run) = instance.get_func(&mut *store, "run") else { return Ok(Vec::new()) };
    let ty = run.ty(&mut *store);
    let mut results: Vec<Val> = ty.results.iter().map(|_| Val::I32(0)).collect();
    run.call(store, arguments, &mut results)?;
    Ok(results)
}

/// The only result, an `i32`.
pub(crate) fn only_i32(results: Result<Vec<Val>>) -> i32 {
    match results.expect("no trap")[..] {
        [Val::I32(value)] => value,
        ref other => panic!("expected one i32, found {other:?}"),
    }
}

/// That a module is refused as too large or invalid, with an error that says so.
pub(crate) fn assert_refused<T>(result: Result<T>) {
    match result {
        Err(error @ (Error::Invalid { .. } | Error::Unsupported { .. } | Error::Limit(_) | Error::Resources(_))) => {
            println!("refused: {error}");
        }
        Err(error) => panic!("expected the module to be refused, found {error:?}"),
        Ok(_) => panic!("expected the module to be refused, but it was accepted"),
    }
}

/// That a module either works or is refused as too large.
pub(crate) fn assert_works_or_refused<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        refused => {
            assert_refused(refused);
            None
        }
    }
}
