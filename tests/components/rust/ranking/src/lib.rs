//! How often each word stands in texts.

use std::collections::BTreeMap;

pub type Counts = BTreeMap<String, u32>;

/// Adds the words of a text, in lower case where they are ASCII; returns how many there were.
pub fn count(text: &str, counts: &mut Counts) -> u32 {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(0, |count, word| {
        *counts.entry(word.to_ascii_lowercase()).or_default() += 1;
        count + 1
    })
}

/// Most frequent first, then by the alphabet.
pub fn ranked(counts: Counts) -> Vec<(String, u32)> {
    let mut words: Vec<_> = counts.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1));
    words
}
