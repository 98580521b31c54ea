//! Cells of the lost-trap matrix: a function for each kind of access and each use of the loaded value.
//!
//! The parameters are `$p` (address), `$c` (condition), `$v` and `$w` (vectors). Each function stores its result at address 16,
//! so that all have the same type.

/// A function that loads `width` bytes at `$p`, and uses the value conditionally or in part.
pub(crate) struct Cell {
    pub(crate) name: String,
    /// The function in the text format, with its export.
    pub(crate) function: String,
    /// Size of the access in bytes.
    pub(crate) width: u32,
    /// Whether the address must be a multiple of `width`.
    pub(crate) aligned: bool,
}

/// The memories and the table that the functions access: a guarded memory, a shared one, one with bounds checks, and a table.
/// Each ends at 65,536.
pub(crate) const STORAGE: &str = r#"(memory (export "memory") 1 1) (memory $shared 1 1 shared) (memory $wide i64 1 1)
    (table 65536 funcref)"#;

/// A value type: its name, a constant, and accesses and uses of its values.
struct Ty {
    name: &'static str,
    one: &'static str,
    /// Accesses with their size in bytes. `P` stands for the address.
    loads: &'static [(&'static str, u32)],
    /// Arithmetic on a value `X` before its use. Each result has the same type.
    arithmetic: &'static [&'static str],
    /// Uses that only this type has. `X` is the loaded value.
    uses: &'static [&'static str],
}

/// Uses that every type has. `T` is the type, `X` the loaded value, `ONE` a constant. Each result is a `T`.
const USES: &[&str] = &[
    "(select X ONE (local.get $c))",
    "(select ONE X (local.get $c))",
    "(local.set $t X) (if (result T) (local.get $c) (then (local.get $t)) (else ONE))",
    "(local.set $t X) (local.set $u ONE) (if (local.get $c) (then (local.set $u (local.get $t)))) (local.get $u)",
    "(local.set $t X) (i32.store (i32.const 0) (i32.const 99)) (select (local.get $t) ONE (local.get $c))",
    "(local.set $t X) (i32.store (i32.const 0) (i32.const 99)) (select (local.get $u) (local.get $t) (local.get $c))",
    "(block (result T) (drop (br_if 0 X (local.get $c))) ONE)",
    "(block (result T) (block (result T) (br_table 0 1 X (local.get $c))) (drop) ONE)",
    "(local.set $t X) (select (select (local.get $t) ONE (local.get $c)) (local.get $u) (i32.ge_s (local.get $c) (i32.const 0)))",
    "(drop X) ONE",
    "(local.set $t X) ONE",
    "(select X (T.load (i32.const 32)) (local.get $c))",
    "(select X (T.load (i32.add (local.get $c) (i32.const 32))) (local.get $c))",
];

const I32: Ty = Ty {
    name: "i32",
    one: "(i32.const 1)",
    loads: &[
        ("(i32.load P)", 4),
        ("(i32.load offset=5 (i32.sub P (i32.const 5)))", 4),
        ("(i32.load8_s P)", 1),
        ("(i32.load8_u P)", 1),
        ("(i32.load16_s P)", 2),
        ("(i32.load16_u P)", 2),
        ("(i32.atomic.load P)", 4),
        ("(i32.atomic.load16_u P)", 2),
        ("(i32.atomic.rmw.add P (i32.const 1))", 4),
        ("(i32.load $shared P)", 4),
        ("(i32.load16_s $wide (i64.extend_i32_u P))", 2),
        ("(ref.is_null (table.get P))", 1),
        ("(i32.wrap_i64 (i64.load P))", 8),
        ("(i32.wrap_i64 (i64.shr_u (i64.load P) (i64.const 32)))", 8),
        ("(i32.reinterpret_f32 (f32.load P))", 4),
        ("(i32x4.extract_lane 0 (v128.load P))", 16),
        ("(i8x16.extract_lane_u 1 (v128.load P))", 16),
        ("(i16x8.extract_lane_s 7 (v128.load P))", 16),
        ("(i8x16.bitmask (v128.load P))", 16),
        ("(v128.any_true (v128.load P))", 16),
    ],
    arithmetic: &[
        "(i32.add X (i32.const 7))",
        "(i32.mul X (local.get $c))",
        "(i32.sub (i32.const 0) X)",
        "(i32.xor X (i32.const -1))",
        "(i32.and X (i32.const 255))",
        "(i32.shl X (local.get $c))",
        "(i32.rotl X (i32.const 3))",
        "(i32.shr_s (i32.add X (i32.const 1)) (i32.const 31))",
        "(i32.clz X)",
        "(i32.popcnt (i32.mul X (i32.const 3)))",
        "(i32.lt_s X (i32.const 3))",
        "(i32.eqz X)",
        "(i32.add (i32.mul (i32.xor X (i32.const 5)) (i32.const 9)) (local.get $c))",
    ],
    uses: &[
        "(i32.and X (i32.sub (i32.const 0) (i32.ne (local.get $c) (i32.const 0))))",
        "(i32.and X (i32.shr_s (i32.sub (local.get $c) (i32.const 1)) (i32.const 31)))",
        "(i32.mul X (i32.ne (local.get $c) (i32.const 0)))",
        "(i32.or X (i32.sub (i32.const 0) (i32.ne (local.get $c) (i32.const 0))))",
        "(i32.and (i32.eq X (i32.const 3)) (i32.eq (local.get $c) (i32.const 1)))",
        "(local.set $t X) (if (result i32) (i32.eqz (local.get $c)) (then (i32.eq (local.get $t) (i32.const 3))) (else (i32.const 0)))",
        "(local.set $t X) (select (local.get $t) (local.get $u) (i32.lt_s (local.get $t) (local.get $u)))",
        "(local.set $t X) (select (local.get $t) (i32.const 9) (i32.gt_u (local.get $t) (i32.const 9)))",
        "(local.set $t X) (select (i32.sub (i32.const 0) (local.get $t)) (local.get $t) (i32.lt_s (local.get $t) (i32.const 0)))",
        "(i32.and X (i32.const 0))",
        "(i32.mul X (i32.const 0))",
        "(i32.or X (i32.const -1))",
        "(i32.shr_u (i32.shl X (i32.const 31)) (i32.const 31))",
        "(i32.store (select (i32.const 4) (i32.const 8) X) (i32.const 1)) (i32.const 1)",
        "(i32.div_u X (i32.const 3)) (drop) (i32.const 2)",
    ],
};

const I64: Ty = Ty {
    name: "i64",
    one: "(i64.const 1)",
    loads: &[
        ("(i64.load P)", 8),
        ("(i64.load8_s P)", 1),
        ("(i64.load8_u P)", 1),
        ("(i64.load16_s P)", 2),
        ("(i64.load16_u P)", 2),
        ("(i64.load32_s P)", 4),
        ("(i64.load32_u P)", 4),
        ("(i64.atomic.load P)", 8),
        ("(i64.atomic.load32_u P)", 4),
        ("(i64.load $wide (i64.extend_i32_u P))", 8),
        ("(i64.extend_i32_u (i32.load P))", 4),
        ("(i64.reinterpret_f64 (f64.load P))", 8),
        ("(i64x2.extract_lane 0 (v128.load P))", 16),
        ("(i64x2.extract_lane 1 (v128.load P))", 16),
    ],
    arithmetic: &[
        "(i64.add X (i64.const 7))",
        "(i64.mul X (i64.const 3))",
        "(i64.xor X (i64.const -1))",
        "(i64.and X (i64.const 65535))",
        "(i64.rotl X (i64.const 9))",
        "(i64.ctz X)",
        "(i64.sub (i64.const 0) (i64.add X (i64.const 1)))",
    ],
    uses: &[
        "(i64.and X (i64.sub (i64.const 0) (i64.extend_i32_u (i32.ne (local.get $c) (i32.const 0)))))",
        "(local.set $t X) (select (local.get $t) (i64.const 9) (i64.gt_u (local.get $t) (i64.const 9)))",
        "(i64.and X (i64.const 0xffffffff))",
        "(i64.extend_i32_u (i32.wrap_i64 X))",
        "(i64.extend32_s X)",
        "(i64.and X (i64.const 0))",
    ],
};

const F32: Ty = Ty {
    name: "f32",
    one: "(f32.const 0.5)",
    loads: &[
        ("(f32.load P)", 4),
        ("(f32.reinterpret_i32 (i32.load P))", 4),
        ("(f32.convert_i32_s (i32.load P))", 4),
        ("(f32.convert_i64_u (i64.load P))", 8),
        ("(f32.demote_f64 (f64.load P))", 8),
        ("(f32x4.extract_lane 0 (v128.load P))", 16),
        ("(f32x4.extract_lane 3 (v128.load P))", 16),
    ],
    arithmetic: &[
        "(f32.add X (f32.const 3))",
        "(f32.mul X (f32.const 0.25))",
        "(f32.div X (f32.const 3))",
        "(f32.sub (f32.const 1.5) X)",
        "(f32.sqrt X)",
        "(f32.neg X)",
        "(f32.abs X)",
        "(f32.floor X)",
        "(f32.min X (f32.const 4))",
        "(f32.copysign X (f32.const -3))",
        "(f32.add (f32.mul X (f32.const 0.25)) (f32.const 3))",
    ],
    uses: &[
        "(select (f32.const 2) (f32.const 3) (f32.lt X (f32.const 9)))",
        "(select (f32.const 2) (f32.const 3) (i32.and (f32.lt X (f32.const 9)) (local.get $c)))",
        "(select (f32.const 2) (f32.const 3) (i32.and (f32.lt X (f32.const 9)) (f32.lt (f32.convert_i32_s (local.get $c)) (f32.const 0.5))))",
        "(local.set $t X) (select (local.get $t) (f32.const 9) (f32.gt (local.get $t) (f32.const 9)))",
        "(f32.reinterpret_i32 (i32.and (i32.reinterpret_f32 X) (i32.sub (i32.const 0) (local.get $c))))",
    ],
};

const F64: Ty = Ty {
    name: "f64",
    one: "(f64.const 0.5)",
    loads: &[
        ("(f64.load P)", 8),
        ("(f64.load $shared P)", 8),
        ("(f64.reinterpret_i64 (i64.load P))", 8),
        ("(f64.convert_i32_u (i32.load P))", 4),
        ("(f64.promote_f32 (f32.load P))", 4),
        ("(f64x2.extract_lane 0 (v128.load P))", 16),
        ("(f64x2.extract_lane 1 (v128.load P))", 16),
    ],
    arithmetic: &[
        "(f64.add X (f64.const 3))",
        "(f64.mul X (f64.const 0.25))",
        "(f64.sub (f64.const 1.5) X)",
        "(f64.sqrt X)",
        "(f64.neg X)",
        "(f64.nearest X)",
        "(f64.max X (f64.const 4))",
        "(f64.add (f64.mul X (f64.const 0.25)) (f64.const 3))",
    ],
    uses: &[
        "(select (f64.const 2) (f64.const 3) (f64.lt X (f64.const 9)))",
        "(select (f64.const 2) (f64.const 3) (i32.and (f64.lt X (f64.const 9)) (local.get $c)))",
        "(local.set $t X) (select (local.get $t) (f64.const 9) (f64.gt (local.get $t) (f64.const 9)))",
    ],
};

const V128: Ty = Ty {
    name: "v128",
    one: "(v128.const i32x4 1 2 3 4)",
    loads: &[
        ("(v128.load P)", 16),
        ("(v128.load $shared P)", 16),
        ("(v128.load $wide (i64.extend_i32_u P))", 16),
        ("(v128.load8x8_s P)", 8),
        ("(v128.load8x8_u P)", 8),
        ("(v128.load16x4_s P)", 8),
        ("(v128.load16x4_u P)", 8),
        ("(v128.load32x2_s P)", 8),
        ("(v128.load32x2_u P)", 8),
        ("(v128.load8_splat P)", 1),
        ("(v128.load16_splat P)", 2),
        ("(v128.load32_splat P)", 4),
        ("(v128.load64_splat P)", 8),
        ("(v128.load32_zero P)", 4),
        ("(v128.load64_zero P)", 8),
        ("(v128.load8_lane 3 P (local.get $w))", 1),
        ("(v128.load16_lane 7 P (local.get $w))", 2),
        ("(v128.load32_lane 0 P (local.get $w))", 4),
        ("(v128.load64_lane 1 P (local.get $w))", 8),
        ("(i32x4.splat (i32.load P))", 4),
        ("(f64x2.splat (f64.load P))", 8),
        ("(f32x4.replace_lane 0 (local.get $w) (f32.load P))", 4),
        ("(i8x16.replace_lane 5 (local.get $w) (i32.load8_u P))", 1),
    ],
    arithmetic: &[
        "(f32x4.add X (local.get $v))",
        "(f32x4.mul (local.get $v) X)",
        "(f32x4.div X (local.get $v))",
        "(f32x4.sqrt X)",
        "(f32x4.neg X)",
        "(f32x4.min X (local.get $v))",
        "(f32x4.pmax X (local.get $v))",
        "(f32x4.ceil X)",
        "(f32x4.convert_i32x4_s X)",
        "(i32x4.trunc_sat_f32x4_s X)",
        "(f64x2.add X (local.get $v))",
        "(f64x2.mul X X)",
        "(f64x2.abs X)",
        "(f64x2.max X (local.get $v))",
        "(i8x16.add X (local.get $v))",
        "(i16x8.sub (local.get $v) X)",
        "(i32x4.mul X (local.get $v))",
        "(i64x2.mul X (local.get $v))",
        "(i32x4.shl X (i32.const 3))",
        "(i16x8.shr_s X (local.get $c))",
        "(i8x16.avgr_u X (local.get $v))",
        "(i16x8.add_sat_s X (local.get $v))",
        "(i32x4.min_u X (local.get $v))",
        "(i64x2.abs X)",
        "(i8x16.popcnt X)",
        "(v128.not X)",
        "(i32x4.dot_i16x8_s X (local.get $v))",
        "(i16x8.extmul_low_i8x16_s X (local.get $v))",
        "(i8x16.narrow_i16x8_s X (local.get $v))",
        "(f32x4.add (f32x4.mul X (local.get $v)) (local.get $w))",
    ],
    uses: &[
        // Masked uses.
        "(v128.bitselect X (local.get $v) (f32x4.lt (local.get $v) (local.get $w)))",
        "(v128.bitselect (local.get $v) X (f64x2.ge (local.get $v) (local.get $w)))",
        "(v128.bitselect X (local.get $v) (i8x16.eq (local.get $v) (local.get $w)))",
        "(v128.bitselect X (local.get $v) (i16x8.gt_s (local.get $v) (local.get $w)))",
        "(v128.bitselect X (local.get $v) (i64x2.ne (local.get $v) (local.get $w)))",
        "(v128.bitselect X (local.get $v) (v128.const i32x4 -1 0 -1 0))",
        "(v128.bitselect (local.get $v) (local.get $w) X)",
        "(v128.bitselect (local.get $v) (local.get $w) (i32x4.gt_s X (local.get $v)))",
        "(v128.and X (f32x4.lt (local.get $v) (local.get $w)))",
        "(v128.andnot X (i32x4.lt_u (local.get $v) (local.get $w)))",
        "(v128.or X (i8x16.eq (local.get $v) (local.get $w)))",
        "(v128.xor X (i32x4.eq (local.get $v) (local.get $w)))",
        "(v128.and X (v128.const i32x4 -1 0 0 -1))",
        "(v128.and X (v128.const i64x2 0 0))",
        "(v128.and (i32x4.eq X (local.get $v)) (i32x4.lt_s (local.get $v) (local.get $w)))",
        "(v128.and (f32x4.lt X (local.get $v)) (f32x4.lt (local.get $v) (local.get $w)))",
        "(i32x4.max_s (v128.and X (i32x4.lt_s (local.get $v) (local.get $w))) (local.get $w))",
        // Uses of a part of the vector.
        "(i16x8.extend_low_i8x16_s X)",
        "(i16x8.extend_high_i8x16_u X)",
        "(i32x4.extend_low_i16x8_u X)",
        "(i64x2.extend_low_i32x4_s X)",
        "(i64x2.extend_high_i32x4_u X)",
        "(f64x2.convert_low_i32x4_s X)",
        "(f64x2.convert_low_i32x4_u X)",
        "(f64x2.promote_low_f32x4 X)",
        "(f32x4.demote_f64x2_zero X)",
        "(i8x16.shuffle 0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3 X (local.get $v))",
        "(i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 X (v128.const i32x4 0 0 0 0))",
        "(i8x16.shuffle 0 1 18 19 4 5 22 23 8 9 26 27 12 13 30 31 X (local.get $v))",
        "(i8x16.shuffle 16 17 18 19 0 1 2 3 4 5 6 7 8 9 10 11 X (local.get $v))",
        "(i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 X (v128.const i32x4 0 0 0 0))",
        "(i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31 X (v128.const i32x4 0 0 0 0))",
        "(i8x16.shuffle 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 X X)",
        "(i8x16.shuffle 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 X X)",
        "(i8x16.shuffle 4 5 6 7 4 5 6 7 4 5 6 7 4 5 6 7 X X)",
        "(i8x16.shuffle 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 X X)",
        "(i8x16.shuffle 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 X X)",
        "(i16x8.splat (i16x8.extract_lane_u 0 X))",
        "(i8x16.swizzle X (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0))",
        "(i8x16.swizzle X (local.get $v))",
        "(i8x16.swizzle (local.get $v) X)",
        "(i32x4.splat (i32x4.extract_lane 0 X))",
        "(f64x2.splat (f64x2.extract_lane 0 X))",
        "(i32x4.replace_lane 1 X (i32.const 7))",
        "(f64x2.replace_lane 1 X (f64.const 7))",
        "(f64x2.replace_lane 0 X (f64.const 7))",
        "(f32x4.replace_lane 0 (local.get $v) (f32x4.extract_lane 2 X))",
        "(i32x4.shr_u X (i32.const 16))",
        "(i64x2.shl X (i32.const 32))",
        "(i32x4.splat (i8x16.bitmask X))",
        "(i32x4.splat (v128.any_true X))",
        "(i32x4.splat (i32x4.all_true X))",
        "(i8x16.splat (i8x16.extract_lane_s 0 X))",
        "(f32x4.splat (f32.sqrt (f32x4.extract_lane 0 X)))",
        "(f32x4.replace_lane 0 (local.get $v) (f32.add (f32x4.extract_lane 0 X) (f32.const 3)))",
        "(i64x2.extmul_low_i32x4_u X (local.get $v))",
        "(i16x8.extadd_pairwise_i8x16_s X)",
    ],
};

/// Uses that are combined with each arithmetic.
const AFTER_ARITHMETIC: &[&str] = &[
    "(select X ONE (local.get $c))",
    "(select ONE X (local.get $c))",
    "(local.set $t X) (i32.store (i32.const 0) (i32.const 99)) (select (local.get $t) ONE (local.get $c))",
];

/// Uses that are combined with each arithmetic on vectors.
const VECTOR_AFTER_ARITHMETIC: &[&str] = &[
    "(v128.bitselect X (local.get $v) (f32x4.lt (local.get $v) (local.get $w)))",
    "(v128.bitselect (local.get $v) X (i64x2.lt_s (local.get $v) (local.get $w)))",
    "(v128.and X (i32x4.lt_s (local.get $v) (local.get $w)))",
    "(v128.bitselect X (local.get $v) (i8x16.lt_s (local.get $v) (local.get $w)))",
];

/// Returns all cells.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for ty in [I32, I64, F32, F64, V128] {
        for (load, width) in ty.loads {
            for use_ in USES.iter().chain(ty.uses) {
                cells.push(cell(&ty, load, *width, use_));
            }
        }
        let vector = ty.name == "v128";
        for (load, width) in ty.loads.iter().step_by(if vector { 3 } else { 2 }) {
            for arithmetic in ty.arithmetic {
                let after = if vector { VECTOR_AFTER_ARITHMETIC } else { &[] };
                for use_ in AFTER_ARITHMETIC.iter().chain(after) {
                    cells.push(cell(&ty, &arithmetic.replace('X', load), *width, use_));
                }
            }
        }
    }
    cells
}

fn cell(ty: &Ty, value: &str, width: u32, use_: &str) -> Cell {
    let body = use_
        .replace("ONE", ty.one)
        .replace("T.load", &format!("{}.load", ty.name))
        .replace("(result T)", &format!("(result {})", ty.name))
        .replace('X', &value.replace('P', "(local.get $p)"));
    let name = format!("{}: {body}", ty.name);
    let function = format!(
        "(func (export {name:?}) (param $p i32) (param $c i32) (param $v v128) (param $w v128) (local $t {ty}) (local $u {ty})
           (local $r {ty}) {body} (local.set $r) ({ty}.store (i32.const 16) (local.get $r)))\n",
        ty = ty.name,
    );
    Cell { name, function, width, aligned: value.contains("atomic") }
}
