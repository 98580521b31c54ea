//! Artifacts as bytes: modules run after a round trip, and other bytes are refused.

use crate::support::{engines, wat};
use wassay_vm::artifact::Artifact;
use wassay_vm::{Config, Engine, Error, Instance, MemoryMode, Module, Store};

const TEXT: &str = r#"(module $m (memory 1) (data (i32.const 3) "x")
    (func $f (export "f") (param i32) (result i32) (i32.load8_u (local.get 0))))"#;

fn call(module: &Module, engine: &Engine, argument: i32) -> wassay_vm::Result<i32> {
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, module, &[]).unwrap();
    instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap().call(&mut store, argument)
}

#[test]
fn modules_run_after_a_round_trip() {
    for (mode, engine) in engines() {
        let bytes = Module::new(&engine, wat(TEXT)).unwrap().serialize().unwrap();
        // The engine that loads may have another optimisation level.
        let memory = if mode == "o3-relaxed" { MemoryMode::Relaxed } else { MemoryMode::Precise };
        let other = Engine::new(Config::new().memory_mode(memory)).unwrap();
        // SAFETY: the bytes come from `serialize`.
        let module = unsafe { Module::deserialize(&other, &bytes) }.unwrap();
        assert_eq!(call(&module, &other, 3).unwrap(), 120, "{mode}");
        let Err(Error::Trap { backtrace, .. }) = call(&module, &other, -1) else { panic!("no trap") };
        assert_eq!(backtrace.frames[0].name.as_deref(), Some("f"), "{mode}: the artifact has the DWARF data");
        assert_eq!(module.serialize().unwrap(), bytes, "{mode}");
    }
}

#[test]
fn equal_modules_give_equal_artifacts() {
    for (_, engine) in engines() {
        let one = Module::new(&engine, wat(TEXT)).unwrap().serialize().unwrap();
        let other = Module::new(&engine, wat(TEXT)).unwrap().serialize().unwrap();
        assert_eq!(one, other);
    }
}

#[test]
fn other_bytes_are_refused() {
    let engine = Engine::default();
    let bytes = Module::new(&engine, wat(TEXT)).unwrap().serialize().unwrap();
    for cut in [0, 1, 7, 8, 9, 20, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(Artifact::from_bytes(&bytes[..cut]), Err(Error::Artifact(_))), "cut at {cut}");
    }
    let refused = |bytes: &[u8], why: &str| {
        let error = Artifact::from_bytes(bytes).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    refused(&wat(TEXT), "first bytes");
    let mut other_build = bytes.clone();
    other_build[8] ^= 1;
    refused(&other_build, "another build");
    let mut longer = bytes.clone();
    longer.push(0);
    refused(&longer, "should have");
}

#[test]
fn code_is_made_for_the_named_cpu() {
    let engine = Engine::new(Config::new().cpu("x86-64-v2")).unwrap();
    let module = Module::new(&engine, wat(TEXT)).unwrap();
    let artifact = Artifact::from_bytes(&module.serialize().unwrap()).unwrap();
    assert!(artifact.target.features.contains(&"sse4.2".to_owned()));
    assert!(!artifact.target.features.contains(&"avx".to_owned()));
    assert_eq!(call(&module, &engine, 3).unwrap(), 120);
    let unknown = Engine::new(Config::new().cpu("abacus"));
    assert!(matches!(unknown, Err(Error::Config(message)) if message.contains("`abacus`")));
}
