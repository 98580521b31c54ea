//! A store, apart from the data of the embedder: everything that instances share and that lives as long as it.
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

/// The entry point of a builtin, whatever its type.
pub(crate) type BuiltinEntry = unsafe extern "C" fn();

/// Why wasm is being left, from a host function.
pub(crate) enum Pending {
    Error(Error),
    Panic(Box<dyn Any + Send>),
}

/// A store without the embedder's data.
///
/// While wasm of it runs, its stubs, its host functions and the collector use it by [`StoreOpaque::this`], although whoever
/// entered wasm still has a `&mut`. So it is not `Unpin`: of references to such types rustc does not take for granted that
/// nobody else accesses what they point to (<https://rust-lang.github.io/rfcs/3467-unsafe-pinned.html>).
#[repr(C)]
pub struct StoreOpaque {
    /// What compiled code sees. First, so that a pointer to it is one to the whole.
    pub(crate) vm: VMStore,
    pub(crate) id: StoreId,
    pub(crate) engine: Engine,
    /// The entry points of the builtins, by their numbers.
    pub(crate) builtins: *const BuiltinEntry,
    /// This, by the pointer that compiled code goes through: one to the whole, the embedder's data too.
    pub(crate) this: *mut Self,
    pub(crate) pending: Option<Pending>,
    pub(crate) trace: Trace,
    /// Where accesses of linear memories can fault. The signal handler reads it.
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
    /// Types of what the host made here, by number. Those of modules are kept by their instances. None is given up before
    /// the store: objects, tables, functions and tags may have it.
    types: HashMap<u32, Arc<RegisteredType>>,
    /// Whether there was an exception ever.
    pub(crate) has_thrown: bool,
    pub(crate) fibers: Fibers,
    pub(crate) handles: SharedHandles,
    pub(crate) heap: Heap,
    /// What its tables, and its memories, may have together.
    pub(crate) table_elements: Quota,
    pub(crate) memory_bytes: Quota,
    pinned: PhantomPinned,
}

// SAFETY: the parts that are not the embedder's are told to be `Send` and `Sync` below. Raw pointers lead to what the store
// owns itself, to types and code that its instances keep, and, while wasm runs, to the stacks of threads: activations
// (`vm.activation`), and clauses and frames of those who resumed a continuation (`Fiber`). A store can be sent while wasm
// of it runs, by a host function that sends its `Caller` and waits, as a borrow makes it do: those stacks then wait too.
// They are read where wasm of this store waits in them, and written by nobody, and a thread takes those of its own
// for running only that it finds in its own list (`activation::is_active`). Continuations hold frames of wasm alone, which
// knows no thread: what the host was called from waits on the stack of the thread that called it.
unsafe impl Send for StoreOpaque {}
// SAFETY: what is reached by a shared reference is only read, by `Cell`s of instances too, which builtins and instantiation
// alone change, and they have the store for themselves; but for the host's references, which are behind a lock.
unsafe impl Sync for StoreOpaque {}

/// What the store holds of others is as both of the above want it.
const _: () = {
    const fn sent<T: Send>() {}
    const fn shared<T: Send + Sync>() {}
    sent::<Pending>();
    shared::<(Engine, LoadedModule, HostFunction, SharedHandles, Arc<MemoryInstance>)>();
    shared::<Box<dyn Any + Send + Sync>>();
};

/// `StoreOpaque` is not `Unpin`, or this would be ambiguous.
const _: () = {
    trait Pinned<A> {
        const HOLDS: () = ();
    }
    impl<T> Pinned<()> for T {}
    impl<T: Unpin> Pinned<u8> for T {}
    let () = <StoreOpaque as Pinned<_>>::HOLDS;
};

/// A global's value, little-endian from the first byte.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct GlobalCell(pub(crate) u128);

impl StoreOpaque {
    /// The store, for whom wasm is entered for: by the pointer that everything else goes through meanwhile.
    pub(crate) fn this(&mut self) -> *mut Self {
        self.this
    }

    /// Its overflow area. Its contents may be written while the store is borrowed, shared too.
    ///
    /// # Safety
    /// The store must be alive.
    pub(crate) unsafe fn overflow(this: *mut Self) -> *mut [u128; OVERFLOW_SLOTS] {
        // SAFETY: the caller's promise.
        UnsafeCell::raw_get(unsafe { &raw const (*this).vm.overflow })
    }

    /// An empty store, whose instances call these builtins; `this` must be set once it is where it stays.
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

    /// Makes a memory one of this store as well.
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

    /// The context for calls of a host function by `instance`.
    pub(crate) fn add_record(
        &mut self,
        function: Arc<HostFunction>,
        instance: Option<NonNull<InstanceData>>,
    ) -> NonNull<HostRecord> {
        let context = HostContext { store: self.this.cast(), call: function.entry };
        push(&mut self.records, HostRecord { context, function, instance })
    }

    /// Makes a host function a function of this store.
    pub(crate) fn add_host_function(&mut self, function: Arc<HostFunction>) -> NonNull<VMFuncRef> {
        let ty = Arc::clone(&function.ty);
        let context = self.add_record(function, None).as_ptr().cast();
        push(&mut self.func_refs, ty.func_ref(arch::host_stub as *const u8, context))
    }

    /// A new tag, unlike all others.
    pub(crate) fn add_tag(&mut self, ty: &Arc<RegisteredType>) -> NonNull<VMTag> {
        self.keep_type(ty);
        push(&mut self.tags, VMTag { type_id: ty.id })
    }

    /// Keeps a type as long as the store, and with it those that it refers to.
    pub(crate) fn keep_type(&mut self, ty: &Arc<RegisteredType>) {
        self.types.entry(ty.id).or_insert_with(|| Arc::clone(ty));
    }

    /// Keeps the type that a table or global of the host names, if it names one by number.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if the engine has no type of that number.
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
