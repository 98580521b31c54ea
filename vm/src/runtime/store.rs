//! A store without the embedder's data: everything that instances share and that lives as long as the store.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#store>

pub(crate) mod activation;
mod allocation;
mod collection;
mod descriptor;
pub(crate) mod exception;
mod fibers;
pub(crate) mod handle;
pub(crate) mod host_function;
pub(crate) mod instance;
pub(crate) mod object;
mod rooted;
mod roots;

pub(crate) use rooted::OwnedRoot;

use crate::abi::heap::VMRun;
use crate::abi::{Builtin, OVERFLOW_SLOTS, VMFuncRef, VMStore, VMTag};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::rooted::StoreId;
use crate::runtime::arch::{self, HostContext};
use crate::runtime::code::module::LoadedModule;
use crate::runtime::code::trace::Trace;
use crate::runtime::fiber::{self, Fibers};
use crate::runtime::heap::Heap;
use crate::runtime::heap::handles::SharedHandles;
use crate::runtime::storage::memory::MemoryInstance;
use crate::runtime::storage::quota::Quota;
use crate::runtime::storage::table::TableInstance;
use crate::system::stable_box::StableBox;
use crate::type_registry::RegisteredType;
use crate::types::{HeapType, MemoryType, RefType, TableType, ValType};
use host_function::{HostFunction, HostRecord};
use instance::InstanceData;
use std::any::Any;
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::marker::PhantomPinned;
use std::ops::Range;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The entry point of a builtin, regardless of its signature.
pub(crate) type BuiltinEntry = unsafe extern "C" fn();

/// The error or panic with which a host function leaves wasm.
pub(crate) enum Pending {
    Error(Error),
    Panic(Box<dyn Any + Send>),
}

/// A store without the embedder's data.
///
/// While wasm of this store runs, stubs, host functions and the collector access the store by [`StoreOpaque::this`],
/// although the code that entered wasm still holds a `&mut`. So the type is not `Unpin`: for references to such types,
/// rustc does not assume exclusive access (<https://rust-lang.github.io/rfcs/3467-unsafe-pinned.html>).
#[repr(C)]
pub struct StoreOpaque {
    /// The record that compiled code reads. First, so that a pointer to it is also a pointer to the whole.
    pub(crate) vm: VMStore,
    pub(crate) id: StoreId,
    pub(crate) engine: Engine,
    /// Entry points of the builtins, by number.
    pub(crate) builtins: *const BuiltinEntry,
    /// The pointer to this store that compiled code goes through. It covers the whole store, including the embedder's
    /// data.
    pub(crate) this: *mut Self,
    pub(crate) pending: Option<Pending>,
    pub(crate) trace: Trace,
    /// Addresses at which accesses of linear memories can fault. The signal handler reads them.
    pub(crate) memory_addresses: Vec<Range<usize>>,
    // Fields drop in order: instances keep the code, the rest is data.
    pub(crate) instances: Vec<StableBox<InstanceData>>,
    memories: Vec<StableBox<MemoryInstance>>,
    pub(crate) shared_memories: Vec<Arc<MemoryInstance>>,
    pub(crate) tables: Vec<StableBox<TableInstance>>,
    pub(crate) globals: Vec<StableBox<GlobalCell>>,
    func_refs: Vec<StableBox<VMFuncRef>>,
    records: Vec<StableBox<HostRecord>>,
    tags: Vec<StableBox<VMTag>>,
    /// Types of what the host created in this store, by number. Instances keep the types of their modules. A type is
    /// kept as long as the store, since objects, tables, functions and tags may have it.
    types: HashMap<u32, Arc<RegisteredType>>,
    /// Whether the store ever had an exception.
    pub(crate) has_thrown: bool,
    pub(crate) fibers: Fibers,
    pub(crate) handles: SharedHandles,
    pub(crate) heap: Heap,
    /// Quotas of all tables, and of all memories, of this store.
    pub(crate) table_elements: Quota,
    pub(crate) memory_bytes: Quota,
    pinned: PhantomPinned,
}

// SAFETY: the parts that the store holds for others are checked to be `Send` and `Sync` below. Raw pointers point to
// data that the store owns, to types and code that its instances keep, and, while wasm runs, into stacks of threads: to
// activations (`vm.activation`), and to clauses and frames of code that resumed a continuation (`Fiber`). A store can
// be sent while its wasm runs: a host function sends its `Caller` and waits, as the borrow requires; those stacks then
// wait too. They are only read, where wasm of this store waits in them, and never written. A thread takes an activation
// as running on the thread itself only if it finds the activation in its own list (`activation::is_active`).
// Continuations hold only frames of wasm, which do not depend on a thread: frames of the host wait on the stack of the
// thread that made the call.
unsafe impl Send for StoreOpaque {}
// SAFETY: data is only read through a shared reference. That includes `Cell`s of instances: only builtins and
// instantiation change them, and they have exclusive access to the store. The exception is the list of the host's
// references, which is behind a lock.
unsafe impl Sync for StoreOpaque {}

/// Checks that the parts that the store holds for others are `Send` and `Sync`, as the two implementations above
/// require.
const _: () = {
    const fn sent<T: Send>() {}
    const fn shared<T: Send + Sync>() {}
    sent::<Pending>();
    shared::<(Engine, LoadedModule, HostFunction, SharedHandles, Arc<MemoryInstance>)>();
    shared::<Box<dyn Any + Send + Sync>>();
};

/// Checks that `StoreOpaque` is not `Unpin`: otherwise `HOLDS` would be ambiguous.
const _: () = {
    trait Pinned<A> {
        const HOLDS: () = ();
    }
    impl<T> Pinned<()> for T {}
    impl<T: Unpin> Pinned<u8> for T {}
    let () = <StoreOpaque as Pinned<_>>::HOLDS;
};

/// The value of a global, little-endian from the first byte.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct GlobalCell(pub(crate) u128);

impl StoreOpaque {
    /// Returns the pointer with which to enter wasm. Everything else uses the same pointer meanwhile.
    pub(crate) fn this(&mut self) -> *mut Self {
        self.this
    }

    /// Returns the overflow area of a store. Its contents may be written while the store is borrowed, even shared.
    ///
    /// # Safety
    /// The store must be alive.
    pub(crate) unsafe fn overflow(this: *mut Self) -> *mut [u128; OVERFLOW_SLOTS] {
        // SAFETY: the caller's promise.
        UnsafeCell::raw_get(unsafe { &raw const (*this).vm.overflow })
    }

    /// Creates an empty store whose instances call these builtins. `this` must be set once the store is at its final
    /// address.
    pub(crate) fn new(engine: &Engine, builtins: &'static [BuiltinEntry; Builtin::ALL.len()]) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            vm: VMStore {
                stack_limit: 0,
                activation: null_mut(),
                descriptor_base: 0,
                runs: [VMRun { next: 0, end: 0 }; _],
                overflow: UnsafeCell::new([0; _]),
            },
            id: StoreId(NEXT.fetch_add(1, Relaxed)),
            engine: engine.clone(),
            builtins: builtins.as_ptr(),
            this: null_mut(),
            pending: None,
            trace: Trace::default(),
            memory_addresses: Vec::new(),
            instances: Vec::new(),
            memories: Vec::new(),
            shared_memories: Vec::new(),
            tables: Vec::new(),
            globals: Vec::new(),
            func_refs: Vec::new(),
            records: Vec::new(),
            tags: Vec::new(),
            types: HashMap::new(),
            has_thrown: false,
            fibers: Fibers::default(),
            handles: SharedHandles::default(),
            heap: Heap::new(fiber::trace),
            table_elements: Quota::new(engine.config().limits.table_elements),
            memory_bytes: Quota::new(engine.config().limits.memory_size),
            pinned: PhantomPinned,
        }
    }

    pub(crate) fn add_memory(&mut self, ty: MemoryType) -> Result<NonNull<MemoryInstance>> {
        let memory = MemoryInstance::new(ty, self.memory_bytes.clone())?;
        if ty.shared {
            return Ok(self.add_shared_memory(&Arc::new(memory)));
        }
        self.memory_addresses.push(memory.addresses());
        Ok(push(&mut self.memories, memory))
    }

    /// Adds a shared memory to this store, unless it has it already.
    pub(crate) fn add_shared_memory(&mut self, memory: &Arc<MemoryInstance>) -> NonNull<MemoryInstance> {
        if !self.shared_memories.iter().any(|known| Arc::ptr_eq(known, memory)) {
            self.memory_addresses.push(memory.addresses());
            self.shared_memories.push(Arc::clone(memory));
        }
        NonNull::from(&**memory)
    }

    pub(crate) fn add_table(&mut self, ty: TableType, init: u64) -> Result<NonNull<TableInstance>> {
        Ok(push(&mut self.tables, TableInstance::new(ty, init, self.table_elements.clone())?))
    }

    pub(crate) fn add_global(&mut self, value: u128) -> NonNull<u8> {
        push(&mut self.globals, GlobalCell(value)).cast()
    }

    /// Adds a context for calls of a host function by `instance`.
    pub(crate) fn add_record(
        &mut self,
        function: Arc<HostFunction>,
        instance: Option<NonNull<InstanceData>>,
    ) -> NonNull<HostRecord> {
        let context = HostContext { store: self.this.cast(), call: function.entry };
        push(&mut self.records, HostRecord { context, function, instance })
    }

    /// Adds a host function to this store.
    pub(crate) fn add_host_function(&mut self, function: Arc<HostFunction>) -> NonNull<VMFuncRef> {
        let ty = Arc::clone(&function.ty);
        let context = self.add_record(function, None).as_ptr().cast();
        push(&mut self.func_refs, ty.func_ref(arch::host_stub as *const u8, context))
    }

    /// Adds a tag, distinct from all others.
    pub(crate) fn add_tag(&mut self, ty: &Arc<RegisteredType>) -> NonNull<VMTag> {
        self.keep_type(ty);
        push(&mut self.tags, VMTag { type_id: ty.id })
    }

    /// Keeps a type, and all types that it refers to, as long as the store.
    pub(crate) fn keep_type(&mut self, ty: &Arc<RegisteredType>) {
        self.types.entry(ty.id).or_insert_with(|| Arc::clone(ty));
    }

    /// Keeps the type that a table or global of the host refers to, if it refers to one by number.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if the engine has no type with that number.
    pub(crate) fn keep_named_type(&mut self, ty: ValType) -> Result<()> {
        if let ValType::Ref(RefType { heap: HeapType::Concrete(id) | HeapType::Exact(id), .. }) = ty {
            let found = self.engine.find_registered(id);
            let unknown = || Error::UnknownType { ty: ty.to_string() };
            self.keep_type(&found.ok_or_else(unknown)?);
        }
        Ok(())
    }
}

fn push<T>(list: &mut Vec<StableBox<T>>, value: T) -> NonNull<T> {
    let value = StableBox::new(value);
    let pointer = value.pointer();
    list.push(value);
    pointer
}

#[cfg(test)]
mod tests;
