//! Scripts adapted to runners.
//!
//! A runner stops at its first failure and does not know which version of the spec a script belongs to. Unchanged, many
//! scripts would fail because a message has other words, or because of a rule that a later version of the spec has
//! changed. So runners get scripts without such messages, and for a script that fails the harness finds out why.

use crate::features;
use crate::script::{Tokens, encode, kind};
use std::fmt::Write;
use std::ops::Range;
use wasmparser::{Validator, WasmFeatures};
use wast::lexer::{Lexer, TokenKind};

/// A script, adapted to a runner.
#[derive(Debug)]
pub(super) struct AdaptedScript {
    /// The script without the messages of rejected modules, because every validator has its own, and without the numbers in
    /// messages of traps, because few engines tell which element is not initialized.
    pub(super) text: String,
    /// The same without the modules that must be rejected but are valid with newer features on: runners have no switches for
    /// features. `None` if there are no such modules.
    pub(super) timeless: Option<String>,
    /// Names of the features that the script's modules need or mention, each once.
    pub(super) needed: Vec<&'static str>,
}

impl AdaptedScript {
    /// Adapts a script whose modules may use `features`. `None` if the harness's parser rejects the script; the runner's
    /// parser may accept it.
    pub(super) fn new(source: &str, features: WasmFeatures) -> Option<Self> {
        let tokens = Tokens::new(source).ok()?;
        let mut script = tokens.parse().ok()?;
        let (_, directives) = script.parts();
        // A script may also be the fields of a single module, without `(module`.
        let forms = forms(source).filter(|forms| forms.len() == directives.len()).unwrap_or_default();
        let mut words: Vec<Edit> = Vec::new();
        let mut dated: Vec<Edit> = Vec::new();
        let mut needed = Vec::new();
        for (at, directive) in directives.iter_mut().enumerate() {
            let form = forms.get(at);
            let name = kind(directive);
            let rejected = name.starts_with("assert_malformed") || name.starts_with("assert_invalid");
            let worded = form.filter(|_| rejected || name == "assert_unlinkable");
            words.extend(worded.and_then(|form| form.words.clone()).map(|place| (place, "\"\"")));
            let numbered = form.filter(|_| name == "assert_trap").and_then(|form| number(source, form.words.clone()?));
            words.extend(numbered.map(|place| (place, "")));
            let Some(Ok(wasm)) = encode(directive) else { continue };
            if !rejected {
                needed.extend(features::required(&wasm, features).unwrap_or_default());
                continue;
            }
            // An engine without these features rejects the module for another reason.
            needed.extend(features::mentioned(&wasm, features));
            if let Some(form) = form.filter(|_| is_outdated(&wasm, features)) {
                dated.push((form.place.clone(), ""));
            }
        }
        needed.sort_unstable();
        needed.dedup();
        let text = edited(source, &words);
        let timeless = (!dated.is_empty()).then(|| {
            words.retain(|(word, _)| dated.iter().all(|(place, _)| !place.contains(&word.start)));
            dated.extend(words);
            dated.sort_by_key(|(place, _)| place.start);
            edited(source, &dated)
        });
        Some(Self { text, timeless, needed })
    }
}

/// An edit: a range of a text, and its replacement.
type Edit = (Range<usize>, &'static str);

/// Applies edits, which are in order. Line numbers stay the same.
fn edited(source: &str, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(source.len());
    let mut end = 0;
    for (place, instead) in edits {
        text += &source[end..place.start];
        text += instead;
        text.extend(source[place.clone()].chars().filter(|char| *char == '\n'));
        end = place.end;
    }
    text + &source[end..]
}

/// Finds the number at the end of a string literal, with the space before it.
fn number(source: &str, string: Range<usize>) -> Option<Range<usize>> {
    let text = source[string.clone()].strip_suffix('"')?;
    let rest = text.trim_end_matches(|char: char| char.is_ascii_digit());
    let before = rest.strip_suffix(' ').filter(|_| rest.len() < text.len())?;
    Some(string.start + before.len()..string.start + text.len())
}

/// Creates a script that defines a module and does nothing else.
pub(super) fn definition(wasm: &[u8]) -> String {
    let mut text = "(module binary \"".to_owned();
    for byte in wasm {
        // Writing to a string can't fail.
        let _ = write!(text, "\\{byte:02x}");
    }
    text + "\")\n"
}

/// Whether a module is invalid with `features` and valid with all features.
fn is_outdated(wasm: &[u8], features: WasmFeatures) -> bool {
    let valid = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
    !valid(features) && valid(WasmFeatures::all())
}

/// The place of a directive in the text of a script.
struct Form {
    /// From its opening to its closing parenthesis.
    place: Range<usize>,
    /// The last string literal directly inside.
    words: Option<Range<usize>>,
}

/// Finds the directives of a script, in order.
fn forms(source: &str) -> Option<Vec<Form>> {
    let mut lexer = Lexer::new(source);
    lexer.allow_confusing_unicode(true);
    let mut forms: Vec<Form> = Vec::new();
    let mut depth = 0_u32;
    for token in lexer.iter(0) {
        let token = token.ok()?;
        let place = token.offset..token.offset + token.src(source).len();
        match token.kind {
            TokenKind::LParen => {
                if depth == 0 {
                    forms.push(Form { place, words: None });
                }
                depth += 1;
            }
            TokenKind::RParen => {
                depth = depth.checked_sub(1)?;
                forms.last_mut()?.place.end = place.end;
            }
            TokenKind::String if depth == 1 => forms.last_mut()?.words = Some(place),
            _ => {}
        }
    }
    Some(forms)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = r#"(module (memory 1) (func (param v128)))
(assert_invalid (module (func (result i32)) (@custom "a" "b")) "type mismatch")
(assert_malformed
  (module quote "(memory 1) (memory 1)") "two \" memories"
) (assert_trap (module (func unreachable) (start 0)) "unreachable")
(assert_unlinkable (module (import "a" "b" (func))) "unknown import")
"#;

    fn adapted(features: WasmFeatures) -> AdaptedScript {
        AdaptedScript::new(SCRIPT, features).unwrap()
    }

    #[test]
    fn words_about_rejections_are_not_compared() {
        let AdaptedScript { text, timeless, needed } = adapted(WasmFeatures::all());
        let expected = SCRIPT.replace("\"type mismatch\"", "\"\"").replace("\"unknown import\"", "\"\"");
        assert_eq!(text, expected.replace(r#""two \" memories""#, "\"\""));
        assert!(Tokens::new(&text).unwrap().parse().is_ok());
        assert_eq!((timeless, needed), (None, vec!["simd"]));
    }

    #[test]
    fn what_newer_versions_allow_can_be_left_out() {
        let timeless = adapted(WasmFeatures::WASM2).timeless.unwrap();
        assert!(!timeless.contains("memories") && !timeless.contains("(memory 1) (memory 1)"), "{timeless}");
        assert!(timeless.contains("(assert_trap") && timeless.contains("\"unreachable\""), "{timeless}");
        assert!(!timeless.contains("mismatch") && !timeless.contains("unknown"), "{timeless}");
        let line = |text: &str| text.lines().position(|line| line.contains("assert_trap"));
        assert_eq!(line(&timeless), line(SCRIPT));
    }

    #[test]
    fn numbers_of_elements_are_not_compared() {
        let script = |words| format!("(module)\n(assert_trap (invoke \"f 1\" (i32.const 2)) \"{words}\")\n");
        for (words, compared) in [("element 12", "element"), ("element", "element"), ("12", "12"), ("v2", "v2")] {
            assert_eq!(AdaptedScript::new(&script(words), WasmFeatures::all()).unwrap().text, script(compared));
        }
    }

    #[test]
    fn what_is_no_script_is_left_alone() {
        assert!(AdaptedScript::new("(module", WasmFeatures::all()).is_none());
        let inside = "(memory 1)(memory 1)";
        let adapted = AdaptedScript::new(inside, WasmFeatures::all()).unwrap();
        assert_eq!((adapted.text.as_str(), adapted.needed), (inside, vec!["multi_memory"]));
    }

    #[test]
    fn a_module_as_a_script() {
        let script = definition(b"\0asm\x01\0\0\0");
        assert_eq!(script, "(module binary \"\\00\\61\\73\\6d\\01\\00\\00\\00\")\n");
        assert!(Tokens::new(&script).unwrap().parse().is_ok());
    }
}
