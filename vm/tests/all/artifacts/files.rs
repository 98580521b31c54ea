//! Artifacts in files: large ones are mapped and run in place, damaged ones are refused.

use crate::support::{engines, wat};
use std::path::{Path, PathBuf};
use wassay_vm::{Config, Engine, Error, Instance, MemoryMode, Module, OptLevel, Store, Trap};

/// Returns a module with `functions` large functions and all that an image can hold: constants, exceptions, names, line
/// tables, data.
fn large(functions: usize) -> Vec<u8> {
    let mut text = String::from(
        r#"(module $large (memory (export "memory") 1) (data (i32.const 3) "xyz") (data $passive "passive data")
            (table 3 funcref) (elem (i32.const 0) $caught $f0 $f1) (elem $later func $f1 $f0)
            (tag $t (param i32))
            (func $throws (param i32) (if (local.get 0) (then (throw $t (local.get 0)))))
            (func $caught (export "caught") (param i32) (result i32)
                (block $h (result i32)
                    (try_table (catch $t $h) (call $throws (local.get 0))) (i32.const -1)))
            (func $loads (export "loads") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "copies") (param i32) (result i32)
                (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 12))
                (i32.load8_u (i32.add (i32.const 100) (local.get 0))))
            (func (export "calls") (param i32) (result i32)
                (call_indirect (param i32) (result i32) (i32.const 5) (local.get 0)))
            (func (export "vectors") (param i32) (result i32)
                (i32x4.extract_lane 2 (i32x4.mul (i32x4.splat (local.get 0)) (v128.const i32x4 3 5 7 11))))"#,
    );
    for number in 0..functions {
        text += &format!("(func $f{number} (param i32) (result i32)");
        for step in 0..80 {
            text +=
                &format!("(i32.store offset={} (local.get 0) (i32.const {}))", 1000 + 4 * step, number * 1000 + step);
        }
        text += "(local.get 0))";
    }
    wat(&(text + ")"))
}

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("module.wassay");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn load(engine: &Engine, path: &Path) -> wassay_vm::Result<Module> {
    // SAFETY: the files of these tests come from `serialize`. Where a test damages one afterwards, it does not run the damaged
    // parts.
    unsafe { Module::deserialize_file(engine, path) }
}

fn behaves(engine: &Engine, module: &Module) {
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, module, &[]).unwrap();
    let mut call = |name: &str, argument: i32| {
        let function = instance.get_typed_func::<i32, i32>(&mut store, name).unwrap();
        function.call(&mut store, argument)
    };
    assert_eq!(call("loads", 4).unwrap(), i32::from(b'y'));
    assert_eq!(call("copies", 1).unwrap(), i32::from(b'a'));
    assert_eq!(call("calls", 0).unwrap(), 5);
    assert_eq!(call("calls", 1).unwrap(), 5);
    assert_eq!(call("vectors", 6).unwrap(), 42);
    assert_eq!(call("caught", 7).unwrap(), 7);
    assert_eq!(call("caught", 0).unwrap(), -1);
    let Err(Error::Trap { trap, backtrace }) = call("loads", -1) else { panic!("no trap") };
    assert_eq!(trap, Trap::MemoryOutOfBounds);
    assert_eq!(backtrace.frames[0].name.as_deref(), Some("loads"));
    assert_eq!(backtrace.frames[0].module.as_deref(), Some("large"));
    assert!(backtrace.frames[0].offset.is_some());
}

/// Returns the mappings of this process (`/proc/self/maps`) that are of the file. Other tests map other files.
fn mappings(path: &Path) -> Vec<String> {
    let all = std::fs::read_to_string("/proc/self/maps").unwrap();
    all.lines().filter(|line| line.ends_with(path.to_str().unwrap())).map(str::to_owned).collect()
}

#[test]
fn large_artifacts_are_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::new(Config::new().opt_level(OptLevel::None)).unwrap();
    let bytes = Module::new(&engine, large(1500)).unwrap().serialize().unwrap();
    let path = file(&folder, &bytes);
    let module = load(&engine, &path).unwrap();
    behaves(&engine, &module);
    assert_eq!(module.serialize().unwrap(), bytes, "the words that the runtime filled in are left out");
    let mapped = mappings(&path);
    assert!((3..=5).contains(&mapped.len()), "{mapped:#?}");
    assert_eq!(mapped.iter().filter(|line| line.contains(" r-xp ")).count(), 1, "{mapped:#?}");
    assert!(mapped.iter().all(|line| line.contains(" r--p ") || line.contains(" r-xp ")), "{mapped:#?}");

    // The file can be mapped twice at once, and the same bytes can be loaded from memory.
    let again = load(&engine, &path).unwrap();
    behaves(&engine, &again);
    drop(module);
    behaves(&engine, &again);
    drop(again);
    assert!(mappings(&path).is_empty());
    // SAFETY: the bytes come from `serialize`.
    behaves(&engine, &unsafe { Module::deserialize(&engine, &bytes) }.unwrap());
}

#[test]
fn small_artifacts_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, engine) in engines() {
        let bytes = Module::new(&engine, large(2)).unwrap().serialize().unwrap();
        let path = file(&folder, &bytes);
        let module = load(&engine, &path).unwrap();
        assert!(mappings(&path).is_empty(), "{mode}");
        // A file that was read, not mapped, may change afterwards.
        std::fs::write(&path, b"").unwrap();
        behaves(&engine, &module);
        assert_eq!(module.serialize().unwrap(), bytes, "{mode}");
    }
}

#[test]
fn small_code_with_large_data_is_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::default();
    let data = "d".repeat(3 << 20);
    let text = format!(
        r#"(module (memory 1) (data $d "{data}") (func (export "f") (param i32) (result i32)
            (memory.init $d (i32.const 0) (i32.const 3000000) (i32.const 10)) (i32.load8_u (local.get 0))))"#
    );
    let bytes = Module::new(&engine, wat(&text)).unwrap().serialize().unwrap();
    let path = file(&folder, &bytes);
    let module = load(&engine, &path).unwrap();
    assert_eq!(mappings(&path).len(), 1);
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
    assert_eq!((f.call(&mut store, 9).unwrap(), f.call(&mut store, 10).unwrap()), (100, 0));
    assert_eq!(module.serialize().unwrap(), bytes);
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new();
    config.opt_level(OptLevel::None);
    let quick = Engine::new(&config).unwrap();
    let thorough = Engine::new(config.check_mapped_artifacts(true)).unwrap();
    let bytes = Module::new(&quick, large(1500)).unwrap().serialize().unwrap();
    let refused = |engine: &Engine, bytes: &[u8], what: &str| {
        let path = file(&folder, bytes);
        let error = load(engine, &path).err();
        assert!(matches!(error, Some(Error::Artifact(_))), "{what}: {error:?}");
        assert!(mappings(&path).is_empty(), "{what}");
    };
    for cut in [0, 7, 100, 1 << 19, (1 << 20) + 1, bytes.len() / 2, bytes.len() - 1] {
        refused(&quick, &bytes[..cut], "cut off");
    }
    refused(&quick, &[&bytes[..], &[0]].concat(), "one byte more");
    // The header, and the description after it, up to the first offset at which code may begin.
    for at in (0..160).chain((160..4096).step_by(97)) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        refused(&quick, &damaged, &format!("byte {at}"));
    }
    behaves(&thorough, &load(&thorough, &file(&folder, &bytes)).unwrap());
    let mut noticed = 0;
    for at in (4096..bytes.len()).step_by(bytes.len() / 50) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let path = file(&folder, &damaged);
        // Loading must not crash, whichever byte is damaged. The code does not run.
        let _ = load(&quick, &path);
        noticed += usize::from(load(&thorough, &path).is_err());
    }
    assert!(noticed >= 48, "{noticed}: only gaps between sections are not hashed");
    assert!(matches!(load(&quick, &folder.path().join("nowhere")), Err(Error::Artifact(_))));
    assert!(matches!(load(&quick, folder.path()), Err(Error::Artifact(_))));
}

/// Names, data and line tables of a mapped file are not checked when it is loaded. Damage to them affects only them.
#[test]
fn damage_outside_code_does_not_affect_code() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::new(Config::new().opt_level(OptLevel::None)).unwrap();
    let bytes = Module::new(&engine, large(1500)).unwrap().serialize().unwrap();
    // The word at 128 is the offset of the last section.
    let start = usize::try_from(u64::from_le_bytes(bytes[128..136].try_into().unwrap())).unwrap();
    assert!(start > 1 << 20 && bytes.len() - start > 1 << 18);
    let mut random = Random(7);
    for _ in 0..30 {
        let mut damaged = bytes.clone();
        for _ in 0..1000 {
            let at = start + random.below(bytes.len() - start);
            damaged[at] ^= 1 << random.below(8);
        }
        let module = load(&engine, &file(&folder, &damaged)).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let loads = instance.get_typed_func::<i32, i32>(&mut store, "loads").unwrap();
        let Err(Error::Trap { trap, backtrace }) = loads.call(&mut store, -1) else { panic!("no trap") };
        assert_eq!((trap, backtrace.frames.len()), (Trap::MemoryOutOfBounds, 1));
    }
}

/// A random number generator (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit
    }
}

/// Mutants have bits flipped or pieces moved, or are cut off. Each is refused or runs as before. (When artifacts had no hashes,
/// one in 500 of them was accepted, and then panicked.)
#[test]
fn mutants_are_refused_or_run_as_before() {
    let engine = Engine::new(Config::new().opt_level(OptLevel::None).memory_mode(MemoryMode::Precise)).unwrap();
    let bytes = Module::new(&engine, large(2)).unwrap().serialize().unwrap();
    let (mut refused, mut same) = (0, 0);
    for number in 0..12_000_u64 {
        let mut random = Random(number * 2 + 1);
        random.below(2);
        let mut mutant = bytes.clone();
        match number % 4 {
            0 => mutant.truncate(random.below(bytes.len())),
            1 | 2 => {
                for _ in 0..=random.below(3) {
                    let at = random.below(bytes.len());
                    mutant[at] ^= 1 << random.below(8);
                }
            }
            _ => {
                let length = 1 + random.below(16);
                let (from, to) = (random.below(bytes.len() - length), random.below(bytes.len() - length));
                mutant.copy_within(from..from + length, to);
            }
        }
        // SAFETY: a mutant that is not refused is the result of `serialize`, but for bytes that are never read.
        match unsafe { Module::deserialize(&engine, &mutant) } {
            Ok(module) => {
                same += 1;
                if same % 20 == 1 {
                    behaves(&engine, &module);
                }
                assert_eq!(module.serialize().unwrap(), bytes, "mutant {number}");
            }
            Err(Error::Artifact(_)) => refused += 1,
            Err(other) => panic!("mutant {number}: {other:?}"),
        }
    }
    assert!(refused > 10_000, "{refused} refused, {same} unchanged");
}
