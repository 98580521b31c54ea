//! A builder for modules assembled by hand.

use crate::abi::fingerprint::fingerprint;
use crate::abi::{CONTEXT_BUILTINS, CONTEXT_STORE, STORE_OVERFLOW};
use crate::artifact::{Artifact, Image, Target};
use crate::module::description::{Description, Entity, Export, Import};
use crate::system::host_cpu;
use crate::types::{FuncType, SubType};
use crate::{Engine, MemoryType, Module};
use std::ops::Range;

/// A module that is built function by function.
pub(super) struct Builder {
    pub(super) description: Description,
    text: Vec<u8>,
    functions: Vec<Range<u32>>,
}

const PROLOGUE: &[u8] = &[0x55, 0x48, 0x89, 0xe5]; // push rbp; mov rbp, rsp
const EPILOGUE: &[u8] = &[0x5d, 0xc3]; // pop rbp; ret

impl Builder {
    pub(super) fn new() -> Self {
        Self { description: Description::default(), text: Vec::new(), functions: Vec::new() }
    }

    fn ty(&mut self, ty: FuncType) -> u32 {
        let (types, ty) = (&mut self.description.types, SubType::from(ty));
        let at = types.iter().position(|known| *known == ty).unwrap_or_else(|| {
            types.push(ty);
            types.len() - 1
        });
        u32::try_from(at).unwrap()
    }

    /// Imports a function. All function imports must come before the functions.
    pub(super) fn import(&mut self, module: &str, name: &str, ty: FuncType) -> u32 {
        let ty = self.ty(ty);
        let index = self.description.func_imports;
        self.description.functions.push(ty);
        self.description.func_imports += 1;
        let entity = Entity::Func(index);
        self.description.imports.push(Import { module: module.into(), name: name.into(), entity, exact: false });
        index
    }

    /// Adds an exported memory. To be called before functions that use it are added.
    pub(super) fn memory(&mut self, min: u64, max: Option<u64>) {
        self.description.memories.push(MemoryType::new(min, max));
        self.export("memory", Entity::Memory(0));
    }

    pub(super) fn export(&mut self, name: &str, entity: Entity) {
        self.description.exports.push(Export { name: name.into(), entity });
    }

    /// Adds a function, exported by its name. `body` returns the code between prologue and epilogue, given its offset
    /// in the text.
    pub(super) fn function(&mut self, name: &str, ty: FuncType, body: impl FnOnce(&Self, u32) -> Vec<u8>) -> u32 {
        let ty = self.ty(ty);
        self.text.resize(self.text.len().next_multiple_of(16), 0xcc);
        let start = u32::try_from(self.text.len()).unwrap();
        let code = body(self, start + u32::try_from(PROLOGUE.len()).unwrap());
        for part in [PROLOGUE, &code, EPILOGUE] {
            self.text.extend(part);
        }
        self.functions.push(start..u32::try_from(self.text.len()).unwrap());
        let index = u32::try_from(self.description.functions.len()).unwrap();
        self.description.functions.push(ty);
        self.description.func_refs.push(index);
        self.description.code_offsets.push(index * 100);
        self.export(name, Entity::Func(index));
        index
    }

    /// Returns the offset in the text of a function's code.
    pub(super) fn start(&self, function: u32) -> u32 {
        self.functions[(function - self.description.func_imports) as usize].start
    }

    pub(super) fn layout(&self) -> crate::abi::ContextLayout {
        self.description.context_layout().unwrap()
    }

    pub(super) fn artifact(self) -> Artifact {
        let image = Image {
            text: self.text.into(),
            functions: self.functions.iter().flat_map(|code| [code.start, code.end]).collect(),
            ..Image::default()
        };
        let features = host_cpu::features().into_iter().map(Into::into).collect();
        let target = Target { arch: std::env::consts::ARCH.into(), features, ..Target::default() };
        Artifact { fingerprint: fingerprint(), target, description: self.description, image }
    }

    pub(super) fn module(self, engine: &Engine) -> Module {
        // SAFETY: the code of these tests follows the calling convention.
        unsafe { Module::from_artifact(engine, self.artifact()) }.unwrap()
    }
}

/// Code from bytes in braces and 32-bit numbers in parentheses.
macro_rules! code {
    ($({ $($byte:literal)* } $(($number:expr))?)*) => {{
        let mut code = Vec::<u8>::new();
        $(
            code.extend([$($byte),*]);
            $(code.extend(u32::to_le_bytes($number));)?
        )*
        code
    }};
}
pub(super) use code;

/// `lea eax, [rsi + rdx]`: returns the sum of two `i32`.
pub(super) fn add(_: &Builder, _: u32) -> Vec<u8> {
    code!({ 0x8d 0x04 0x16 })
}

/// Traps with the instruction that `llvm.ubsantrap` compiles to.
pub(super) fn trap(number: u8) -> impl FnOnce(&Builder, u32) -> Vec<u8> {
    move |_, _| vec![0x67, 0x0f, 0xb9, 0x40, number]
}

/// Calls a function at an offset of the text, with unchanged arguments.
pub(super) fn call(target: u32) -> impl FnOnce(&Builder, u32) -> Vec<u8> {
    move |_, at| code!({ 0xe8 }(target.wrapping_sub(at + 5)))
}

/// Calls the imported function `index`, with unchanged arguments: `mov rax, rdi; mov rdi, [rax + context]; call [rax +
/// code]`.
pub(super) fn call_import(index: u32) -> impl FnOnce(&Builder, u32) -> Vec<u8> {
    move |module, _| {
        let import = module.layout().func_import(index);
        code!({ 0x48 0x89 0xf8 0x48 0x8b 0xb8 } (import + 8) { 0xff 0x90 } (import))
    }
}

/// Loads an `i32` from memory 0: `mov rax, [rdi + base]; mov ecx, esi; mov eax, [rax + rcx]`.
pub(super) fn load(module: &Builder, _: u32) -> Vec<u8> {
    code!({ 0x48 0x8b 0x87 } (module.layout().memory(0)) { 0x89 0xf1 0x8b 0x04 0x08 })
}

/// `memory.grow` of memory 0: `mov edx, esi; xor esi, esi; mov rax, [rdi + builtins]; call [rax]`.
pub(super) fn grow(_: &Builder, _: u32) -> Vec<u8> {
    code!({ 0x89 0xf2 0x31 0xf6 0x48 0x8b 0x87 } (CONTEXT_BUILTINS) { 0xff 0x10 })
}

/// Returns overflow slot `slot`, of integer class: `mov rax, [rdi + store]; mov rax, [rax + slot]`.
pub(super) fn overflow(slot: u32) -> impl FnOnce(&Builder, u32) -> Vec<u8> {
    move |_, _| code!({ 0x48 0x8b 0x87 } (CONTEXT_STORE) { 0x48 0x8b 0x80 } (STORE_OVERFLOW + 16 * slot))
}
