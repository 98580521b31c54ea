//! References: pointers, or bits that are none (see `abi`'s tags); null is the null pointer.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions>

use super::function::Lowering;
use crate::abi;
use crate::error::{Error, Result};
use crate::trap::Trap;
use wasmparser::HeapType;

impl Lowering<'_, '_, '_> {
    pub(super) fn visit_ref_null(&mut self, _ty: HeapType) -> Result<()> {
        self.push(self.unit.types.ptr.const_null());
        Ok(())
    }

    pub(super) fn visit_ref_is_null(&mut self) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.push_condition(is_null)
    }

    pub(super) fn visit_ref_as_non_null(&mut self) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.trap_if(is_null, Trap::NullReference)?;
        self.push(value);
        Ok(())
    }

    /// The branch does not take the null along.
    pub(super) fn visit_br_on_null(&mut self, depth: u32) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.branch_if(is_null, depth)?;
        self.push(value);
        Ok(())
    }

    /// The branch takes the reference along; the code that goes on without it has no use for a null.
    pub(super) fn visit_br_on_non_null(&mut self, depth: u32) -> Result<()> {
        let value = self.pop_pointer();
        let is_not_null = self.builder.build_is_not_null(value, "")?;
        self.push(value);
        self.branch_if(is_not_null, depth)?;
        self.pop();
        Ok(())
    }

    pub(super) fn visit_ref_func(&mut self, function: u32) -> Result<()> {
        let (description, layout) = (self.unit.description, self.unit.layout);
        let value = if function < description.func_imports {
            self.context_pointer(layout.func_import(function) + abi::FUNC_IMPORT_REF)?
        } else {
            let index = description
                .func_ref_index(function)
                .ok_or_else(|| Error::Codegen(format!("function {function} was not declared to be referenced")))?;
            self.field(self.context, layout.func_ref(index))?
        };
        self.push(value);
        Ok(())
    }
}
