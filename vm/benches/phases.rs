//! Cost of all phases but execution: compiling (bytes of wasm per second, at both levels), loading an artifact of 40 MB,
//! instantiating, calls from the host into wasm, and calls from wasm into the host.
//!
//! `cargo bench -p wassay-vm --bench phases [FILTER]`

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use support::{kernels, wat};
use wassay_vm::{Config, Engine, Func, Instance, Linker, Module, OptLevel, Store, TypedFunc};

/// Eight parameters, of all number types.
type Eight = (i32, i64, f32, f64, i32, i64, f32, f64);

/// Engines of both optimisation levels, with the names of their modes in the harness.
fn engines() -> [(&'static str, Engine); 2] {
    [("o0", OptLevel::None), ("o3", OptLevel::Speed)]
        .map(|(name, level)| (name, Engine::new(Config::new().opt_level(level)).expect("an engine for the host")))
}

fn compile(criterion: &mut Criterion) {
    let kernels = kernels::all();
    for (level, engine) in engines() {
        let mut group = criterion.benchmark_group(format!("compile/{level}"));
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        for kernel in &kernels {
            group.throughput(Throughput::Bytes(kernel.wasm.len() as u64));
            group.bench_function(&kernel.name, |b| {
                b.iter(|| Module::new(&engine, black_box(&kernel.wasm)).expect("a valid kernel"));
            });
        }
        group.finish();
    }
}

/// Makes a module of `functions` functions, each with a name and some hundred instructions.
fn large(functions: u32) -> Vec<u8> {
    use wasm_encoder::{
        CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemArg, MemArgTarget, MemorySection,
        MemoryType, NameMap, NameSection, TypeSection, ValType,
    };
    let (mut types, mut declared, mut memories) = (TypeSection::new(), FunctionSection::new(), MemorySection::new());
    types.ty().function([ValType::I32], [ValType::I32]);
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    let (mut names, mut section) = (NameMap::new(), NameSection::new());
    for number in 0..functions {
        declared.function(0);
        names.append(number, &format!("function_of_the_number_{number}"));
        let mut body = Function::new([]);
        let mut instructions = body.instructions();
        for step in 0..40 {
            let place = MemArg { offset: step * 8, align: 2, target: MemArgTarget::Memory(0), ordering: None };
            instructions.local_get(0).local_get(0).i32_load(place).i32_const(number.cast_signed()).i32_mul();
            instructions.i32_store(MemArg { offset: step * 8 + 4, ..place });
        }
        instructions.local_get(0).end();
        code.function(&body);
    }
    exports.export("first", ExportKind::Func, 0);
    section.functions(&names);
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&declared).section(&memories).section(&exports).section(&code).section(&section);
    module.finish()
}

fn load(criterion: &mut Criterion) {
    let [(_, engine), _] = engines();
    let bytes = engine.precompile_module(&large(25_000)).expect("a valid module");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.wassay");
    std::fs::write(&path, &bytes).expect("room for a file");
    let whole = Engine::new(Config::new().opt_level(OptLevel::None).check_mapped_artifacts(true)).expect("an engine");
    let mut group = criterion.benchmark_group(format!("load/{} MB", bytes.len() >> 20));
    group.sample_size(20);
    group.bench_function("bytes", |b| {
        b.iter(|| {
            // SAFETY: the artifact comes from the compiler.
            unsafe { Module::deserialize(&engine, black_box(&bytes)) }.expect("a module")
        });
    });
    for (name, engine) in [("file", &engine), ("file, all checked", &whole)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                // SAFETY: the artifact in the file comes from the compiler, and the file does not change.
                unsafe { Module::deserialize_file(engine, &path) }.expect("a module")
            });
        });
    }
    group.finish();
}

fn instantiate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("instantiate");
    // An instance lives as long as its store, so each gets a store of its own. The time includes creating and dropping it.
    let [_, (_, engine)] = engines();
    let empty = Module::new(&engine, wat("(module)")).expect("a valid module");
    group.bench_function("empty", |b| b.iter(|| one_instance(&engine, &empty)));
    for kernel in kernels::all() {
        if matches!(kernel.name.as_str(), "matmul" | "indirect" | "large") {
            let module = Module::new(&engine, &kernel.wasm).expect("a valid kernel");
            group.bench_function(&kernel.name, |b| b.iter(|| one_instance(&engine, &module)));
        }
    }
    group.finish();
}

fn one_instance(engine: &Engine, module: &Module) {
    let mut store = Store::new(engine, ());
    black_box(Instance::new(&mut store, module, &[]).expect("an instance"));
}

fn call(criterion: &mut Criterion) {
    let text = r#"(module
        (import "host" "twice" (func $twice (param i64) (result i64)))
        (func (export "nothing"))
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "many") (param i32 i64 f32 f64 i32 i64 f32 f64) (result f64)
            (f64.add (local.get 3) (local.get 7)))
        (func (export "loop") (param i32) (result i64) (local i64)
            (local.set 1 (i64.const 1))
            (loop
                (local.set 1 (call $twice (local.get 1)))
                (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get 1)))"#;
    let [_, (_, engine)] = engines();
    let module = Module::new(&engine, wat(text)).expect("a valid module");
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "twice", |x: i64| x.wrapping_mul(2)).expect("a new name");
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("an instance");

    let mut group = criterion.benchmark_group("call");
    let nothing: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "nothing").expect("its type");
    group.bench_function("typed/no parameters", |b| b.iter(|| nothing.call(&mut store, ()).expect("no trap")));
    let add: TypedFunc<(i32, i32), i32> = instance.get_typed_func(&mut store, "add").expect("its type");
    group.bench_function("typed/2 parameters", |b| {
        b.iter(|| add.call(&mut store, (black_box(1), black_box(2))).expect("no trap"));
    });
    let many: TypedFunc<Eight, f64> = instance.get_typed_func(&mut store, "many").expect("its type");
    group.bench_function("typed/8 parameters", |b| {
        b.iter(|| many.call(&mut store, black_box((1, 2, 3.0, 4.0, 5, 6, 7.0, 8.0))).expect("no trap"));
    });
    let add: Func = instance.get_func(&mut store, "add").expect("the function");
    group.bench_function("untyped/2 parameters", |b| {
        let mut results = [0_i32.into()];
        b.iter(|| add.call(&mut store, &[black_box(1).into(), black_box(2).into()], &mut results).expect("no trap"));
    });
    // One call of wasm calls the host a thousand times. The throughput is calls of the host per second.
    let host: TypedFunc<i32, i64> = instance.get_typed_func(&mut store, "loop").expect("its type");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("wasm to host/1000 times", |b| {
        b.iter_batched(|| 1000, |n| host.call(&mut store, n).expect("no trap"), BatchSize::SmallInput);
    });
    group.finish();
}

criterion_group!(phases, compile, load, instantiate, call);
criterion_main!(phases);
