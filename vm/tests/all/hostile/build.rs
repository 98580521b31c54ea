//! Helpers that encode modules, and compile, instantiate and call them.

pub(crate) use crate::support::{engines, wat};
use std::time::Instant;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink, Module as Encoder, TypeSection,
    ValType,
};
use wassay_vm::{Engine, Error, Instance, Module, Result, Store, Val};

/// Calls `what` with an engine for each mode, and prints how long it takes.
pub(crate) fn in_each_mode(what: impl FnMut(&Engine)) {
    with_each(&engines(), what);
}

/// Calls `what` with an engine for each optimisation level, for cases where compiling is slow and the memory mode does not matter.
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

/// A function and its type, for [`module`].
pub(crate) struct Code {
    pub(crate) parameters: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
    pub(crate) function: Function,
}

impl Code {
    /// Makes a function from its type, its locals, and a closure that writes its body without the final `end`.
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

/// Returns a module of functions, which exports the last one as `run`.
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

/// Compiles and instantiates a module without imports, and calls its export `run` if there is one.
pub(crate) fn run(engine: &Engine, wasm: &[u8], arguments: &[Val]) -> Result<Vec<Val>> {
    let (mut store, instance) = instantiate(engine, wasm)?;
    call(&mut store, instance, arguments)
}

/// Runs a module whose `run` takes and returns an `i32`, and returns its result for each argument.
pub(crate) fn each_i32<const N: usize>(engine: &Engine, wasm: &[u8], arguments: [i32; N]) -> [i32; N] {
    let (mut store, instance) = instantiate(engine, wasm).expect("an instance");
    arguments.map(|argument| only_i32(call(&mut store, instance, &[Val::I32(argument)])))
}

/// Calls the export `run` of an instance if there is one.
pub(crate) fn call(store: &mut Store<()>, instance: Instance, arguments: &[Val]) -> Result<Vec<Val>> {
    let Some(run) = instance.get_func(&mut *store, "run") else { return Ok(Vec::new()) };
    let ty = run.ty(&mut *store);
    let mut results: Vec<Val> = ty.results.iter().map(|_| Val::I32(0)).collect();
    run.call(store, arguments, &mut results)?;
    Ok(results)
}

/// Returns the only result, an `i32`.
pub(crate) fn only_i32(results: Result<Vec<Val>>) -> i32 {
    match results.expect("no trap")[..] {
        [Val::I32(value)] => value,
        ref other => panic!("expected one i32, found {other:?}"),
    }
}

/// Checks that a module is refused as too large or invalid.
pub(crate) fn assert_refused<T>(result: Result<T>) {
    match result {
        Err(error @ (Error::Invalid { .. } | Error::Unsupported { .. } | Error::Limit(_) | Error::Resources(_))) => {
            println!("refused: {error}");
        }
        Err(error) => panic!("expected the module to be refused, found {error:?}"),
        Ok(_) => panic!("expected the module to be refused, but it was accepted"),
    }
}

/// Checks that a module works or is refused as too large, and returns its result.
pub(crate) fn assert_works_or_refused<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        refused => {
            assert_refused(refused);
            None
        }
    }
}
