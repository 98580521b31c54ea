//! LLVM IR in a readable and stable form, for golden files.

use std::collections::HashMap;
use wassay_vm::Engine;

/// Returns the functions of a module as LLVM IR, without numbers that change easily. Debug locations are left out. Branch weights,
/// alias tags (TBAA) and attributes of calls are written in place, where LLVM refers to them by number.
pub(crate) fn functions(engine: &Engine, wasm: &[u8]) -> Vec<String> {
    engine.llvm_ir(wasm).unwrap().iter().flat_map(|unit| of_unit(unit)).collect()
}

fn of_unit(text: &str) -> Vec<String> {
    let nodes: HashMap<&str, &str> =
        text.lines().filter(|line| line.starts_with('!')).filter_map(|line| line.split_once(" = ")).collect();
    let groups: HashMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("attributes ")?.split_once(" = "))
        .map(|(name, list)| (name, list.trim_matches(['{', '}', ' '])))
        .collect();
    let mut functions: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("define ") {
            let head = line.split(" #").next().unwrap_or(line);
            let personality = line.find(" personality ").map_or("", |at| line[at..].split(" !dbg").next().unwrap());
            functions.push(format!("{head}{personality} {{\n"));
            inside = true;
        } else if inside && let Some(function) = functions.last_mut() {
            function.push_str(&named(line, &nodes, &groups));
            function.push('\n');
            inside = line != "}";
        }
    }
    functions
}

/// Replaces the numbers of metadata nodes and attribute groups in a line by their contents.
fn named(line: &str, nodes: &HashMap<&str, &str>, groups: &HashMap<&str, &str>) -> String {
    let mut parts = Vec::new();
    for part in line.split(", !") {
        if parts.is_empty() {
            parts.push(part.to_owned());
        } else if let Some((kind, number)) = part.split_once(' ')
            && kind != "dbg"
        {
            parts.push(format!("!{kind} {}", resolved(kind, number, nodes)));
        }
    }
    let head = parts[0].clone();
    if let Some((call, group)) = head.rsplit_once(" #")
        && let Some(list) = groups.get(format!("#{group}").as_str())
    {
        parts[0] = format!("{call} [{list}]");
    }
    parts.join(", ")
}

fn resolved(kind: &str, number: &str, nodes: &HashMap<&str, &str>) -> String {
    let contents = |name: &str| nodes.get(name).copied().unwrap_or("?").to_owned();
    let node = contents(number.trim());
    match kind {
        // The tag of an access refers to its type, which has the name.
        "tbaa" => contents(node.trim_start_matches("!{").split(',').next().unwrap_or_default())
            .split('"')
            .nth(1)
            .unwrap_or("?")
            .to_owned(),
        "prof" => node.trim_start_matches("!{!\"branch_weights\", ").trim_end_matches('}').to_owned(),
        _ => node,
    }
}
