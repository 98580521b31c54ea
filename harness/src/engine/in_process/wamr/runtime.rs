//! Safe wrapper of WAMR's C interface. Modules and instances are numbers, and everything lives as long as the runtime.
//!
//! A process has one runtime. Each script has it exclusively and destroys it, because registered names, host functions and
//! modules belong to the process, and modules are unloaded with the runtime only.

use super::{
    cells::{self, Roots},
    messages,
};
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::value::Value;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};
use wamrx_sys as sys;
use wasmparser::{FuncType, ValType};

/// Lock of the runtime of this process.
static RUNTIME_LOCK: Mutex<()> = Mutex::new(());

/// Size of the garbage-collected heap of an instance, in bytes. It is large enough for all scripts.
const GC_HEAP: u32 = 1 << 20;

/// Size of the stack of an instance, in bytes.
const STACK: u32 = 8 << 20;

/// The runtime, with its modules and instances.
pub(super) struct Runtime {
    modules: Vec<sys::wasm_module_t>,
    instances: Vec<(sys::wasm_module_inst_t, sys::wasm_exec_env_t)>,
    /// Bytes of the modules, which WAMR changes and keeps pointers to.
    binaries: Vec<*mut [u8]>,
    /// Functions of other instances that modules import. WAMR keeps pointers to them.
    links: Vec<NonNull<Link>>,
    _lock: MutexGuard<'static, ()>,
}

/// A function of an instance that other instances import.
struct Link {
    env: sys::wasm_exec_env_t,
    function: sys::wasm_function_inst_t,
    ty: FuncType,
}

/// An import of a function of another instance.
pub(super) struct Import<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    /// The exporting instance, and the name of the export.
    pub(super) from: (usize, &'a str),
    pub(super) ty: FuncType,
}

impl Runtime {
    /// Starts the runtime. Waits until no other script has it.
    pub(super) fn start() -> Option<Self> {
        let lock = RUNTIME_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let mut arguments = sys::RuntimeInitArgs {
            mem_alloc_type: sys::Alloc_With_System_Allocator,
            gc_heap_size: GC_HEAP,
            ..Default::default()
        };
        // SAFETY: the runtime is not started, because `lock` is held. The arguments select the system's allocator, which
        // needs no options, and are only read during the call.
        let started = unsafe { sys::wasm_runtime_full_init(&raw mut arguments) };
        // Warnings are not needed, because every error is returned.
        // SAFETY: the function only sets a number.
        unsafe { sys::wasm_runtime_set_log_level(sys::WASM_LOG_LEVEL_FATAL) };
        started.then(|| Self {
            modules: Vec::new(),
            instances: Vec::new(),
            binaries: Vec::new(),
            links: Vec::new(),
            _lock: lock,
        })
    }

    /// Loads a module. `imports` are those of its imports that are functions of other instances.
    pub(super) fn load(&mut self, wasm: &[u8], imports: &[Import<'_>]) -> Result<usize, String> {
        let natives = self.natives(imports).ok_or("an import is not there")?;
        // Kept even if the module is rejected: WAMR writes to the bytes and may keep pointers to them.
        let binary = Box::into_raw(wasm.to_vec().into_boxed_slice());
        self.binaries.push(binary);
        let size = u32::try_from(wasm.len()).map_err(|_| "too large")?;
        let (module, message) = with_message(|text, room| {
            // SAFETY: `binary` points to `size` writable bytes that live until the runtime ends and are not accessed elsewhere.
            unsafe { sys::wasm_runtime_load(binary.cast(), size, text, room) }
        });
        drop(natives);
        if module.is_null() {
            return Err(message);
        }
        self.modules.push(module);
        Ok(self.modules.len() - 1)
    }

    /// Registers a module for import under a name, for the life of the runtime. Each importer gets an instance of its own.
    pub(super) fn register(&mut self, name: &'static CStr, module: usize) -> Result<(), String> {
        let module = self.modules[module];
        let (done, message) = with_message(|text, room| {
            // SAFETY: the module lives as long as the runtime, and the name is static.
            unsafe { sys::wasm_runtime_register_module(name.as_ptr(), module, text, room) }
        });
        done.then_some(()).ok_or(message)
    }

    /// Instantiates a module and runs its start function.
    pub(super) fn instantiate(&mut self, module: usize) -> Result<usize, String> {
        let module = self.modules[module];
        let (instance, message) = with_message(|text, room| {
            // SAFETY: the module lives as long as the runtime. The size of the application heap is 0.
            unsafe { sys::wasm_runtime_instantiate(module, STACK, 0, text, room) }
        });
        if instance.is_null() {
            return Err(message);
        }
        // SAFETY: the instance lives until the runtime ends.
        let env = unsafe { sys::wasm_runtime_create_exec_env(instance, STACK) };
        if env.is_null() {
            // SAFETY: nothing refers to the instance.
            unsafe { sys::wasm_runtime_deinstantiate(instance) };
            return Err("no memory for a stack".to_owned());
        }
        self.instances.push((instance, env));
        Ok(self.instances.len() - 1)
    }

    /// Calls an exported function of this type.
    pub(super) fn call(
        &mut self,
        instance: usize,
        name: &str,
        ty: &FuncType,
        args: &[Value],
    ) -> SessionResult<Vec<Value>> {
        let (_, env) = self.instances[instance];
        let function =
            self.function(instance, name).ok_or_else(|| SessionError::Other(format!("`{name}` is not found")))?;
        let mut roots = Roots::new(env, args.len());
        let mut cells = Vec::new();
        for arg in args {
            cells::push(&mut cells, *arg, &mut roots)?;
        }
        enter(env, function, ty, &mut cells).map_err(|message| messages::error(&message, true))?;
        Ok(cells::read(&cells, ty.results()))
    }

    /// Reads an exported global of this type.
    pub(super) fn global(&mut self, instance: usize, name: &str, ty: ValType) -> Option<Value> {
        let (instance, _) = self.instances[instance];
        let name = CString::new(name).ok()?;
        let mut global = sys::wasm_global_inst_t::default();
        // SAFETY: the instance is live; the name and `global` outlive the call.
        let found = unsafe { sys::wasm_runtime_get_export_global_inst(instance, name.as_ptr(), &raw mut global) };
        let mut cells = vec![0u32; cells::count(&[ty])];
        if !found || global.global_data.is_null() {
            return None;
        }
        // SAFETY: the data of a global has as many cells as its type, possibly unaligned.
        unsafe {
            ptr::copy_nonoverlapping(global.global_data.cast::<u8>(), cells.as_mut_ptr().cast(), cells.len() * 4);
        }
        cells::read(&cells, &[ty]).pop()
    }

    fn function(&self, instance: usize, name: &str) -> Option<sys::wasm_function_inst_t> {
        let name = CString::new(name).ok()?;
        // SAFETY: the instance is live, and the name outlives the call.
        let found = unsafe { sys::wasm_runtime_lookup_function(self.instances[instance].0, name.as_ptr()) };
        (!found.is_null()).then_some(found)
    }

    /// Registers host functions for imports. They are registered until the result is dropped.
    fn natives(&mut self, imports: &[Import<'_>]) -> Option<Vec<Native>> {
        let mut natives = Vec::new();
        for import in imports {
            let (_, env) = self.instances[import.from.0];
            let function = self.function(import.from.0, import.from.1)?;
            let link = Box::new(Link { env, function, ty: import.ty.clone() });
            let link = NonNull::from(Box::leak(link));
            self.links.push(link);
            natives.push(Native::new(import.module, import.name, link)?);
        }
        Some(natives)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // SAFETY: only this uses the runtime, and nothing runs in it. The data that modules point to is freed after them.
        unsafe {
            for (instance, env) in self.instances.drain(..).rev() {
                sys::wasm_runtime_destroy_exec_env(env);
                sys::wasm_runtime_deinstantiate(instance);
            }
            sys::wasm_runtime_destroy();
            for binary in self.binaries.drain(..) {
                drop(Box::from_raw(binary));
            }
            for link in self.links.drain(..) {
                drop(Box::from_raw(link.as_ptr()));
            }
        }
    }
}

/// A registered host function, which WAMR finds while it loads a module.
struct Native {
    module: CString,
    _name: CString,
    symbol: Box<sys::NativeSymbol>,
}

impl Native {
    fn new(module: &str, name: &str, link: NonNull<Link>) -> Option<Self> {
        let (module, name) = (CString::new(module).ok()?, CString::new(name).ok()?);
        let symbol = sys::NativeSymbol {
            symbol: name.as_ptr(),
            func_ptr: forward as *mut c_void,
            // The caller has compared the types.
            signature: ptr::null(),
            attachment: link.as_ptr().cast(),
        };
        let mut native = Self { module, _name: name, symbol: Box::new(symbol) };
        // SAFETY: the symbol and the data that it points to do not move until it is unregistered.
        let done =
            unsafe { sys::wasm_runtime_register_natives_raw(native.module.as_ptr(), &raw mut *native.symbol, 1) };
        done.then_some(native)
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // SAFETY: it was registered with these arguments.
        unsafe { sys::wasm_runtime_unregister_natives(self.module.as_ptr(), &raw mut *self.symbol) };
    }
}

/// The host function behind every import of another instance's function: calls the function and passes on its trap.
///
/// # Safety
///
/// Only WAMR may call it, as a raw host function with a [`Link`] attached: `slots` must have one slot for each argument, and
/// at least one.
unsafe extern "C" fn forward(env: sys::wasm_exec_env_t, slots: *mut u64) {
    // SAFETY: links live as long as the runtime and are only read.
    let link = unsafe { &*sys::wasm_runtime_get_function_attachment(env).cast::<Link>() };
    let mut cells = Vec::new();
    for (at, ty) in link.ty.params().iter().enumerate() {
        // SAFETY: the caller guarantees a slot for each argument.
        cells::push_slot(&mut cells, unsafe { *slots.add(at) }, *ty);
    }
    match enter(link.env, link.function, &link.ty, &mut cells) {
        Ok(()) if link.ty.results().is_empty() => {}
        // SAFETY: the caller guarantees at least one slot, which receives the result.
        Ok(()) => unsafe { *slots = cells::slot(&cells) },
        Err(message) => {
            let message = CString::new(message).unwrap_or_default();
            // SAFETY: the calling instance is live, and WAMR copies the message.
            unsafe { sys::wasm_runtime_set_exception(sys::wasm_runtime_get_module_inst(env), message.as_ptr()) };
        }
    }
}

/// Calls a function of a live instance. `cells` has its arguments, and then its results. Returns the message of a trap and
/// clears it, because WAMR would return it from every later call.
fn enter(
    env: sys::wasm_exec_env_t,
    function: sys::wasm_function_inst_t,
    ty: &FuncType,
    cells: &mut Vec<u32>,
) -> Result<(), String> {
    let count = cells::count(ty.params());
    debug_assert_eq!(count, cells.len(), "the arguments match the parameters");
    cells.resize(count.max(cells::count(ty.results())), 0);
    let count = u32::try_from(count).map_err(|_| "too many arguments")?;
    // SAFETY: instance, environment and function belong together and are live, and there is room for arguments and results.
    unsafe {
        if sys::wasm_runtime_call_wasm(env, function, count, cells.as_mut_ptr()) {
            return Ok(());
        }
        let instance = sys::wasm_runtime_get_module_inst(env);
        let message = sys::wasm_runtime_get_exception(instance);
        let message = if message.is_null() { String::new() } else { text(message) };
        sys::wasm_runtime_clear_exception(instance);
        Err(message.trim_start_matches("Exception: ").to_owned())
    }
}

/// Runs an action with a buffer for an error message.
fn with_message<T>(action: impl FnOnce(*mut c_char, u32) -> T) -> (T, String) {
    let mut room = [0; 256];
    let done = action(room.as_mut_ptr(), 256);
    // SAFETY: WAMR ends the message with a zero byte, and the rest of the buffer is zero.
    (done, unsafe { text(room.as_ptr()) })
}

/// Copies a C string.
///
/// # Safety
///
/// `text` must end with a zero byte.
unsafe fn text(text: *const c_char) -> String {
    // SAFETY: the caller guarantees the zero byte.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
