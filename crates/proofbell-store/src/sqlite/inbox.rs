//! What waits for the writing thread, in two lanes.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::backlog::Lane;

/// At most so many writes in one transaction …
const BATCH_JOBS: usize = 1024;
/// … and about so many bytes.
const BATCH_BYTES: usize = 8 << 20;

/// A batch with so many writes of the door is a flood: the next one waits a moment for company …
const FLOOD_FROM: usize = 8;
/// … of this length at most: short beside a commit, and never when little goes on.
const GATHER: Duration = Duration::from_micros(1500);
/// In a flood the door comes first: what else writes rests for so many times as long as its writes took.
const REST: u32 = 15;
/// … and never longer than this: one slow write must not hold up all that come after it.
const MOST_REST: Duration = Duration::from_millis(250);

/// A write that can be weighed.
pub(super) trait Weighed {
    /// About how large it is.
    fn bytes(&self) -> usize;
}

/// The queue of the writing thread.
///
/// Events come in waves, and who sends one waits for the answer; whatever the pipeline writes can wait a moment. So in a
/// flood the pipeline gets a sixteenth of the time that is spent writing, and what the door leaves of it.
#[derive(Debug)]
pub(super) struct Inbox<J> {
    queues: Mutex<Queues<J>>,
    ready: Condvar,
}

#[derive(Debug)]
struct Queues<J> {
    door: VecDeque<J>,
    pipeline: VecDeque<J>,
    awaited: Awaited,
    closed: bool,
}

/// What the writing thread sleeps for. It is woken for nothing less: a thread that wakes for each write of a wave costs
/// more than the writes.
#[derive(Clone, Copy, Debug)]
enum Awaited {
    /// It is awake.
    Nothing,
    /// Any write.
    First,
    /// So many writes of the door.
    Wave(usize),
}

/// What the writing thread remembers from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    /// How many come together lately: the largest batch of the door, fading.
    wave: usize,
    /// Until when the pipeline rests in a flood.
    rest_until: Option<Instant>,
}

impl Rhythm {
    /// Notes that a batch's writes for the pipeline took so long. Their commit does not count: the door shares it, and where
    /// the disk is slow, it is most of the time.
    pub(super) fn wrote_for_pipeline(&mut self, took: Duration) {
        self.rest_until = Instant::now().checked_add((took * REST).min(MOST_REST));
    }

    fn is_flood(&self) -> bool {
        self.wave >= FLOOD_FROM
    }

    /// Whether the pipeline has to wait, while there are others.
    fn rests(&self, now: Instant) -> bool {
        self.is_flood() && self.rest_until.is_some_and(|until| until > now)
    }
}

/// Writes for one transaction, the door's first.
#[derive(Debug)]
pub(super) struct Taken<J> {
    pub(super) jobs: Vec<J>,
    /// How many of them are the door's.
    pub(super) door: usize,
}

impl<J: Weighed> Inbox<J> {
    pub(super) fn new() -> Inbox<J> {
        let queues = Queues {
            door: VecDeque::new(),
            pipeline: VecDeque::new(),
            awaited: Awaited::Nothing,
            closed: false,
        };
        Inbox { queues: Mutex::new(queues), ready: Condvar::new() }
    }

    /// Adds a write, unless the inbox is closed.
    ///
    /// # Errors
    /// The write itself.
    pub(super) fn push(&self, lane: Lane, job: J) -> Result<(), J> {
        let mut queues = self.lock();
        if queues.closed {
            return Err(job);
        }
        queues.of(lane).push_back(job);
        let wake = match queues.awaited {
            Awaited::Nothing => false,
            Awaited::First => true,
            Awaited::Wave(wanted) => queues.door.len() >= wanted,
        };
        if wake {
            queues.awaited = Awaited::Nothing;
        }
        drop(queues);
        if wake {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// Takes no more; what waits is still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_one();
    }

    /// Takes no more, and drops what waits: nobody is left to write it.
    pub(super) fn abandon(&self) {
        let mut queues = self.lock();
        queues.closed = true;
        let left = (std::mem::take(&mut queues.door), std::mem::take(&mut queues.pipeline));
        drop(queues);
        drop(left);
    }

    /// Waits for writes, and takes what may share a transaction: up to a size at which nobody waits long for the commit.
    /// `None` once the inbox is closed and empty.
    pub(super) fn take(&self, rhythm: &mut Rhythm) -> Option<Taken<J>> {
        let mut queues = self.lock();
        while queues.door.is_empty() && queues.pipeline.is_empty() {
            if queues.closed {
                return None;
            }
            queues.awaited = Awaited::First;
            queues = self.ready.wait(queues).unwrap_or_else(PoisonError::into_inner);
        }
        if rhythm.is_flood() {
            queues = self.gather(queues, rhythm.wave / 2);
        }
        // The door never fills all of it, however much comes in: those who work it off must get through.
        let mut room = Room { jobs: BATCH_JOBS - BATCH_JOBS / 4, bytes: BATCH_BYTES - BATCH_BYTES / 4 };
        let mut jobs = Vec::new();
        room.fill(&mut jobs, &mut queues.door);
        let door = jobs.len();
        // With nobody at the door, the pipeline need not rest.
        if door == 0 || !rhythm.rests(Instant::now()) {
            room.jobs += BATCH_JOBS / 4;
            room.bytes += BATCH_BYTES / 4;
            room.fill(&mut jobs, &mut queues.pipeline);
        }
        rhythm.wave = door.max(rhythm.wave - rhythm.wave.div_ceil(8));
        Some(Taken { jobs, door })
    }

    /// Those who were answered together come back together: waits a moment for half of a wave, so that they share a commit
    /// again. The other half is at the door while this one is written.
    fn gather<'a>(&self, mut queues: MutexGuard<'a, Queues<J>>, half: usize) -> MutexGuard<'a, Queues<J>> {
        queues.awaited = Awaited::Wave(half);
        let incomplete = |queues: &mut Queues<J>| queues.door.len() < half && !queues.closed;
        let waited = self.ready.wait_timeout_while(queues, GATHER, incomplete);
        let mut queues = waited.unwrap_or_else(PoisonError::into_inner).0;
        queues.awaited = Awaited::Nothing;
        queues
    }

    fn lock(&self) -> MutexGuard<'_, Queues<J>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J> Queues<J> {
    fn of(&mut self, lane: Lane) -> &mut VecDeque<J> {
        match lane {
            Lane::Door => &mut self.door,
            Lane::Pipeline => &mut self.pipeline,
        }
    }
}

/// What a transaction still has room for; there is always room for a first write.
struct Room {
    jobs: usize,
    bytes: usize,
}

impl Room {
    fn fill<J: Weighed>(&mut self, jobs: &mut Vec<J>, queue: &mut VecDeque<J>) {
        while (self.bytes > 0 && self.jobs > 0)
            && let Some(job) = queue.pop_front()
        {
            self.jobs -= 1;
            self.bytes = self.bytes.saturating_sub(job.bytes());
            jobs.push(job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weighed for &str {
        fn bytes(&self) -> usize {
            self.len()
        }
    }

    fn inbox(door: usize) -> Inbox<&'static str> {
        let inbox = Inbox::new();
        inbox.push(Lane::Pipeline, "plan").unwrap();
        for _ in 0..door {
            inbox.push(Lane::Door, "event").unwrap();
        }
        inbox
    }

    fn rested(wave: usize) -> Rhythm {
        let mut rhythm = Rhythm { wave, rest_until: None };
        rhythm.wrote_for_pipeline(Duration::from_secs(60));
        rhythm
    }

    #[test]
    fn the_door_comes_first_and_the_pipeline_waits_only_in_a_flood() {
        let take = |door, rhythm: &mut Rhythm| inbox(door).take(rhythm).unwrap().jobs;
        assert_eq!(take(1, &mut Rhythm::default()), ["event", "plan"]);
        assert_eq!(take(FLOOD_FROM, &mut rested(0)), [vec!["event"; FLOOD_FROM], vec!["plan"]].concat());
        assert_eq!(take(FLOOD_FROM, &mut rested(FLOOD_FROM)), ["event"; FLOOD_FROM]);
        assert_eq!(take(0, &mut rested(FLOOD_FROM)), ["plan"]);
        let mut over = Rhythm { wave: FLOOD_FROM, rest_until: None };
        assert_eq!(take(FLOOD_FROM, &mut over).last(), Some(&"plan"));
    }

    #[test]
    fn a_closed_inbox_is_emptied_first() {
        let inbox = inbox(1);
        inbox.close();
        assert_eq!(inbox.push(Lane::Door, "late"), Err("late"));
        let mut rhythm = Rhythm::default();
        assert_eq!(inbox.take(&mut rhythm).unwrap().jobs.len(), 2);
        assert!(inbox.take(&mut rhythm).is_none());
    }

    #[test]
    fn an_abandoned_inbox_holds_nothing() {
        let inbox = inbox(1);
        inbox.abandon();
        assert_eq!(inbox.push(Lane::Door, "late"), Err("late"));
        assert!(inbox.take(&mut Rhythm::default()).is_none());
    }

    #[test]
    fn a_transaction_has_room_for_so_much() {
        let inbox = Inbox::new();
        for _ in 0..BATCH_JOBS + 1 {
            inbox.push(Lane::Pipeline, "plan").unwrap();
        }
        let mut rhythm = Rhythm::default();
        assert_eq!(inbox.take(&mut rhythm).unwrap().jobs.len(), BATCH_JOBS);
        assert_eq!(inbox.take(&mut rhythm).unwrap().jobs.len(), 1);
    }

    #[test]
    fn however_much_comes_in_the_pipeline_gets_through() {
        let taken = inbox(BATCH_JOBS * 2).take(&mut Rhythm::default()).unwrap();
        assert_eq!((taken.door, taken.jobs.len()), (BATCH_JOBS - BATCH_JOBS / 4, taken.door + 1));
        assert_eq!(taken.jobs.last(), Some(&"plan"));
    }

    #[test]
    fn the_rest_is_bounded() {
        let rest = rested(FLOOD_FROM).rest_until.unwrap();
        assert!(rest <= Instant::now() + MOST_REST);
    }
}
