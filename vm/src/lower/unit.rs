//! The LLVM module of one codegen unit: types, prototypes, attributes and metadata that its functions share.

pub(super) mod alias;
pub(super) mod branch_weights;
mod line_table;
pub(super) mod options;
pub(super) mod prototype;
mod types;

use self::alias::AliasMetadata;
use self::branch_weights::branch_weights;
use self::line_table::LineTable;
use self::options::Options;
use self::prototype::{Convention, Prototype, Universal};
use self::types::Types;
use crate::abi::heap::StructLayout;
use crate::abi::{self, ContextLayout};
use crate::error::{Error, Result};
use crate::llvm::symbol::{UNIVERSAL_SUFFIX, symbol};
use crate::module::description::Description;
use crate::types::{CompositeType, ValType};
use inkwell::GlobalVisibility;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Module;
use inkwell::types::BasicTypeEnum;
use inkwell::values::FunctionValue;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// An LLVM module under construction.
pub(crate) struct Unit<'ctx, 'm> {
    pub(crate) context: &'ctx Context,
    pub(crate) module: Module<'ctx>,
    pub(super) description: &'m Description,
    pub(super) layout: ContextLayout,
    pub(super) options: &'m Options,
    pub(super) types: Types<'ctx>,
    pub(super) lines: LineTable<'ctx>,
    pub(super) alias_metadata: Option<AliasMetadata<'ctx>>,
    functions: RefCell<HashMap<(u32, Convention), FunctionValue<'ctx>>>,
    universal: OnceCell<Universal<'ctx>>,
    personality: OnceCell<FunctionValue<'ctx>>,
    prototypes: RefCell<HashMap<u32, Rc<Prototype<'ctx>>>>,
    struct_layouts: RefCell<HashMap<u32, Rc<StructLayout>>>,
    attributes: Vec<Attribute>,
    context_attributes: Vec<Attribute>,
    pub(super) no_inline: Attribute,
    pub(super) no_merge: Attribute,
    pub(super) no_unwind: Attribute,
    pub(super) cold_weights: inkwell::values::MetadataValue<'ctx>,
    pub(super) prof_kind: u32,
}

impl<'ctx, 'm> Unit<'ctx, 'm> {
    /// Creates an empty LLVM module.
    pub(crate) fn new(context: &'ctx Context, description: &'m Description, options: &'m Options) -> Result<Self> {
        let layout = description
            .context_layout()
            .ok_or_else(|| Error::Limit("an instance's context would be larger than 2 GiB".into()))?;
        let module = context.create_module("wasm");
        let enum_attribute =
            |name, value| context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), value);
        let attributes = vec![
            // Synchronous unwind tables suffice: only calls raise exceptions, and traps walk frame pointers.
            enum_attribute("uwtable", 1),
            context.create_string_attribute("frame-pointer", "all"),
            // Every function sets up its frame in the prologue. If LLVM delayed that past a trap (shrink wrapping),
            // the walk along frame pointers would miss the caller. No attribute forbids shrink wrapping, but the pass
            // skips functions of sanitizers, and the attribute of this sanitizer has no other effect.
            enum_attribute("sanitize_type", 0),
            // A frame larger than a page must touch each of its pages, or it could skip the guard page of the stack.
            context.create_string_attribute("probe-stack", "inline-asm"),
            // No loop may become a call of memcpy or memset: a fault there would not be in our code, and a
            // position-independent image has nothing to call.
            context.create_string_attribute("no-builtins", ""),
            // Recursion must use up the stack, since the size of the host stack is what bounds it.
            context.create_string_attribute("disable-tail-calls", "true"),
            context.create_string_attribute("tune-cpu", &options.tune_cpu),
        ];
        let context_attributes = vec![
            enum_attribute("noundef", 0),
            enum_attribute("nonnull", 0),
            enum_attribute("align", 16),
            enum_attribute("dereferenceable", u64::from(layout.size())),
        ];
        Ok(Self {
            lines: LineTable::new(&module, options.optimize),
            alias_metadata: options.optimize.then(|| AliasMetadata::new(context)),
            types: Types::new(context),
            no_inline: enum_attribute("noinline", 0),
            no_merge: enum_attribute("nomerge", 0),
            no_unwind: enum_attribute("nounwind", 0),
            prof_kind: context.get_kind_id("prof"),
            cold_weights: branch_weights(context, 1, 1 << 20),
            context,
            module,
            description,
            layout,
            options,
            functions: RefCell::default(),
            universal: OnceCell::new(),
            personality: OnceCell::new(),
            prototypes: RefCell::default(),
            struct_layouts: RefCell::default(),
            attributes,
            context_attributes,
        })
    }

    /// Returns the LLVM type of a value type.
    pub(super) fn value_type(&self, ty: ValType) -> BasicTypeEnum<'ctx> {
        self.types.value(ty)
    }

    /// Returns the natural prototype of a function type, by its index in the module.
    pub(super) fn prototype(&self, type_index: u32) -> Rc<Prototype<'ctx>> {
        Rc::clone(self.prototypes.borrow_mut().entry(type_index).or_insert_with(|| {
            Rc::new(Prototype::new(self.context, &self.types, self.description.signature(type_index)))
        }))
    }

    /// Returns the field offsets of a structure type, by its index in the module.
    pub(super) fn struct_layout(&self, type_index: u32) -> Rc<StructLayout> {
        let make = || match &self.description.types[type_index as usize].composite {
            CompositeType::Struct(fields) => Rc::new(StructLayout::new(fields)),
            _ => unreachable!("validation requires a structure type here"),
        };
        Rc::clone(self.struct_layouts.borrow_mut().entry(type_index).or_insert_with(make))
    }

    /// Returns the universal prototype: that of all functions that contain a tail call, and of the functions they
    /// tail-call.
    pub(super) fn universal(&self) -> &Universal<'ctx> {
        self.universal.get_or_init(|| Universal::new(&self.types, self.context))
    }

    /// Returns the declaration of the runtime's personality routine, which functions that catch exceptions name.
    pub(super) fn personality(&self) -> FunctionValue<'ctx> {
        *self
            .personality
            .get_or_init(|| self.module.add_function(abi::PERSONALITY, self.types.i32.fn_type(&[], true), None))
    }

    /// Returns the declaration of a function that the wasm module defines. Its visibility is hidden, so that LLVM
    /// calls it directly. Its linkage is external, so that it keeps its calling convention and other units can link to
    /// it.
    pub(super) fn function(&self, index: u32, convention: Convention) -> FunctionValue<'ctx> {
        *self.functions.borrow_mut().entry((index, convention)).or_insert_with(|| {
            let (name, ty) = match convention {
                Convention::Natural => (symbol(index), self.prototype(self.description.functions[index as usize]).ty),
                Convention::Universal => (symbol(index) + UNIVERSAL_SUFFIX, self.universal().ty),
            };
            let function = self.module.add_function(&name, ty, None);
            function.as_global_value().set_visibility(GlobalVisibility::Hidden);
            for attribute in &self.context_attributes {
                function.add_attribute(AttributeLoc::Param(0), *attribute);
            }
            function
        })
    }

    /// Adds the attributes that every function definition has.
    pub(super) fn add_definition_attributes(&self, function: FunctionValue<'ctx>) {
        for attribute in &self.attributes {
            function.add_attribute(AttributeLoc::Function, *attribute);
        }
    }

    /// Finishes the line table. Must be called once, after all functions are lowered.
    pub(crate) fn finish(&self) {
        self.lines.finish();
    }

    /// Returns the declaration of an LLVM intrinsic, overloaded on `types`.
    pub(super) fn intrinsic(&self, name: &str, types: &[BasicTypeEnum<'ctx>]) -> Result<FunctionValue<'ctx>> {
        Intrinsic::find(name)
            .and_then(|intrinsic| intrinsic.get_declaration(&self.module, types))
            .ok_or_else(|| Error::Codegen(format!("this LLVM has no {name}")))
    }
}
