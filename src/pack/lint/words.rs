//! Words: names that are ordinary words, and words whose letters are of two alphabets.

use super::super::wording::Quoted;
use super::reports::Reports;
use super::stack::{Layer, NameRecord, NameRef, Stack};
use crate::model::AliasKind;
use crate::text::heads::{self, HeadClass};
use crate::text::{self, Alphabet};

/// Checks every name by itself.
pub(super) fn check(stack: &Stack, reports: &mut Reports) {
    for (number, layer) in (0..).zip(&stack.layers) {
        if reports.has(number) {
            for (row, name) in (0..).zip(&layer.names) {
                let at = NameRef { layer: number, row };
                ordinary_word(stack, at, layer, name, reports);
                mixed_scripts(stack, at, layer, name, reports);
            }
        }
    }
}

/// Reports an alias that is an ordinary word of Arabic or a title, unless the entity is properly called so.
fn ordinary_word(stack: &Stack, at: NameRef, layer: &Layer, name: &NameRecord, reports: &mut Reports) {
    let text = layer.text(name);
    if name.is_label() || name.kind == AliasKind::Demonym || !text.starts_with(text::is_arabic) {
        return;
    }
    let safe = text::safe_fold(text);
    let what = if text::is_ordinary_word(&safe) {
        "an ordinary word"
    } else if is_title(&safe) {
        "a title"
    } else {
        return;
    };
    let message = format_args!(
        "{} is {what}, and every text that has it will be taken to speak of {}",
        Quoted(text),
        stack.show_entity(name.id)
    );
    let help = "remove it, or write a fuller name; keep it only if the word alone means the entity";
    reports.warn_name(stack, at, "ordinary-word", message, help);
}

/// Whether a K0 key is a title and nothing else.
fn is_title(safe: &str) -> bool {
    let lossy = text::lossy_fold(safe);
    let tokens: Vec<&str> = lossy.split(' ').collect();
    let heads = heads::leading(&tokens);
    heads.iter().any(|head| head.tokens == tokens.len() && head.class == HeadClass::Title)
}

/// Reports the first word that is written with letters of two alphabets.
fn mixed_scripts(stack: &Stack, at: NameRef, layer: &Layer, name: &NameRecord, reports: &mut Reports) {
    let text = layer.text(name);
    if text.is_ascii() {
        return;
    }
    let mut words = text.split(|sign: char| !sign.is_alphanumeric());
    let Some((word, main, strange)) = words.find_map(mixed) else { return };
    let signs: Vec<String> =
        strange.iter().map(|&sign| format!("{sign} (U+{:04X})", u32::from(sign))).collect();
    let alphabet = strange.first().and_then(|&sign| Alphabet::of(sign)).map_or("", Alphabet::name);
    let message = format_args!(
        "{} mixes {} letters with {alphabet} {}: it looks right and is not found",
        Quoted(word),
        main.name(),
        signs.join(", ")
    );
    let help = match main.spell(word) {
        Some(spelled) => format!("write {} in {} letters throughout", Quoted(&spelled), main.name()),
        None => format!("write it in {} letters throughout", main.name()),
    };
    reports.warn_name(stack, at, "mixed-scripts", message, help);
}

/// A word of two alphabets: the one of most of its letters, and the letters of others.
fn mixed(word: &str) -> Option<(&str, Alphabet, Vec<char>)> {
    let count = |alphabet| word.chars().filter(|&sign| Alphabet::of(sign) == Some(alphabet)).count();
    let all = [Alphabet::Latin, Alphabet::Greek, Alphabet::Cyrillic];
    let main = all.into_iter().max_by_key(|&alphabet| count(alphabet))?;
    let is_strange = |&sign: &char| Alphabet::of(sign).is_some_and(|alphabet| alphabet != main);
    let strange: Vec<char> = word.chars().filter(is_strange).collect();
    (!strange.is_empty()).then_some((word, main, strange))
}
