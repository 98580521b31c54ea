//! Memories when there is little address space: those with bounds checks reserve what they need, guarded ones are refused.
//!
//! This is a binary of its own because it sets the limit of address space of its process.

#![cfg(unix)]

mod support;

use wassay_vm::{Error, Instance, Memory, MemoryType, Module, Store};

#[test]
fn reservations_shrink_with_the_address_space() {
    let (_, engine) = support::engines_with_all_features().remove(1);
    let module =
        Module::new(&engine, support::wat(r#"(module (memory (export "m") i64 1 0x1_0000_0000_0000))"#)).unwrap();
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls get a valid pointer to a structure of their type.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_AS, &raw mut limit), 0);
        limit.rlim_cur = 40 << 30;
        assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &raw const limit), 0);
    }
    let mut store = Store::new(&engine, ());
    let mut grown = 0;
    for _ in 0..1000 {
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let memory = instance.get_memory(&mut store, "m").unwrap();
        assert_eq!(memory.size(&store), 1);
        grown += usize::from(memory.grow(&mut store, 1).is_ok());
    }
    assert!((1..10).contains(&grown), "{grown}");
    let error = Memory::new(&mut store, MemoryType::new(1, None)).unwrap_err();
    assert!(matches!(error, Error::Resources(_)), "{error:?}");
}
