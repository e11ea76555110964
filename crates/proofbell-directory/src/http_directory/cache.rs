//! Answers that were given before, for as long as they may be used again. Pure: the time is handed in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hashlink::LinkedHashMap;
use proofbell_notify::{FieldProblem, Recipient};

/// The people of an answer, shared by whoever asked.
pub(super) type People = Arc<Vec<Recipient>>;

/// Most answers kept.
pub(super) const MOST_ANSWERS: usize = 10_000;
/// Most bytes of answers kept: as they came over the wire, with what is made of them besides. An estimate on the high side.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What an answer takes besides its bytes and its people.
const OVERHEAD: usize = 512;
/// What a person takes besides the texts of the fields, which are counted with the answer's bytes: few bytes on the wire, such as a
/// list of `{}`, can be many people.
const PERSON: usize = 1024;
/// That nobody is known is believed a tenth as long as an answer with people, and a minute at most: the seller of a new item may
/// be entered any moment.
const NOBODY_SHARE: u32 = 10;
const NOBODY_LONGEST: Duration = Duration::from_secs(60);

/// How long answers are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// How long an answer with people is used without asking again. That nobody is known is used for a tenth of it, at most a minute.
    pub fresh: Duration,
    /// How much longer an answer with people is used while the API cannot answer.
    pub stale: Duration,
}

/// The answers kept, the oldest first. Bounded in their number, their bytes and their age.
pub(super) struct Cache {
    keep: Keep,
    answers: LinkedHashMap<String, Kept>,
    bytes: usize,
}

struct Kept {
    people: People,
    at: Instant,
    bytes: usize,
}

impl Cache {
    pub(super) fn new(keep: Keep) -> Cache {
        Cache { keep, answers: LinkedHashMap::new(), bytes: 0 }
    }

    /// An answer that need not be asked for again.
    pub(super) fn fresh(&mut self, key: &str, now: Instant) -> Option<People> {
        self.forget_old(now);
        let kept = self.answers.get(key)?;
        let long = match kept.people.is_empty() {
            true => (self.keep.fresh / NOBODY_SHARE).min(NOBODY_LONGEST),
            false => self.keep.fresh,
        };
        (age(kept, now) < long).then(|| Arc::clone(&kept.people))
    }

    /// An answer that is better than none. Never nobody: whoever was missing may have been entered since.
    pub(super) fn stale(&mut self, key: &str, now: Instant) -> Option<People> {
        self.forget_old(now);
        let kept = self.answers.get(key).filter(|kept| !kept.people.is_empty())?;
        Some(Arc::clone(&kept.people))
    }

    /// Keeps an answer that came in so many bytes.
    pub(super) fn put(&mut self, key: String, people: People, bytes: usize, now: Instant) {
        let bytes = bytes + key.len() + OVERHEAD + people.iter().map(takes).sum::<usize>();
        self.bytes += bytes;
        // An answer that is replaced goes to the end, with its new age.
        if let Some(before) = self.answers.insert(key, Kept { people, at: now, bytes }) {
            self.bytes -= before.bytes;
        }
        self.forget_old(now);
        while self.answers.len() > MOST_ANSWERS || self.bytes > MOST_BYTES {
            self.forget_oldest();
        }
    }

    /// Nobody's address is held longer than it can be of use.
    fn forget_old(&mut self, now: Instant) {
        let longest = self.keep.fresh.saturating_add(self.keep.stale);
        while self.answers.front().is_some_and(|(_, kept)| age(kept, now) >= longest) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, kept)) = self.answers.pop_front() {
            self.bytes -= kept.bytes;
        }
    }
}

/// What a person takes besides the texts that came. What is wrong with fields did not come: it was written here.
fn takes(person: &Recipient) -> usize {
    let problems = person.problems.iter();
    let texts = problems.map(|it| size_of::<FieldProblem>() + it.field.len() + it.problem.len());
    PERSON + texts.sum::<usize>()
}

fn age(kept: &Kept, now: Instant) -> Duration {
    now.saturating_duration_since(kept.at)
}

#[cfg(test)]
mod tests;
