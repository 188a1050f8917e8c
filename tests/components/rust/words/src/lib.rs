//! A library without imports: strings, records, lists and a resource.

use std::cell::RefCell;

wit_bindgen::generate!({
    inline: "
        package vivarium:words@0.1.0;

        interface count {
            record word { text: string, times: u32 }
            /// Most frequent first, then by the alphabet.
            words: func(text: string) -> list<word>;
            add: func(a: u32, b: u32) -> u32;
            resource tally {
                constructor();
                /// How many words the text had.
                feed: func(text: string) -> u32;
                distinct: func() -> u32;
            }
        }

        world words { export count; }
    "
});

use exports::vivarium::words::count::{Guest, GuestTally, Word};

struct Words;

export!(Words);

impl Guest for Words {
    type Tally = Tally;

    fn words(text: String) -> Vec<Word> {
        let mut counts = ranking::Counts::new();
        ranking::count(&text, &mut counts);
        ranking::ranked(counts).into_iter().map(|(text, times)| Word { text, times }).collect()
    }

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

#[derive(Default)]
struct Tally(RefCell<ranking::Counts>);

impl GuestTally for Tally {
    fn new() -> Self {
        Self::default()
    }

    fn feed(&self, text: String) -> u32 {
        ranking::count(&text, &mut self.0.borrow_mut())
    }

    fn distinct(&self) -> u32 {
        self.0.borrow().len() as u32
    }
}
