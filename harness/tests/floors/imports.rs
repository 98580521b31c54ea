//! Imports between the files of a crate, read from its tokens.
//!
//! An arrow leads from a file to each file whose items it names: by `use`, by a path in code, or by a path in a macro. Names that
//! a module re-exports are followed to the file that defines them. Code under `#[cfg(test)]` does not count.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A path of modules from the root of the crate, or of names in one.
type Names = Vec<String>;

/// A source file that is a module.
struct Module {
    /// The file's path below `src`.
    file: String,
    lines: usize,
    /// Its tokens, without those of tests.
    tokens: Vec<TokenTree>,
    /// What `use` brings into it: the local name and what it stands for.
    uses: BTreeMap<String, Names>,
    /// Modules all of whose items `use` brings into it.
    globs: Vec<Names>,
}

/// The modules of a crate, by their paths.
pub(crate) struct Crate(BTreeMap<Names, Module>);

impl Crate {
    /// Reads the sources of a crate of this repository.
    pub(crate) fn read(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        Self::read_from(&root.join(name).join("src"))
    }

    /// Reads the sources in a folder that has a `lib.rs`.
    pub(crate) fn read_from(source: &Path) -> Self {
        let mut modules = BTreeMap::new();
        let mut waiting = vec![(Names::new(), source.join("lib.rs"))];
        while let Some((path, file)) = waiting.pop() {
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
            let tokens = without_tests(text.parse::<TokenStream>().expect("Rust"));
            for child in declared(&tokens) {
                let child_path: Names = path.iter().cloned().chain([child]).collect();
                let place = child_path.iter().fold(source.to_owned(), |folder, part| folder.join(part));
                let file = [place.with_extension("rs"), place.join("mod.rs")].into_iter().find(|file| file.exists());
                // None for a module in a macro of another name, or one with its body in the same file.
                waiting.extend(file.map(|file| (child_path, file)));
            }
            let relative = file.strip_prefix(source).expect("below src").to_str().expect("a name").to_owned();
            let lines = text.lines().count();
            modules.insert(path, Module { file: relative, lines, tokens, uses: BTreeMap::new(), globs: Vec::new() });
        }
        let mut this = Self(modules);
        this.read_uses();
        this
    }

    fn read_uses(&mut self) {
        let all: Vec<Names> = self.0.keys().cloned().collect();
        for path in all {
            let (mut uses, mut globs) = (BTreeMap::new(), Vec::new());
            each_run(&self.0[&path].tokens, &[], &mut |run, inline| {
                for (at, token) in run.iter().enumerate() {
                    if is_word(token, "use") {
                        for (name, target) in trees(&run[at + 1..]) {
                            match self.absolute(&path, inline, &target) {
                                Some(target) if name == "*" => globs.push(target),
                                Some(target) => drop(uses.insert(name, target)),
                                None => {}
                            }
                        }
                    }
                }
            });
            let module = self.0.get_mut(&path).expect("it was read");
            (module.uses, module.globs) = (uses, globs);
        }
    }

    /// A path as seen from a module, or from one inside its file, from the root of the crate; none if it leads to another crate.
    fn absolute(&self, from: &Names, inline: &[String], path: &[String]) -> Option<Names> {
        let mut rest = path;
        let mut base = match path.first()?.as_str() {
            "crate" => Names::new(),
            "self" => [from.as_slice(), inline].concat(),
            "super" => {
                let mut base = [from.as_slice(), inline].concat();
                base.pop()?;
                base
            }
            first => {
                let child: Names = from.iter().cloned().chain([first.to_owned()]).collect();
                if self.0.contains_key(&child) {
                    return Some(from.iter().chain(path).cloned().collect());
                }
                let target = self.0[from].uses.get(first)?;
                return Some(target.iter().chain(&path[1..]).cloned().collect());
            }
        };
        rest = &rest[1..];
        while rest.first().is_some_and(|first| first == "super") {
            base.pop()?;
            rest = &rest[1..];
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    /// The module in which an item of that path is defined.
    fn definition(&self, path: &[String], depth: usize) -> Option<Names> {
        let mut module = Names::new();
        for (at, name) in path.iter().enumerate() {
            let child: Names = module.iter().cloned().chain([name.clone()]).collect();
            if self.0.contains_key(&child) {
                module = child;
                continue;
            }
            let this = &self.0[&module];
            if depth < 16 && !defines(&this.tokens, name) {
                if let Some(target) = this.uses.get(name) {
                    let target: Names = target.iter().chain(&path[at + 1..]).cloned().collect();
                    if target != path {
                        return self.definition(&target, depth + 1);
                    }
                }
                for glob in &this.globs {
                    let target: Names = glob.iter().chain(&path[at..]).cloned().collect();
                    if let Some(found) = self.definition(&target, depth + 1)
                        && defines(&self.0[&found].tokens, name)
                    {
                        return Some(found);
                    }
                }
            }
            break;
        }
        Some(module)
    }

    /// Each file that a module names.
    fn named(&self, from: &Names) -> BTreeSet<Names> {
        let mut named = BTreeSet::new();
        each_run(&self.0[from].tokens, &[], &mut |run, inline| {
            let mut after_colons = false;
            for (at, token) in run.iter().enumerate() {
                if matches!(token, TokenTree::Ident(_)) && !after_colons {
                    for (_, path) in trees(&run[at..]) {
                        let path = path.strip_suffix(&["*".to_owned()]).unwrap_or(&path);
                        if path.len() > 1
                            && let Some(path) = self.absolute(from, inline, path)
                        {
                            named.extend(self.definition(&path, 0));
                        }
                    }
                }
                after_colons = is_colon(token) || at > 0 && after_colons && is_colon(token);
            }
        });
        named.remove(from);
        named
    }
}

/// The arrows between the files of a crate.
pub(crate) struct Imports {
    /// Paths below `src`.
    pub(crate) files: Vec<String>,
    /// Lines of each.
    pub(crate) lines: Vec<usize>,
    /// Positions of two files, the first of which names the second.
    pub(crate) arrows: BTreeSet<(usize, usize)>,
}

impl Imports {
    pub(crate) fn of(source: &Crate) -> Self {
        let place: BTreeMap<&Names, usize> = source.0.keys().zip(0..).collect();
        let arrows = source.0.keys().flat_map(|from| source.named(from).into_iter().map(move |to| (from, to)));
        Self {
            arrows: arrows.map(|(from, to)| (place[from], place[&to])).collect(),
            files: source.0.values().map(|module| module.file.clone()).collect(),
            lines: source.0.values().map(|module| module.lines).collect(),
        }
    }

    /// Files that name each other in a circle, the largest circle first: strongly connected components of the graph.
    pub(crate) fn circles(&self) -> Vec<Vec<&str>> {
        let mut graph = DiGraph::<usize, ()>::new();
        for file in 0..self.files.len() {
            graph.add_node(file);
        }
        graph.extend_with_edges(self.arrows.iter().map(|&(from, to)| (NodeIndex::new(from), NodeIndex::new(to))));
        let mut circles: Vec<Vec<&str>> = tarjan_scc(&graph)
            .into_iter()
            .filter(|circle| circle.len() > 1)
            .map(|circle| circle.into_iter().map(|node| self.files[graph[node]].as_str()).collect())
            .collect();
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
        circles
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_colon(token: &TokenTree) -> bool {
    is_punct(token, ':')
}

/// Calls `f` with the tokens, and with those of each group in them; with the names of the modules inside of the file that they are in.
fn each_run(tokens: &[TokenTree], inline: &[String], f: &mut impl FnMut(&[TokenTree], &[String])) {
    f(tokens, inline);
    for (at, token) in tokens.iter().enumerate() {
        // The path of a visibility, `pub(in crate::a)`, names nothing.
        let is_visibility = at >= 1 && is_word(&tokens[at - 1], "pub");
        if let TokenTree::Group(group) = token
            && !is_visibility
        {
            let is_module = at >= 2 && is_word(&tokens[at - 2], "mod") && group.delimiter() == Delimiter::Brace;
            let name = is_module.then(|| tokens[at - 1].to_string());
            let inline: Names = inline.iter().cloned().chain(name).collect();
            each_run(&group.stream().into_iter().collect::<Vec<_>>(), &inline, f);
        }
    }
}

/// Tokens without the items under `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_test = |group: &TokenTree| group.to_string().replace(' ', "") == "[cfg(test)]";
        if is_punct(&token, '#') && tokens.peek().is_some_and(is_test) {
            for skipped in tokens.by_ref() {
                let ends = matches!(&skipped, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
                if ends || is_punct(&skipped, ';') {
                    break;
                }
            }
        } else if let TokenTree::Group(group) = &token {
            let inside = without_tests(group.stream()).into_iter().collect();
            kept.push(proc_macro2::Group::new(group.delimiter(), inside).into());
        } else {
            kept.push(token);
        }
    }
    kept
}

/// Names after `mod`, and those in the macro `internals!`, which declares modules.
fn declared(tokens: &[TokenTree]) -> Vec<String> {
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1)) {
            (token, Some(TokenTree::Ident(name))) if is_word(token, "mod") => names.push(name.to_string()),
            (token, Some(sign)) if is_word(token, "internals") && is_punct(sign, '!') => {
                if let Some(TokenTree::Group(group)) = tokens.get(at + 2) {
                    names.extend(group.stream().into_iter().map(|token| token.to_string()));
                }
            }
            _ => {}
        }
    }
    names
}

/// Whether an item of that name is defined among tokens, at any depth.
fn defines(tokens: &[TokenTree], name: &str) -> bool {
    const ITEMS: [&str; 9] = ["struct", "enum", "union", "trait", "fn", "const", "static", "type", "macro_rules"];
    let mut found = false;
    each_run(tokens, &[], &mut |run, _| {
        found |= run.iter().enumerate().any(|(at, token)| {
            is_word(token, name)
                && run[..at]
                    .iter()
                    .rev()
                    .find(|token| !is_punct(token, '!') && !is_word(token, "mut"))
                    .is_some_and(|before| ITEMS.iter().any(|item| is_word(before, item)))
        });
    });
    found
}

/// The paths that a use tree or a path at the beginning of tokens stands for, each with the name that it has locally.
fn trees(tokens: &[TokenTree]) -> Vec<(String, Names)> {
    let mut path = Names::new();
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Punct(sign)) if sign.as_char() == '$' && path.is_empty() => at += 1,
            Some(TokenTree::Ident(name)) => {
                path.push(name.to_string());
                at += 1;
            }
            Some(TokenTree::Punct(sign)) if sign.as_char() == '*' && !path.is_empty() => {
                path.push("*".to_owned());
                return vec![("*".to_owned(), path)];
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && at > 0 => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                return inside
                    .split(|token| is_punct(token, ','))
                    .flat_map(trees)
                    .map(|(name, rest)| {
                        let is_self = rest == ["self"];
                        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name };
                        (name, path.iter().chain(rest.iter().filter(|_| !is_self)).cloned().collect())
                    })
                    .collect();
            }
            _ => return Vec::new(),
        }
        if tokens.get(at).is_some_and(is_colon) && tokens.get(at + 1).is_some_and(is_colon) {
            at += 2;
            continue;
        }
        let alias = match (tokens.get(at), tokens.get(at + 1)) {
            (Some(word), Some(TokenTree::Ident(alias))) if is_word(word, "as") => alias.to_string(),
            _ => path.last().cloned().unwrap_or_default(),
        };
        return vec![(alias, path)];
    }
}
