//! Cells of the NaN matrix: a function for each operator, each way to know its other operand, and origins of the NaN.
//!
//! Each function takes the bits of a number and returns those of the result, which is the same number, perhaps negated.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    F32,
    F64,
}

impl Width {
    fn float(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    fn int(self) -> &'static str {
        match self {
            Self::F32 => "i32",
            Self::F64 => "i64",
        }
    }

    fn shape(self) -> &'static str {
        match self {
            Self::F32 => "f32x4",
            Self::F64 => "f64x2",
        }
    }

    fn lanes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 2,
        }
    }

    fn bits(self, number: f64) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "the numbers of this test are exact in both")]
        match self {
            Self::F32 => (number as f32).to_bits().into(),
            Self::F64 => number.to_bits(),
        }
    }
}

pub(crate) struct Cell {
    pub(crate) name: String,
    pub(crate) function: String,
    pub(crate) width: Width,
    pub(crate) negates: bool,
}

/// An operator with an operand that makes it an identity. `X` is the number, `C` the operand, `F` the type or shape.
struct Operator {
    text: &'static str,
    constant: f64,
    negates: bool,
}

const OPERATORS: &[Operator] = &[
    Operator { text: "(F.mul X C)", constant: 1.0, negates: false },
    Operator { text: "(F.mul C X)", constant: 1.0, negates: false },
    Operator { text: "(F.div X C)", constant: 1.0, negates: false },
    Operator { text: "(F.add X C)", constant: -0.0, negates: false },
    Operator { text: "(F.add C X)", constant: -0.0, negates: false },
    Operator { text: "(F.sub X C)", constant: 0.0, negates: false },
    Operator { text: "(F.mul X C)", constant: -1.0, negates: true },
    Operator { text: "(F.div X C)", constant: -1.0, negates: true },
    Operator { text: "(F.sub C X)", constant: -0.0, negates: true },
    Operator { text: "(F.max X C)", constant: -0.0, negates: false },
    Operator { text: "(F.min C (F.neg X))", constant: -0.0, negates: true },
    Operator { text: "(F.add (F.mul X C) (F.neg (F.abs (F.sub C C))))", constant: 1.0, negates: false },
];

/// Operators with one operand, or with the same operand twice.
const UNARY: &[(&str, Width)] = &[
    ("(f32.demote_f64 (f64.promote_f32 X))", Width::F32),
    ("(f32.demote_f64 (f64.mul (f64.promote_f32 X) (f64.const 1)))", Width::F32),
    ("(f32.min X X)", Width::F32),
    ("(f64.max X X)", Width::F64),
    ("(f32.sqrt (f32.mul X X))", Width::F32),
    ("(f64.sqrt (f64.mul X X))", Width::F64),
];

/// Ways to compute a constant. `N` is the constant, `I` the integer, `B` its bits, `M` the constant plus two; `i` and `f` are the
/// types.
const KNOWN: &[&str] = &[
    "(f.const N)",
    "(local.set $c (f.const N)) (local.get $c)",
    "(f.reinterpret_i (i.const B))",
    "(f.sub (f.const M) (f.const 2))",
    "(f.div (f.const N) (f.sub (f.const 3) (f.const 2)))",
    "(call $f_N)",
    "(call $f_id (f.const N))",
    "(shape.extract_lane 1 (v128.const ishape V))",
    "(shape.extract_lane 1 (shape.splat (f.const N)))",
    "(shape.extract_lane 0 (shape.mul (shape.splat (f.const N)) (shape.splat (f.const 1))))",
    "(f.store (i32.const 8) (f.const N)) (f.load (i32.const 8))",
    "(i.store (i32.const 8) (i.const B)) (f.load (i32.const 8))",
    "(global.set $f (f.const N)) (global.get $f)",
    "(global.get $f_N)",
    "(select (f.const N) (f.const N) (i32.wrap_i64 (local.get $b)))",
    "(select (f.const N) (f.const 7) (i64.ne (local.get $b) (i64.const 0)))",
    "(if (result f) (i64.eqz (local.get $b)) (then (f.const 7)) (else (f.const N)))",
    "(if (result f) (i64.eqz (local.get $b)) (then (f.const N)) (else (f.const N)))",
    "(f.copysign (f.const N) (f.const N))",
    "(f.neg (f.neg (f.const N)))",
    // The loop does not change the value, which the compiler finds out when it unrolls the loop.
    "(local.set $c (f.const N)) (loop $l
       (local.set $c (f.div (local.get $c) (f.const 1)))
       (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5)))) (local.get $c)",
    "(local.set $c (f.const M)) (loop $l
       (local.set $c (f.sub (local.get $c) (f.const 0.25)))
       (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8)))) (local.get $c)",
];

/// More ways to compute a constant, for integers other than -0.
const KNOWN_INTEGER: &[&str] = &[
    "(f.convert_i32_s (i32.const I))",
    "(f.convert_i64_s (i64.const I))",
    "(local.set $n (i32.const I)) (f.convert_i32_s (local.get $n))",
    "(f.convert_i32_s (i32.mul (i32.const I) (i64.ne (local.get $b) (i64.const 0))))",
    "(f.nearest (f.add (f.const N) (f.const 0.25)))",
    "(loop $l (br_if $l (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 4))))
       (f.convert_i32_s (i32.add (local.get $n) (i32.sub (i32.const I) (i32.const 4))))",
    "(shape.extract_lane 1 (shape.WIDEN (i32x4.splat (i32.const I))))",
];

/// Origins of the number. `BITS` stands for its bits as a float: see `number`.
const ORIGINS: &[&str] = &[
    "BITS",
    "(call $f_id BITS)",
    "(f.store (i32.const 32) BITS) (f.load (i32.const 32))",
    "(shape.extract_lane 1 (shape.splat BITS))",
    "(v128.store (i32.const 64) (shape.splat BITS)) (shape.extract_lane 0 (v128.load (i32.const 64)))",
    "(global.set $f BITS) (global.get $f)",
];

fn text(number: f64) -> String {
    if number == 0.0 && number.is_sign_negative() { "-0".into() } else { format!("{number}") }
}

/// Replaces the placeholders of the type and the constant.
fn filled(template: &str, width: Width, constant: f64) -> String {
    let lane = width.bits(constant);
    let lanes = vec![format!("{lane:#x}"); width.lanes()].join(" ");
    // The last loop of `KNOWN` counts down by two.
    let above = text(constant + 2.0);
    template
        .replace("$f_N", &format!("${}_{}", width.float(), text(constant)))
        .replace("$f_id", &format!("${}_id", width.float()))
        .replace("$f)", &format!("${})", width.float()))
        .replace("$f ", &format!("${} ", width.float()))
        .replace("ishape V", &format!("{} {lanes}", if width == Width::F32 { "i32x4" } else { "i64x2" }))
        .replace("shape.WIDEN", if width == Width::F32 { "f32x4.convert_i32x4_s" } else { "f64x2.convert_low_i32x4_s" })
        .replace("shape.", &format!("{}.", width.shape()))
        .replace("(f.reinterpret_i ", &format!("({}.reinterpret_{} ", width.float(), width.int()))
        .replace("(f.", &format!("({}.", width.float()))
        .replace("(result f)", &format!("(result {})", width.float()))
        .replace("(i.", &format!("({}.", width.int()))
        .replace("const N)", &format!("const {})", text(constant)))
        .replace("const I)", &format!("const {constant})"))
        .replace("const B)", &format!("const {lane:#x})"))
        .replace("const M)", &format!("const {above})"))
}

fn number(width: Width) -> &'static str {
    match width {
        Width::F32 => "(f32.reinterpret_i32 (i32.wrap_i64 (local.get $b)))",
        Width::F64 => "(f64.reinterpret_i64 (local.get $b))",
    }
}

fn cell(name: String, width: Width, negates: bool, body: &str) -> Cell {
    let float = width.float();
    let result = match width {
        Width::F32 => "(i64.extend_i32_u (i32.reinterpret_f32 (local.get $r)))",
        Width::F64 => "(i64.reinterpret_f64 (local.get $r))",
    };
    let function = format!(
        "(func (export {name:?}) (param $b i64) (result i64) (local $x {float}) (local $c {float}) (local $k {float})
           (local $n i32) (local $r {float}) (local $v v128) {body} (local.set $r) {result})\n"
    );
    Cell { name, function, width, negates }
}

/// Returns all ways to compute a constant.
fn known(constant: f64) -> impl Iterator<Item = &'static str> {
    let integer = constant != 0.0 || constant.is_sign_positive();
    // For -0, `M - 2` and sums would be +0.
    let ways = KNOWN.iter().filter(move |way| integer || !way.contains('M'));
    ways.chain(KNOWN_INTEGER.iter().filter(move |_| integer)).copied()
}

/// Returns the scalar cells: each operator with each way to compute its operand, from two origins.
pub(crate) fn scalars() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut origins = ORIGINS.iter().cycle();
    for width in [Width::F32, Width::F64] {
        for operator in OPERATORS {
            for way in known(operator.constant) {
                for origin in origins.by_ref().take(2) {
                    let way = filled(way, width, operator.constant);
                    let origin = filled(origin, width, 0.0).replace("BITS", number(width));
                    let operation = operator.text.replace('F', width.float());
                    let name = format!("{} {}: {operation} of {origin} and {way}", cells.len(), width.float());
                    let operation = operation.replace('X', "(local.get $x)").replace('C', "(local.get $k)");
                    let body = format!("{origin} (local.set $x) {way} (local.set $k) {operation}");
                    cells.push(cell(name, width, operator.negates, &body));
                }
            }
        }
    }
    for &(operation, width) in UNARY {
        for origin in ORIGINS {
            let origin = filled(origin, width, 0.0).replace("BITS", number(width));
            let name = format!("{} {operation} of {origin}", cells.len());
            let operation = operation.replace('X', "(local.get $x)");
            cells.push(cell(name, width, false, &format!("{origin} (local.set $x) {operation}")));
        }
    }
    cells
}

/// Returns the vector cells: each operator with the constant in all lanes or one. The lane is extracted, or stored with the others.
pub(crate) fn vectors() -> Vec<Cell> {
    let mut cells = Vec::new();
    let fused = [Operator { text: "(F.relaxed_madd X C (F.neg (F.sub C C)))", constant: 1.0, negates: false }];
    for width in [Width::F32, Width::F64] {
        for operator in OPERATORS.iter().chain(&fused) {
            for (at, way) in known(operator.constant).enumerate() {
                let lane = at % width.lanes();
                let way = filled(way, width, operator.constant);
                let shape = width.shape();
                let others =
                    format!("(v128.const {})", ["f32x4 2 3 4 5", "f64x2 2 3"][usize::from(width == Width::F64)]);
                let constant = match at % 3 {
                    0 => format!("({shape}.splat (local.get $c))"),
                    _ => format!("({shape}.replace_lane {lane} {others} (local.get $c))"),
                };
                let operation = operator.text.replace('F', shape);
                let name = format!("{} {operation} lane {lane} of {constant}, {way}", cells.len());
                let value = match at % 2 {
                    0 => format!("({shape}.splat {})", number(width)),
                    _ => format!("({shape}.replace_lane {lane} {others} {})", number(width)),
                };
                let operation = operation.replace('X', &value).replace('C', &constant);
                let take = match at % 4 {
                    0 => format!(
                        "(v128.store (i32.const 96) (local.get $v)) ({}.load offset={} (i32.const 96))",
                        width.float(),
                        lane * 16 / width.lanes()
                    ),
                    _ => format!("({shape}.extract_lane {lane} (local.get $v))"),
                };
                let body = format!("{way} (local.set $c) {operation} (local.set $v) {take}");
                cells.push(cell(name, width, operator.negates, &body));
            }
        }
    }
    cells
}

/// Returns a module of cells, with the functions and globals that they use.
pub(crate) fn module(cells: &[Cell]) -> String {
    let mut text = String::from("(module (memory 1 1)\n");
    for width in [Width::F32, Width::F64] {
        let f = width.float();
        text +=
            &format!("(global ${f} (mut {f}) ({f}.const 0)) (func ${f}_id (param {f}) (result {f}) (local.get 0))\n");
        for constant in [1.0, -1.0, 0.0, -0.0].map(self::text) {
            text += &format!("(global ${f}_{constant} {f} ({f}.const {constant}))");
            text += &format!("(func ${f}_{constant} (result {f}) ({f}.const {constant}))\n");
        }
    }
    text.extend(cells.iter().map(|cell| cell.function.as_str()));
    text + ")"
}
