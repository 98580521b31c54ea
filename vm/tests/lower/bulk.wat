;; Bulk operators on memories and tables: builtins of the runtime check the ranges and do the work.
(module
  (memory 1)
  (table 4 funcref)
  (data $bytes "abc")
  (elem $functions funcref (ref.null func))
  (func (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32 i32) (memory.init $bytes (local.get 0) (local.get 1) (local.get 2)))
  (func (data.drop $bytes))
  (func (param i32 i32 i32) (table.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (param i32 i32 i32) (table.init $functions (local.get 0) (local.get 1) (local.get 2)))
  (func (elem.drop $functions)))
