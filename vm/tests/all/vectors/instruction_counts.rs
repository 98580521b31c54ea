//! Machine instructions of each vector operator, which make the table in `SIMD.md`.
//!
//! Each operator that `wasmparser` lists for the proposals simd and relaxed-simd is compiled alone in a function, at
//! `OptLevel::Speed` for x86-64-v3, and its instructions are counted. Those of the frame do not count. For loads and stores, those
//! that a scalar access of the same address needs too do not count either. `shortest_sequences.csv` has the shortest known sequence
//! where a single instruction does not suffice, and a reason where LLVM's is longer.
//! `BLESS=1 cargo test -p wassay-vm --test all instruction_counts` rewrites the table.

use crate::support::{machine_code, wat};
use iced_x86::{Instruction, Mnemonic, Register};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use wassay_vm::{Config, Engine, MemoryMode, OptLevel, RelaxedSimd};

const CPU: &str = "x86-64-v3";

/// An operator, as `wasmparser` lists it.
struct Operator {
    /// The name in the text format.
    name: String,
    proposal: &'static str,
    operands: usize,
    /// Whether it accesses memory.
    memory: bool,
    /// Names of its immediates.
    immediates: &'static [&'static str],
}

fn operators() -> Vec<Operator> {
    macro_rules! list {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($arity:tt)*) )*) => {
            vec![$(Operator {
                name: stringify!($visit).trim_start_matches("visit_").replacen('_', ".", 1),
                proposal: stringify!($proposal),
                operands: list!(@operands $($arity)*),
                memory: list!(@memory $($arity)*),
                immediates: &[$($(stringify!($arg)),*)?],
            }),*]
        };
        (@operands arity memarg $operands:literal -> $results:literal) => { $operands };
        (@operands arity $operands:literal -> $results:literal) => { $operands };
        (@memory arity memarg $($rest:tt)*) => { true };
        (@memory $($rest:tt)*) => { false };
    }
    wasmparser::for_each_visit_simd_operator!(list)
}

impl Operator {
    /// Returns the type of the value of one lane.
    fn scalar(&self) -> &'static str {
        match &self.name[..5] {
            "i64x2" => "i64",
            "f32x4" => "f32",
            "f64x2" => "f64",
            _ => "i32",
        }
    }

    fn ends(&self, suffixes: &[&str]) -> bool {
        suffixes.iter().any(|suffix| self.name.ends_with(suffix))
    }

    fn parameters(&self) -> Vec<&'static str> {
        let mut types = vec!["v128"; self.operands];
        if self.memory {
            types[0] = "i32";
        } else if self.name.ends_with("splat") {
            types[0] = self.scalar();
        } else if self.name.ends_with("replace_lane") {
            types[1] = self.scalar();
        } else if self.ends(&[".shl", ".shr_s", ".shr_u"]) {
            types[1] = "i32";
        }
        types
    }

    fn result(&self) -> Option<&'static str> {
        if self.name.contains(".store") {
            None
        } else if self.name.contains("extract_lane") {
            Some(self.scalar())
        } else if self.ends(&["bitmask", "all_true", "any_true"]) {
            Some("i32")
        } else {
            Some("v128")
        }
    }

    /// Returns a module with a function that contains only this operator.
    fn module(&self) -> String {
        let mut immediates = String::new();
        for immediate in self.immediates {
            match *immediate {
                // Lanes of both operands, in an order that no instruction has.
                "lanes" => immediates.push_str(" 0 19 2 31 5 20 7 16 9 24 11 1 30 14 22 3"),
                "lane" => immediates.push_str(" 1"),
                "value" => immediates.push_str(" i32x4 1 20 300 4000"),
                "memarg" => {}
                other => panic!("{}: unknown immediate `{other}`", self.name),
            }
        }
        let parameters = self.parameters();
        let gets: String = (0..parameters.len()).map(|n| format!(" (local.get {n})")).collect();
        let result = self.result().map(|ty| format!("(result {ty})")).unwrap_or_default();
        let parameters = parameters.join(" ");
        format!("(module (memory 1) (func (param {parameters}) {result} ({}{immediates}{gets})))", self.name)
    }
}

fn engine(choice: RelaxedSimd) -> Engine {
    let mut config = Config::new();
    config.opt_level(OptLevel::Speed).memory_mode(MemoryMode::Precise).cpu(CPU).relaxed_simd(choice);
    Engine::new(&config).unwrap()
}

/// Compiles a module, and returns the instructions of its only function, without those for the frame.
fn body(engine: &Engine, text: &str) -> Vec<Instruction> {
    let is_frame = |i: &Instruction| {
        let of_base = i.op0_register() == Register::RBP;
        matches!(i.mnemonic(), Mnemonic::Ret | Mnemonic::Nop | Mnemonic::Int3)
            || matches!(i.mnemonic(), Mnemonic::Push | Mnemonic::Pop | Mnemonic::Mov) && of_base
    };
    let mut functions = machine_code::functions(engine, &wat(text));
    let mut code = functions.remove(0);
    let end = code.iter().position(|i| i.mnemonic() == Mnemonic::Ret).expect("a function returns");
    assert!(code[end + 1..].iter().all(is_frame), "code after the return");
    code.truncate(end);
    code.retain(|i| !is_frame(i));
    code
}

/// A row of the table: the code of an operator, under one choice for relaxed ones.
struct Row {
    name: String,
    code: Vec<String>,
    count: usize,
}

fn rows() -> Vec<Row> {
    let (deterministic, fast) = (engine(RelaxedSimd::Deterministic), engine(RelaxedSimd::Fast));
    // Instructions that compute the address are not counted.
    let address =
        body(&deterministic, "(module (memory 1) (func (param i32) (result i32) (i32.load (local.get 0))))").len() - 1;
    let row = |engine: &Engine, operator: &Operator, suffix: &str| {
        let code = body(engine, &operator.module());
        let count = code.len() - if operator.memory { address } else { 0 };
        let skipped = code.len() - count;
        let code = code[skipped..].iter().map(machine_code::text).collect();
        Row { name: operator.name.clone() + suffix, code, count }
    };
    let mut rows = Vec::new();
    for operator in operators() {
        rows.push(row(&deterministic, &operator, ""));
        if operator.proposal == "relaxed_simd" {
            rows.push(row(&fast, &operator, " (fast)"));
        }
    }
    rows
}

/// The shortest known sequence of an operator for which a single instruction does not suffice.
struct Best {
    count: usize,
    /// The accepted count with the reason, if it is larger.
    accepted: Option<(usize, String)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Reads the data file. Its columns are: operator, shortest sequence, accepted count, reason. A reason may contain commas.
fn best() -> HashMap<String, Best> {
    let text = std::fs::read_to_string(folder().join("tests/all/vectors/shortest_sequences.csv")).unwrap();
    let mut all = HashMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<_> = line.splitn(4, ',').collect();
        let [name, count, accepted, reason] = fields[..] else { panic!("needs four fields: {line}") };
        let count = count.parse().unwrap_or_else(|_| panic!("not a number: {line}"));
        let accepted = (!accepted.is_empty()).then(|| {
            assert!(!reason.is_empty(), "no reason: {line}");
            (accepted.parse().unwrap_or_else(|_| panic!("not a number: {line}")), reason.to_owned())
        });
        let replaced = all.insert(name.to_owned(), Best { count, accepted });
        assert!(replaced.is_none(), "duplicate: {line}");
    }
    all
}

fn table(rows: &[Row], best: &HashMap<String, Best>) -> String {
    let of = |row: &Row| best.get(&row.name).map_or(1, |best| best.count);
    let single = rows.iter().filter(|row| row.count <= 1).count();
    let longer: Vec<_> = rows.iter().filter(|row| row.count > of(row)).collect();
    let mut text = format!(
        "# Machine code of vector operators\n\n\
         `BLESS=1 cargo test -p wassay-vm --test all instruction_counts` writes this file; the test explains how it counts. \
         Each operator\nis compiled alone, at `OptLevel::Speed` for {CPU}. Rows with (fast) are compiled under \
         `RelaxedSimd::Fast`. *Best* is the\nlength of the shortest known sequence, from \
         `vm/tests/all/vectors/shortest_sequences.csv`.\n\n\
         {} rows: {single} have at most one instruction, {} are as short as the best, {} are longer.\n\n",
        rows.len(),
        rows.len() - longer.len(),
        longer.len(),
    );
    if !longer.is_empty() {
        text.push_str(
            "## Longer than the best known\n\n| Operator | Instructions | Best | Reason |\n|---|--:|--:|---|\n",
        );
        for row in &longer {
            let why = best.get(&row.name).and_then(|best| best.accepted.as_ref()).map_or("", |(_, why)| why);
            writeln!(text, "| `{}` | {} | {} | {why} |", row.name, row.count, of(row)).unwrap();
        }
        text.push('\n');
    }
    text.push_str("## All\n\n| Operator | Instructions | Best | Code |\n|---|--:|--:|---|\n");
    for row in rows {
        let code = row.code.join("; ");
        writeln!(text, "| `{}` | {} | {} | `{code}` |", row.name, row.count, of(row)).unwrap();
    }
    text
}

#[test]
fn no_operator_takes_more_instructions_than_accepted() {
    let rows = rows();
    assert!(rows.len() > 270, "{} rows", rows.len());
    let best = best();
    let mut wrong = String::new();
    for row in &rows {
        let (shortest, accepted) = match best.get(&row.name) {
            Some(Best { count, accepted }) => (*count, accepted.as_ref().map(|(count, _)| *count)),
            None => (1, None),
        };
        let code = row.code.join("; ");
        if row.count > accepted.unwrap_or(shortest) {
            let allowed = accepted.unwrap_or(shortest);
            writeln!(wrong, "{}: {} instructions, {allowed} allowed: {code}", row.name, row.count).unwrap();
        } else if row.count < shortest {
            writeln!(wrong, "{}: {} instructions, fewer than the best known, {shortest}: {code}", row.name, row.count)
                .unwrap();
        } else if accepted.is_some_and(|accepted| row.count < accepted) {
            writeln!(wrong, "{}: {} instructions, fewer than accepted: {code}", row.name, row.count).unwrap();
        }
    }
    let unknown: Vec<_> = best.keys().filter(|name| rows.iter().all(|row| row.name != **name)).collect();
    if !unknown.is_empty() {
        writeln!(wrong, "rows of unknown operators: {unknown:?}").unwrap();
    }
    let path = folder().join("SIMD.md");
    let text = table(&rows, &best);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
        wrong.push_str("SIMD.md is stale: BLESS=1 rewrites it\n");
    }
    assert!(wrong.is_empty(), "see tests/all/vectors/shortest_sequences.csv\n{wrong}");
}
