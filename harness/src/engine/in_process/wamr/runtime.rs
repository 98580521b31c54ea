//! WAMR's C interface with its rules kept: what is handed out are numbers, and everything lives as long as the runtime.
//!
//! There is one runtime a process. A script has it for itself and leaves nothing behind in it: names that are registered,
//! host functions and modules are all the process's, and modules are only unloaded with the runtime.

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

/// Whoever holds it has the runtime.
static ALONE: Mutex<()> = Mutex::new(());

/// Bytes that each instance has for garbage-collected objects: what scripts ask for fits.
const GC_HEAP: u32 = 1 << 20;

/// Bytes of an instance's stack of frames.
const STACK: u32 = 8 << 20;

/// The runtime, and what was made in it.
pub(super) struct Runtime {
    modules: Vec<sys::wasm_module_t>,
    instances: Vec<(sys::wasm_module_inst_t, sys::wasm_exec_env_t)>,
    /// What modules point into: their bytes, which WAMR changes, and the functions of others that they import.
    binaries: Vec<*mut [u8]>,
    links: Vec<NonNull<Link>>,
    _alone: MutexGuard<'static, ()>,
}

/// A function of an instance, for others to call.
struct Link {
    env: sys::wasm_exec_env_t,
    function: sys::wasm_function_inst_t,
    ty: FuncType,
}

/// An import that a function of an instance is given for.
pub(super) struct Import<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    /// The instance that exports it, and under which name.
    pub(super) from: (usize, &'a str),
    pub(super) ty: FuncType,
}

impl Runtime {
    /// Starts the runtime, once no other script has it.
    pub(super) fn start() -> Option<Self> {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut arguments = sys::RuntimeInitArgs {
            mem_alloc_type: sys::Alloc_With_System_Allocator,
            gc_heap_size: GC_HEAP,
            ..Default::default()
        };
        // SAFETY: nobody else has started the runtime, because `alone` is held; the arguments are those of the system's
        // allocator, which needs no option, and are only read during the call.
        let started = unsafe { sys::wasm_runtime_full_init(&raw mut arguments) };
        // What it warns of is found out without its words.
        // SAFETY: it only sets a number.
        unsafe { sys::wasm_runtime_set_log_level(sys::WASM_LOG_LEVEL_FATAL) };
        started.then(|| Self {
            modules: Vec::new(),
            instances: Vec::new(),
            binaries: Vec::new(),
            links: Vec::new(),
            _alone: alone,
        })
    }

    /// Loads a module, some of whose imports are functions of instances.
    pub(super) fn load(&mut self, wasm: &[u8], imports: &[Import<'_>]) -> Result<usize, String> {
        let natives = self.natives(imports).ok_or("an import is not there")?;
        // Kept even if it is refused: WAMR writes into it, and may keep pointers to it.
        let binary = Box::into_raw(wasm.to_vec().into_boxed_slice());
        self.binaries.push(binary);
        let size = u32::try_from(wasm.len()).map_err(|_| "too large")?;
        let (module, message) = with_message(|text, room| {
            // SAFETY: `binary` is `size` writable bytes that live until the runtime ends, and nobody else looks at them.
            unsafe { sys::wasm_runtime_load(binary.cast(), size, text, room) }
        });
        drop(natives);
        if module.is_null() {
            return Err(message);
        }
        self.modules.push(module);
        Ok(self.modules.len() - 1)
    }

    /// Lets modules import from a module under a name, for the life of the runtime. Each importer gets an instance of its
    /// own.
    pub(super) fn register(&mut self, name: &'static CStr, module: usize) -> Result<(), String> {
        let module = self.modules[module];
        let (done, message) = with_message(|text, room| {
            // SAFETY: the module lives as long as the runtime, the name for ever.
            unsafe { sys::wasm_runtime_register_module(name.as_ptr(), module, text, room) }
        });
        done.then_some(()).ok_or(message)
    }

    /// Instantiates a module and runs its start function.
    pub(super) fn instantiate(&mut self, module: usize) -> Result<usize, String> {
        let module = self.modules[module];
        let (instance, message) = with_message(|text, room| {
            // SAFETY: the module lives as long as the runtime. No heap for the application is wanted.
            unsafe { sys::wasm_runtime_instantiate(module, STACK, 0, text, room) }
        });
        if instance.is_null() {
            return Err(message);
        }
        // SAFETY: the instance lives until the runtime ends.
        let env = unsafe { sys::wasm_runtime_create_exec_env(instance, STACK) };
        if env.is_null() {
            // SAFETY: nothing refers to the instance yet.
            unsafe { sys::wasm_runtime_deinstantiate(instance) };
            return Err("no memory for a stack".to_owned());
        }
        self.instances.push((instance, env));
        Ok(self.instances.len() - 1)
    }

    /// Calls a function that an instance exports under a name, of which this is the type.
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

    /// Reads a global that an instance exports under a name, of which this is the type.
    pub(super) fn global(&mut self, instance: usize, name: &str, ty: ValType) -> Option<Value> {
        let (instance, _) = self.instances[instance];
        let name = CString::new(name).ok()?;
        let mut global = sys::wasm_global_inst_t::default();
        // SAFETY: the instance is live; the name and the place for the answer outlive the call.
        let found = unsafe { sys::wasm_runtime_get_export_global_inst(instance, name.as_ptr(), &raw mut global) };
        let mut cells = vec![0u32; cells::count(&[ty])];
        if !found || global.global_data.is_null() {
            return None;
        }
        // SAFETY: a global's data is as many cells as its type has; they need not be aligned.
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

    /// Makes host functions of those that are to be imported; they can be found until the answer is dropped.
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
        // SAFETY: this was the only one to use the runtime, and nothing runs in it. What modules point to goes after them.
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

/// A host function in WAMR's list, where modules find it while they are loaded.
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
            // Types are compared before.
            signature: ptr::null(),
            attachment: link.as_ptr().cast(),
        };
        let mut native = Self { module, _name: name, symbol: Box::new(symbol) };
        // SAFETY: the symbol and all it points to stay where they are until it is taken from the list.
        let done =
            unsafe { sys::wasm_runtime_register_natives_raw(native.module.as_ptr(), &raw mut *native.symbol, 1) };
        done.then_some(native)
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // SAFETY: it was registered with these.
        unsafe { sys::wasm_runtime_unregister_natives(self.module.as_ptr(), &raw mut *self.symbol) };
    }
}

/// The host function that every import of another instance's function is: calls that one, and traps as it does.
///
/// # Safety
///
/// WAMR calls it, as a raw host function with a [`Link`] attached: `slots` has one slot for each argument, and at least one.
unsafe extern "C" fn forward(env: sys::wasm_exec_env_t, slots: *mut u64) {
    // SAFETY: links live as long as the runtime, and are only read.
    let link = unsafe { &*sys::wasm_runtime_get_function_attachment(env).cast::<Link>() };
    let mut cells = Vec::new();
    for (at, ty) in link.ty.params().iter().enumerate() {
        // SAFETY: there is a slot for each argument.
        cells::push_slot(&mut cells, unsafe { *slots.add(at) }, *ty);
    }
    match enter(link.env, link.function, &link.ty, &mut cells) {
        Ok(()) if link.ty.results().is_empty() => {}
        // SAFETY: there is at least one slot, which takes the result.
        Ok(()) => unsafe { *slots = cells::slot(&cells) },
        Err(message) => {
            let message = CString::new(message).unwrap_or_default();
            // SAFETY: the instance that called is live, and the message is copied.
            unsafe { sys::wasm_runtime_set_exception(sys::wasm_runtime_get_module_inst(env), message.as_ptr()) };
        }
    }
}

/// Calls a function of a live instance with its arguments in cells, which become its results; or says how it trapped. The
/// trap is cleared: WAMR would answer every later call with it.
fn enter(
    env: sys::wasm_exec_env_t,
    function: sys::wasm_function_inst_t,
    ty: &FuncType,
    cells: &mut Vec<u32>,
) -> Result<(), String> {
    let count = cells::count(ty.params());
    debug_assert_eq!(count, cells.len(), "the arguments are those that the function takes");
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

/// Does what may leave a message.
fn with_message<T>(action: impl FnOnce(*mut c_char, u32) -> T) -> (T, String) {
    let mut room = [0; 256];
    let done = action(room.as_mut_ptr(), 256);
    // SAFETY: WAMR ends what it writes with a zero byte; what it does not write is zero.
    (done, unsafe { text(room.as_ptr()) })
}

/// # Safety
///
/// `text` ends with a zero byte.
unsafe fn text(text: *const c_char) -> String {
    // SAFETY: the caller's word.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
