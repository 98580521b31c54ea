//! What the functions of one LLVM module share: types, prototypes, attributes, metadata.

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
    pub(crate) fn new(context: &'ctx Context, description: &'m Description, options: &'m Options) -> Result<Self> {
        let layout = description
            .context_layout()
            .ok_or_else(|| Error::Limit("an instance's context would be larger than 2 GiB".into()))?;
        let module = context.create_module("wasm");
        let enum_attribute =
            |name, value| context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), value);
        let attributes = vec![
            // Synchronous unwind tables: exceptions are only raised by calls, traps walk frame pointers.
            enum_attribute("uwtable", 1),
            context.create_string_attribute("frame-pointer", "all"),
            // Every frame is set up first thing: where LLVM would delay that past a trap ("shrink wrapping"), the walk
            // along frame pointers would miss the caller. There is no attribute of that meaning; the pass keeps away
            // from functions of sanitizers, and this sanitizer's attribute changes nothing else.
            enum_attribute("sanitize_type", 0),
            // A frame larger than a page must touch each of its pages, or it could step over the stack's guard.
            context.create_string_attribute("probe-stack", "inline-asm"),
            // No idiom may become a call of memcpy or memset: a fault in there would not be in our code, and a
            // position-independent image has nothing to call.
            context.create_string_attribute("no-builtins", ""),
            // Recursion must use up the stack, as the host's stack is what bounds it.
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

    pub(super) fn value_type(&self, ty: ValType) -> BasicTypeEnum<'ctx> {
        self.types.value(ty)
    }

    /// The natural prototype of a function type, by its index in the module.
    pub(super) fn prototype(&self, type_index: u32) -> Rc<Prototype<'ctx>> {
        Rc::clone(self.prototypes.borrow_mut().entry(type_index).or_insert_with(|| {
            Rc::new(Prototype::new(self.context, &self.types, self.description.signature(type_index)))
        }))
    }

    /// Where the fields of a structure type of the module lie, by its index.
    pub(super) fn struct_layout(&self, type_index: u32) -> Rc<StructLayout> {
        let make = || match &self.description.types[type_index as usize].composite {
            CompositeType::Struct(fields) => Rc::new(StructLayout::new(fields)),
            _ => unreachable!("validation asks for structure types where structures are"),
        };
        Rc::clone(self.struct_layouts.borrow_mut().entry(type_index).or_insert_with(make))
    }

    /// The prototype of all functions that contain a tail call, and of what they jump to.
    pub(super) fn universal(&self) -> &Universal<'ctx> {
        self.universal.get_or_init(|| Universal::new(&self.types, self.context))
    }

    /// The runtime's personality routine, named by functions that catch.
    pub(super) fn personality(&self) -> FunctionValue<'ctx> {
        *self
            .personality
            .get_or_init(|| self.module.add_function(abi::PERSONALITY, self.types.i32.fn_type(&[], true), None))
    }

    /// A function that the wasm module defines, declared in this LLVM module. Hidden, so that LLVM calls it directly,
    /// and external, so that it keeps the convention and other units can link to it.
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

    pub(super) fn add_definition_attributes(&self, function: FunctionValue<'ctx>) {
        for attribute in &self.attributes {
            function.add_attribute(AttributeLoc::Function, *attribute);
        }
    }

    /// To be called once, when all functions are lowered.
    pub(crate) fn finish(&self) {
        self.lines.finish();
    }

    /// An LLVM intrinsic, overloaded on `types`.
    pub(super) fn intrinsic(&self, name: &str, types: &[BasicTypeEnum<'ctx>]) -> Result<FunctionValue<'ctx>> {
        Intrinsic::find(name)
            .and_then(|intrinsic| intrinsic.get_declaration(&self.module, types))
            .ok_or_else(|| Error::Codegen(format!("this LLVM has no {name}")))
    }
}
