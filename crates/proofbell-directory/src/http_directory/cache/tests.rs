use super::*;

const FRESH: u64 = 600;
const STALE: u64 = 3600;

struct Fixture {
    cache: Cache,
    begin: Instant,
}

impl Fixture {
    fn new(fresh: u64) -> Fixture {
        let keep = Keep { fresh: Duration::from_secs(fresh), stale: Duration::from_secs(STALE) };
        Fixture { cache: Cache::new(keep), begin: Instant::now() }
    }

    fn at(&self, second: u64) -> Instant {
        self.begin + Duration::from_secs(second)
    }

    fn put(&mut self, key: &str, people: usize, second: u64) {
        let people = Arc::new(vec![Recipient::default(); people]);
        self.cache.put(key.to_owned(), people, 100, self.at(second));
    }

    /// How many people are told of, fresh and stale.
    fn look(&mut self, key: &str, second: u64) -> (Option<usize>, Option<usize>) {
        let now = self.at(second);
        let count = |people: Option<People>| people.map(|people| people.len());
        (count(self.cache.fresh(key, now)), count(self.cache.stale(key, now)))
    }
}

#[test]
fn people_are_fresh_then_stale_then_forgotten() {
    let mut fixture = Fixture::new(FRESH);
    fixture.put("a", 2, 0);
    assert_eq!(fixture.look("a", 0), (Some(2), Some(2)));
    assert_eq!(fixture.look("a", FRESH - 1), (Some(2), Some(2)));
    assert_eq!(fixture.look("a", FRESH), (None, Some(2)));
    assert_eq!(fixture.look("a", FRESH + STALE - 1), (None, Some(2)));
    assert_eq!(fixture.look("a", FRESH + STALE), (None, None));
    assert_eq!((fixture.cache.answers.len(), fixture.cache.bytes), (0, 0), "its people are held no longer");
    assert_eq!(fixture.look("b", 0), (None, None));
}

#[test]
fn nobody_is_believed_for_a_shorter_time_and_never_stale() {
    let mut fixture = Fixture::new(FRESH);
    fixture.put("a", 0, 0);
    assert_eq!(fixture.look("a", 59), (Some(0), None));
    assert_eq!(fixture.look("a", 60), (None, None));
    let mut short = Fixture::new(100);
    short.put("a", 0, 0);
    assert_eq!(short.look("a", 9), (Some(0), None));
    assert_eq!(short.look("a", 10), (None, None));
}

#[test]
fn a_new_answer_replaces_the_old_one() {
    let mut fixture = Fixture::new(FRESH);
    fixture.put("a", 1, 0);
    fixture.put("b", 1, 1);
    fixture.put("a", 3, 500);
    assert_eq!(fixture.look("a", 1000), (Some(3), Some(3)));
    assert_eq!(fixture.look("a", FRESH + STALE + 2), (None, Some(3)), "its age begins anew");
    assert_eq!(fixture.cache.answers.len(), 1);
}

#[test]
fn it_is_bounded_in_number_and_in_bytes() {
    let mut fixture = Fixture::new(FRESH);
    for number in 0..MOST_ANSWERS + 5 {
        fixture.put(&number.to_string(), 1, 0);
    }
    assert_eq!(fixture.cache.answers.len(), MOST_ANSWERS);
    assert_eq!(fixture.look("4", 0).0, None, "the oldest went");
    assert_eq!(fixture.look("5", 0).0, Some(1));

    let mut fixture = Fixture::new(FRESH);
    let now = fixture.at(0);
    for number in 0..100 {
        fixture.cache.put(number.to_string(), Arc::default(), 256 * 1024, now);
    }
    assert_eq!(
        fixture.cache.answers.len(),
        63,
        "16 MiB hold no 64 answers of 256 KiB and what else they take"
    );
    assert!(fixture.cache.bytes <= MOST_BYTES);

    // People of whom next to nothing came over the wire, and whose fields are all malformed.
    let mut fixture = Fixture::new(FRESH);
    for number in 0..100 {
        fixture.put(&number.to_string(), 256, 0);
    }
    assert_eq!(fixture.cache.answers.len(), 63, "each of them takes a kibibyte");
    let problem = FieldProblem { field: "email".into(), problem: "x".repeat(256) };
    let wrong = Recipient { problems: vec![problem; 4], ..Recipient::default() };
    let mut fixture = Fixture::new(FRESH);
    for number in 0..100 {
        fixture.cache.put(number.to_string(), Arc::new(vec![wrong.clone(); 128]), 0, now);
    }
    assert_eq!(fixture.cache.answers.len(), 57, "their problems take as much again");
    fixture.cache.put("huge".to_owned(), Arc::default(), MOST_BYTES, now);
    assert_eq!((fixture.cache.answers.len(), fixture.cache.bytes), (0, 0));
}
