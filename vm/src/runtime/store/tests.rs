//! Tests of objects and of values of the host: what survives a collection, and what handles still refer to.

use super::*;
use crate::abi::heap::{HEADER_ARRAY, OBJECT_HEADER};
use crate::rooted::Rooted;
use crate::runtime::heap::HeapStats;
use crate::types::{CompositeType, FieldType, FuncType, HeapType, RefType, StorageType, SubType, ValType};
use crate::{
    AnyRef, AsContextMut, Engine, Error, Exception, ExternRef, Func, Global, GlobalType, OwnedRooted, RootScope, Store,
    Tag, Val,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

const ANY: ValType = ValType::Ref(RefType { nullable: true, heap: HeapType::Any });

fn field(ty: ValType) -> FieldType {
    FieldType { storage: StorageType::Val(ty), mutable: true }
}

/// A store with three types: nodes (a number and a reference), arrays of references, and arrays of bytes.
struct Fixture {
    store: Store<()>,
    node: u32,
    array: u32,
    bytes: u32,
}

impl Fixture {
    fn new() -> Self {
        let engine = Engine::default();
        let types = [
            CompositeType::Struct([field(ValType::I64), field(ANY)].into()),
            CompositeType::Array(field(ANY)),
            CompositeType::Array(FieldType { storage: StorageType::I8, mutable: true }),
        ];
        let types = types.map(|composite| SubType {
            is_final: true,
            supertype: None,
            descriptor: None,
            describes: None,
            composite,
        });
        let types = engine.module_types(&types, &[]).unwrap();
        let mut store = Store::new(&engine, ());
        types.iter().for_each(|ty| store.as_context_mut().0.opaque.keep_type(ty));
        Self { store, node: types[0].id, array: types[1].id | HEADER_ARRAY, bytes: types[2].id | HEADER_ARRAY }
    }

    fn opaque(&mut self) -> &mut StoreOpaque {
        &mut self.store.as_context_mut().0.opaque
    }

    fn node(&mut self, number: u64, next: u64) -> Option<u64> {
        let ty = self.node;
        // SAFETY: a node has two fields of 8 bytes.
        unsafe {
            let node = self.opaque().allocate(ty, 24, 0)?.cast::<u64>();
            assert_eq!((node.add(1).read(), node.add(2).read()), (0, 0));
            node.add(1).write(number);
            node.add(2).write(next);
            Some(node.as_ptr() as u64)
        }
    }

    fn references(&mut self, length: u32) -> Option<&'static mut [u64]> {
        let ty = self.array;
        // SAFETY: the array has so many elements, and the test does not use them after the array's death.
        unsafe {
            let array = self.opaque().allocate(ty, u64::from(OBJECT_HEADER) + u64::from(length) * 8, length)?;
            Some(std::slice::from_raw_parts_mut(array.as_ptr().cast::<u64>().add(1), length as usize))
        }
    }

    fn collect(&mut self) -> HeapStats {
        self.store.gc();
        self.store.heap_stats()
    }
}

/// Reads the fields of a node.
///
/// # Safety
/// `node` must be the address of a node.
unsafe fn read(node: u64) -> (u64, u64) {
    // SAFETY: the caller's promise.
    unsafe { ((node as *const u64).add(1).read(), (node as *const u64).add(2).read()) }
}

#[test]
fn reachable_objects_survive() {
    let mut fixture = Fixture::new();
    let mut list = 0;
    for number in 0..1000 {
        list = fixture.node(number, list).unwrap();
        fixture.node(u64::MAX, list).unwrap();
    }
    fixture.opaque().heap.temporaries.push(list);
    let stats = fixture.collect();
    assert_eq!((stats.objects, stats.live_bytes), (1000, 32_000));
    // Free cells are reused, and no others.
    for _ in 0..3000 {
        fixture.node(u64::MAX, 0).unwrap();
    }
    for number in (0..1000).rev() {
        // SAFETY: the node was kept alive.
        let (found, next) = unsafe { read(list) };
        assert_eq!(found, number);
        list = next;
    }
    fixture.opaque().heap.temporaries.clear();
    let stats = fixture.collect();
    assert_eq!((stats.objects, stats.bytes), (0, 0));
}

#[test]
fn marking_long_lists_does_not_recurse() {
    let mut fixture = Fixture::new();
    let mut list = 0;
    for number in 0..5_000_000 {
        fixture.opaque().heap.temporaries.clear();
        fixture.opaque().heap.temporaries.push(list);
        list = fixture.node(number, list).unwrap();
    }
    fixture.opaque().heap.temporaries.push(list);
    assert_eq!(fixture.collect().objects, 5_000_000);
}

#[test]
fn mark_stack_overflow_loses_no_objects() {
    let mut fixture = Fixture::new();
    let outer = fixture.references(5000).unwrap();
    fixture.opaque().heap.temporaries.push(outer.as_ptr() as u64 - 8);
    let mut count = 1;
    for slot in outer.iter_mut() {
        let inner = fixture.references(300).unwrap();
        *slot = inner.as_ptr() as u64 - 8;
        inner[299] = fixture.node(1, 0).unwrap();
        inner[7] = fixture.node(2, inner[299]).unwrap();
        count += 3;
    }
    for limit in [1, 10, 1000] {
        fixture.opaque().heap.bound_mark_stack(limit);
        assert_eq!(fixture.collect().objects, count);
    }
}

#[test]
fn heap_limit_holds() {
    let mut fixture = Fixture::new();
    fixture.store.set_heap_limit(4 << 20);
    for _ in 0..100 * (4 << 20) / 32 {
        fixture.node(0, 0).unwrap();
    }
    assert!(fixture.store.heap_stats().bytes <= 4 << 20);
    let mut list = 0;
    let mut count = 0;
    while let Some(node) = fixture.node(0, list) {
        list = node;
        count += 1;
        fixture.opaque().heap.temporaries = vec![list];
    }
    assert_eq!(count, 64 * 2048);
    assert_eq!(fixture.collect().objects, count);
    fixture.opaque().heap.temporaries.clear();
    assert!(fixture.node(0, 0).is_some(), "usable afterwards");
    // Larger than any heap, than the limit, or than what is left of the limit.
    let (array, bytes) = (fixture.array, fixture.bytes);
    let opaque = fixture.opaque();
    // SAFETY: the arrays have as many elements as there is room for, or none.
    let mut allocate = |header, bytes, length| unsafe { opaque.allocate(header, bytes, length) };
    assert!(allocate(array, 8 + (u64::from(u32::MAX) << 3), u32::MAX).is_none());
    assert!(allocate(bytes, u64::MAX, u32::MAX).is_none());
    assert!(allocate(bytes, (4 << 20) + 1, 0).is_none());
    assert!(allocate(bytes, (4 << 20) - (64 << 10), 0).is_some());
    for length in [2041, 3000, 30_000, 60_000, 70_000] {
        let object = allocate(bytes, 8 + u64::from(length), length).unwrap();
        // SAFETY: the object is that large.
        assert!(unsafe { std::slice::from_raw_parts(object.as_ptr().add(8), length as usize) }.iter().all(|&b| b == 0));
        // SAFETY: as above.
        unsafe { object.add(8).write_bytes(0xff, length as usize) };
    }
}

#[test]
fn stress_mode_collects_at_every_allocation() {
    let mut fixture = Fixture::new();
    fixture.store.set_gc_stress(true);
    let first = fixture.node(1, 0).unwrap();
    fixture.opaque().heap.temporaries.push(first);
    let lost = fixture.node(2, 0).unwrap();
    let collections = fixture.store.heap_stats().collections;
    let third = fixture.node(3, 0).unwrap();
    assert_eq!(fixture.store.heap_stats().collections, collections + 1);
    // SAFETY: the first node is kept alive; the other's memory still belongs to the heap.
    unsafe {
        assert_eq!(read(first), (1, 0));
        assert!(lost == third || read(lost).0 != 2);
    }
}

#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

fn counted(fixture: &mut Fixture, count: &Arc<AtomicUsize>) -> ExternRef {
    count.fetch_add(1, SeqCst);
    ExternRef::new(&mut fixture.store, Counted(Arc::clone(count))).unwrap()
}

#[test]
fn host_values_are_dropped_once_unreachable() {
    let mut fixture = Fixture::new();
    let count = Arc::new(AtomicUsize::new(0));
    let scope = fixture.opaque().handles.get_mut().unwrap().height();
    let value = counted(&mut fixture, &count);
    let raw = value.0.resolve(fixture.opaque()).unwrap();
    let node = fixture.node(0, raw).unwrap();
    let owned = OwnedRooted::new(&mut fixture.store, value).unwrap();
    let ty = GlobalType { content: ValType::EXTERNREF, mutable: true };
    let global = Global::new(&mut fixture.store, ty, value.into()).unwrap();
    fixture.opaque().heap.temporaries.push(node);
    fixture.opaque().handles.get_mut().unwrap().end_scope(scope);
    assert_eq!((fixture.collect().host_values, count.load(SeqCst)), (1, 1));
    global.set(&mut fixture.store, Val::ExternRef(None)).unwrap();
    fixture.opaque().heap.temporaries.clear();
    assert_eq!((fixture.collect().host_values, count.load(SeqCst)), (1, 1));
    let value = owned.get(&fixture.store).unwrap();
    assert!(value.data(&fixture.store).unwrap().is::<Counted>());
    drop(owned);
    assert_eq!(fixture.collect().host_values, 1);
    fixture.opaque().handles.get_mut().unwrap().end_scope(scope);
    assert_eq!((fixture.collect().host_values, count.load(SeqCst)), (0, 0));
    assert!(matches!(value.data(&fixture.store), Err(Error::Stale)));
    // The number is reused, but the stale reference does not refer to the new value.
    let other = counted(&mut fixture, &count);
    assert_eq!(other, value, "the same bits");
    assert!(value.data(&fixture.store).is_err() && other.data(&fixture.store).is_ok());
    let _ = other;
    // Values are dropped in time even if no objects are allocated.
    for _ in 0..1_000_000 {
        let mut scope = RootScope::new(&mut fixture.store);
        count.fetch_add(1, SeqCst);
        ExternRef::new(&mut scope, Counted(Arc::clone(&count))).unwrap();
    }
    assert!(count.load(SeqCst) < 500_000);
    drop(fixture);
    assert_eq!(count.load(SeqCst), 0);
}

#[test]
fn host_calls_are_scopes() {
    let mut fixture = Fixture::new();
    let count = Arc::new(AtomicUsize::new(0));
    let value = counted(&mut fixture, &count);
    let kept: Arc<std::sync::Mutex<Option<ExternRef>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let pass = Func::wrap(&mut fixture.store, move |value: Option<ExternRef>| {
        *keep.lock().unwrap() = value;
        value
    });
    let typed = pass.typed::<Option<ExternRef>, Option<ExternRef>>(&fixture.store).unwrap();
    let height = fixture.opaque().handles.get_mut().unwrap().height();
    let got = typed.call(&mut fixture.store, Some(value)).unwrap().unwrap();
    assert_eq!(got, value);
    assert_eq!(fixture.opaque().handles.get_mut().unwrap().height(), height + 1, "only what it gave");
    assert!(got.data(&fixture.store).is_ok());
    let stale = kept.lock().unwrap().take().unwrap();
    // The reference returned by the call has the same slot, but is not the stale one.
    assert!(matches!(stale.data(&fixture.store), Err(Error::Stale)));
    assert!(matches!(typed.call(&mut fixture.store, Some(stale)), Err(Error::Stale)));
    for _ in 0..10_000 {
        let mut scope = RootScope::new(&mut fixture.store);
        typed.call(&mut scope, Some(value)).unwrap();
    }
    assert_eq!(fixture.opaque().handles.get_mut().unwrap().height(), height + 1);
}

#[test]
fn exceptions_keep_their_values() {
    let mut fixture = Fixture::new();
    let count = Arc::new(AtomicUsize::new(0));
    let tag = Tag::new(&mut fixture.store, &FuncType::new([ValType::I32, ValType::EXTERNREF], [])).unwrap();
    let scope = fixture.opaque().handles.get_mut().unwrap().height();
    let value = counted(&mut fixture, &count);
    let exception = Exception::new(&mut fixture.store, tag, &[Val::I32(5), value.into()]).unwrap();
    let owned = OwnedRooted::new(&mut fixture.store, exception).unwrap();
    fixture.opaque().handles.get_mut().unwrap().end_scope(scope);
    let stats = fixture.collect();
    assert_eq!((stats.objects, stats.host_values), (1, 1));
    let exception = owned.get(&fixture.store).unwrap();
    let fields = exception.fields(&fixture.store);
    assert_eq!(fields[0], Val::I32(5));
    let Val::ExternRef(Some(value)) = fields[1] else { panic!("{fields:?}") };
    assert!(value.data(&fixture.store).is_ok());
}

#[test]
fn i31_references_take_no_slot() {
    let mut fixture = Fixture::new();
    let number = AnyRef::from_i31(&fixture.store, 7);
    for _ in 0..100_000 {
        let _ = AnyRef::from_i31(&fixture.store, 8);
    }
    assert_eq!(number.as_i31(), Some(7));
    assert_eq!(fixture.opaque().handles.get_mut().unwrap().height(), 0);
}

#[test]
fn handles_are_roots() {
    let mut fixture = Fixture::new();
    let node = fixture.node(1, 0).unwrap();
    let rooted = Rooted::new(fixture.opaque(), node);
    fixture.node(2, 0).unwrap();
    assert_eq!(fixture.collect().objects, 1);
    assert_eq!(AnyRef(rooted).0.resolve(fixture.opaque()).unwrap(), node);
}
