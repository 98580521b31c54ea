//! Modules that are expensive to compile: time and memory stay proportional to their size in bytes.

use super::build::{self, Code};
use super::families::FAMILIES;
use super::isolated::{Bounds, hostile, peak_mib};
use std::time::{Duration, Instant};
use wasm_encoder::ValType;
use wasmparser::WasmFeatures;
use wassay_vm::{Config, Engine, Error, Instance, Module, OptLevel, Store, Val};

fn engine(level: OptLevel, change: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    config.opt_level(level).features(WasmFeatures::all().iter_names().map(|(name, _)| name));
    change(&mut config);
    Engine::new(&config).expect("an engine for the host")
}

/// Changes the settings.
type Change = fn(&mut Config);

/// Returns the CPU time of this process on all CPUs.
fn cpu_time() -> Duration {
    // SAFETY: the structure consists of numbers, for which zero is a valid value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid, and to a structure of the type that the call fills.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    let of = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    of(usage.ru_utime) + of(usage.ru_stime)
}

/// Compiles modules of 3,000 and of 30,000 bytes of each family. An algorithm of quadratic cost takes ten times as long for each
/// byte of the larger module, which exceeds the limit.
fn compile_families(level: OptLevel, part: usize) {
    let engine = engine(level, |_| {});
    for family in FAMILIES.iter().skip(part).step_by(4) {
        for bytes in [3_000, 30_000] {
            let (wasm, count) = family.of_size(bytes);
            let before = cpu_time();
            let result = Module::new(&engine, &wasm);
            let took = cpu_time() - before;
            match result {
                Ok(_) | Err(Error::Limit(_)) => {}
                Err(error) => panic!("{} x {count}: {error}", family.name),
            }
            // On an idle machine it takes some 20 us a byte, and 60 at most. In tests the VM itself is not optimised.
            let allowed =
                Duration::from_millis(1_000) + Duration::from_micros(300) * u32::try_from(wasm.len()).unwrap_or(0);
            let mib = peak_mib(std::process::id()).unwrap_or(0);
            println!("{} x {count}, {} bytes: {took:.2?}, peak {mib} MiB", family.name, wasm.len());
            assert!(took < allowed, "{} x {count}, {} bytes: {took:.2?}", family.name, wasm.len());
        }
    }
}

const BOUNDS: Bounds = Bounds { mib: 768, seconds: 300 };

hostile! {
    fn families_compile_in_time_unoptimised() within BOUNDS => { (0..4).for_each(|part| compile_families(OptLevel::None, part)); }
    fn families_compile_in_time_optimised_1() within BOUNDS => { compile_families(OptLevel::Speed, 0); }
    fn families_compile_in_time_optimised_2() within BOUNDS => { compile_families(OptLevel::Speed, 1); }
    fn families_compile_in_time_optimised_3() within BOUNDS => { compile_families(OptLevel::Speed, 2); }
    fn families_compile_in_time_optimised_4() within BOUNDS => { compile_families(OptLevel::Speed, 3); }

    /// Functions of a few bytes, each with 50,000 locals, took 867 MB.
    fn unused_locals_take_little_memory() within Bounds { mib: 300, ..BOUNDS } => {
        let kinds = [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];
        let locals = kinds.map(|kind| (10_000, kind));
        let codes: Vec<_> = (0..1_000).map(|_| Code::new(&[], &[ValType::I64], &locals, |sink| { sink.local_get(12_345); })).collect();
        let wasm = build::module(&codes);
        build::at_each_level(|engine| {
            let results = build::run(engine, &wasm, &[]).expect("no trap");
            assert!(matches!(results[..], [Val::I64(0)]), "{results:?}");
        });
    }

    /// Functions that are compiled with different efforts call each other.
    fn functions_of_all_efforts_call_each_other() {
        let sum = |count: i32| Code::new(&[ValType::I32], &[ValType::I32], &[(1, ValType::I32)], move |sink| {
            for i in 0..count {
                // A comparison, a call of the smallest function or of none, and a division.
                sink.local_get(0).i32_const(i).i32_add().local_tee(1).local_get(0).i32_const(1).i32_or().i32_div_u();
                sink.local_get(1).call(0).i32_add().local_set(0);
            }
            sink.local_get(0);
        });
        let leaf = Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            sink.local_get(0).i32_const(3).i32_mul();
        });
        let counts = [10, 1_000, 10_000];
        let codes: Vec<_> = std::iter::once(leaf).chain(counts.map(sum)).chain([Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            sink.local_get(0).call(1).call(2).call(3);
        })]).collect();
        let wasm = build::module(&codes);
        let expected = |start: u32| counts.iter().fold(start, |mut x, &count| {
            for i in 0..count.unsigned_abs() {
                let y = x.wrapping_add(i);
                x = (y / (x | 1)).wrapping_add(y.wrapping_mul(3));
            }
            x
        });
        build::at_each_level(|engine| {
            let arguments = [0, 7, -5];
            assert_eq!(build::each_i32(engine, &wasm, arguments), arguments.map(|x: i32| expected(x.cast_unsigned()).cast_signed()));
        });
    }

    /// A call with a thousand arguments and results takes two bytes. Too many of them are an error that names the function.
    fn few_bytes_with_much_work_are_limited() {
        let many = vec![ValType::I32; 1_000];
        let pass = Code::new(&many, &many, &[], |sink| (0..1_000).for_each(|i| { sink.local_get(i); }));
        let calls = Code::new(&many, &many, &[], |sink| {
            (0..1_000).for_each(|i| { sink.local_get(i); });
            (0..20_000).for_each(|_| { sink.call(0); });
        });
        let wasm = build::module(&[pass, calls]);
        for level in [OptLevel::None, OptLevel::Speed] {
            let error = Module::new(&engine(level, |_| {}), &wasm).expect_err("too much");
            assert!(matches!(&error, Error::Limit(text) if text.contains("in function 1 (run)")), "{error}");
        }
    }

    fn limits_of_the_embedder_hold() {
        let wasm = build::wat("(module (func (export \"a\") (local i32 i32 i32) local.get 1 drop) (table 100 funcref) (table 50 funcref) (memory 3))");
        let limits: [(&str, Change, Change); 6] = [
            ("a module of", |c| { c.max_module_size(40); }, |c| { c.max_module_size(100); }),
            ("function 0 has 7 bytes of code", |c| { c.max_function_size(6); }, |c| { c.max_function_size(7); }),
            ("function 0 has 3 locals", |c| { c.max_locals(2); }, |c| { c.max_locals(3); }),
            ("tables of 150 elements", |c| { c.max_table_elements(149); }, |c| { c.max_table_elements(150); }),
            ("memories of 196608 bytes", |c| { c.max_memory_size(3 * 65_536 - 1); }, |c| { c.max_memory_size(3 * 65_536); }),
            ("function 0 (a)", |c| { c.max_compile_memory(1_000); }, |c| { c.max_compile_memory(100_000); }),
        ];
        for (said, too_low, enough) in limits {
            let make = |change: Change| build::instantiate(&engine(OptLevel::Speed, change), &wasm);
            match make(too_low) {
                Err(Error::Limit(text)) => assert!(text.starts_with(said), "{said}: {text}"),
                Err(other) => panic!("{said}: {other}"),
                Ok(_) => panic!("{said}: not refused"),
            }
            make(enough).unwrap_or_else(|error| panic!("{said}: {error}"));
        }
    }

    fn the_limit_of_compile_time_holds() {
        let (wasm, _) = FAMILIES.iter().find(|f| f.name == "small_functions").expect("one of them").of_size(20_000);
        for level in [OptLevel::None, OptLevel::Speed] {
            let error = Module::new(&engine(level, |c| { c.max_compile_time(Duration::from_micros(1)); }), &wasm).expect_err("no time");
            assert!(matches!(&error, Error::Limit(text) if text.contains("1µs")), "{error}");
            let start = Instant::now();
            Module::new(&engine(level, |c| { c.max_compile_time(Duration::from_secs(300)); }), &wasm).expect("time enough");
            assert!(start.elapsed() < Duration::from_secs(300));
        }
    }

    /// 100 tables of ten million elements took 7.7 GB of memory.
    fn tables_are_limited_together() within Bounds { mib: 200, ..BOUNDS } => {
        let tables = "(table 10000000 funcref (ref.func $f))".repeat(100);
        let wasm = build::wat(&format!("(module (func $f) {tables})"));
        build::at_each_level(|engine| {
            let module = Module::new(engine, &wasm).expect("small as bytes");
            let mut store = Store::new(engine, ());
            let error = Instance::new(&mut store, &module, &[]).map(|_| ()).expect_err("too large");
            assert!(matches!(&error, Error::Limit(text) if text.contains("1000000000 elements")), "{error}");
        });
    }

    /// Limits are for the whole store: growth and other instances count too.
    fn limits_hold_for_the_whole_store() {
        let engine = engine(OptLevel::None, |c| { c.max_table_elements(1_000).max_memory_size(10 * 65_536); });
        let text = r#"(module (table 100 funcref) (memory 1)
            (func (export "table") (param i32) (result i32) ref.null func local.get 0 table.grow)
            (func (export "memory") (param i32) (result i32) local.get 0 memory.grow))"#;
        let module = Module::new(&engine, build::wat(text)).expect("a valid module");
        let mut store = Store::new(&engine, ());
        let instances = [0; 2].map(|_| Instance::new(&mut store, &module, &[]).expect("within limits"));
        let mut grow = |which: usize, name: &str, by: i32| {
            let function = instances[which].get_func(&mut store, name).expect("it is exported");
            let mut results = [Val::I32(0)];
            function.call(&mut store, &[Val::I32(by)], &mut results).expect("no trap");
            build::only_i32(Ok(results.to_vec()))
        };
        assert_eq!([grow(0, "table", 500), grow(1, "table", 301), grow(1, "table", 300), grow(0, "table", 1)], [100, -1, 100, -1]);
        assert_eq!([grow(0, "memory", 8), grow(1, "memory", 1), grow(1, "memory", 0)], [1, -1, 1]);
        assert!(matches!(Instance::new(&mut store, &module, &[]), Err(Error::Limit(_))));
        Instance::new(&mut Store::new(&engine, ()), &module, &[]).expect("another store has its own");
    }
}
