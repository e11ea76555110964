//! Asking: who asks for the same shares one question, and what was answered is kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use proofbell_notify::http::{Answer, Client};
use tokio::sync::Semaphore;
use url::Url;

use super::cache::{Cache, People};
use super::verdict::{ANSWER_LIMIT, no_answer, refuses_the_id, verdict};
use super::{Clock, HttpSettings};
use crate::{Lookup, LookupError};

/// Questions under way at a time: a flood of events must not become a flood for somebody's internal API.
const AT_ONCE: usize = 16;
/// Questions remembered before those that nobody waits for any more are forgotten.
const MOST_REMEMBERED: usize = 512;

type Answered = Result<People, LookupError>;
type Question = Shared<BoxFuture<'static, Answered>>;

/// Asks an API, and remembers.
pub(super) struct Asker {
    settings: HttpSettings,
    client: Client,
    clock: Clock,
    turns: Semaphore,
    memory: Mutex<Memory>,
}

struct Memory {
    cache: Cache,
    /// Under way, by URL. Only those who wait keep a question alive: one that all have given up is given up too.
    under_way: HashMap<String, WeakShared<BoxFuture<'static, Answered>>>,
    /// The API asked us to wait until then.
    quiet_until: Option<Instant>,
}

impl Asker {
    pub(super) fn new(settings: HttpSettings, client: &Client, clock: Clock) -> Asker {
        let memory =
            Memory { cache: Cache::new(settings.keep), under_way: HashMap::new(), quiet_until: None };
        let client = client.with_timeout(settings.timeout);
        Asker { settings, client, clock, turns: Semaphore::new(AT_ONCE), memory: Mutex::new(memory) }
    }

    /// The people behind a case: as answered lately, as somebody else is being answered right now, or asked for.
    pub(super) async fn people(self: &Arc<Asker>, query: &Lookup) -> Answered {
        let url = self.settings.url.fill(query)?;
        let question = {
            let mut memory = self.memory();
            let now = (self.clock)();
            if let Some(people) = memory.cache.fresh(url.as_str(), now) {
                return Ok(people);
            }
            if let Some(wait) = memory.quiet(now) {
                return memory.cache.stale(url.as_str(), now).ok_or_else(|| asked_to_wait(wait));
            }
            memory.question(url.as_str(), || self.clone().ask(url.clone()).boxed().shared())
        };
        question.await
    }

    /// Why nobody can be asked about this case, if so.
    pub(super) fn foregone(&self, query: &Lookup) -> Option<LookupError> {
        self.settings.url.fill(query).err()
    }

    /// Asks about the probe's id, past everything that is remembered.
    pub(super) async fn probe(&self) -> Result<String, LookupError> {
        let id = Some(self.settings.probe.clone());
        let url = self.settings.url.fill(&Lookup { reference_id: id.clone(), sr_uuid: id })?;
        let answer = self.get(&url).await?;
        if refuses_the_id(answer.status) {
            return Ok(format!("answers ({}); set `probe` to an id that it takes", answer.status));
        }
        if matches!(answer.status, 404 | 410) {
            let status = answer.status;
            return Ok(format!(
                "answers {status} for the probe's id, as for one that it does not know; a wrong path may answer so too: set `probe` to an id that it knows, to prove more"
            ));
        }
        let taken = if self.settings.headers.is_empty() { "answers" } else { "takes our credentials" };
        match verdict(&answer, &self.settings.shape, &self.settings.reader)?.len() {
            0 => Ok(format!("{taken}; nobody is behind the probe's id")),
            found => Ok(format!("{taken}; {found} behind the probe's id")),
        }
    }

    /// One question, for all who wait for it.
    async fn ask(self: Arc<Asker>, url: Url) -> Answered {
        // Never closed, so it always comes to a turn; over only once what the API says is remembered, for whoever is next.
        let _turn = self.turns.acquire().await;
        // Meanwhile the API may have asked to be left alone.
        let quiet = self.memory().quiet((self.clock)());
        let answered = match quiet {
            Some(wait) => Err(asked_to_wait(wait)),
            None => self.get(&url).await,
        };
        let read = answered.and_then(|answer| {
            let people = verdict(&answer, &self.settings.shape, &self.settings.reader)?;
            Ok((Arc::new(people), answer.body.len()))
        });
        let mut memory = self.memory();
        let now = (self.clock)();
        memory.under_way.remove(url.as_str());
        match read {
            Ok((people, bytes)) => {
                memory.cache.put(url.into(), Arc::clone(&people), bytes, now);
                Ok(people)
            }
            Err(error) => {
                let LookupError::Unavailable { after, .. } = &error else { return Err(error) };
                memory.be_quiet(*after, now);
                memory.cache.stale(url.as_str(), now).ok_or(error)
            }
        }
    }

    async fn get(&self, url: &Url) -> Result<Answer, LookupError> {
        let request = self.client.get(url).limit(ANSWER_LIMIT).header("accept", "application/json");
        let headers = self.settings.headers.iter();
        let request = headers.fold(request, |request, it| request.secret_header(it.name(), it.value()));
        request.send().await.map_err(|error| no_answer(&error))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// The question that is under way for this URL, or a new one.
    fn question(&mut self, url: &str, begin: impl FnOnce() -> Question) -> Question {
        if let Some(question) = self.under_way.get(url).and_then(WeakShared::upgrade) {
            return question;
        }
        if self.under_way.len() >= MOST_REMEMBERED {
            self.under_way.retain(|_, question| question.upgrade().is_some());
        }
        let question = begin();
        if let Some(weak) = question.downgrade() {
            self.under_way.insert(url.to_owned(), weak);
        }
        question
    }

    /// How long the API still wants to be left alone.
    fn quiet(&self, now: Instant) -> Option<Duration> {
        let wait = self.quiet_until?.saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }

    fn be_quiet(&mut self, after: Option<Duration>, now: Instant) {
        let until = after.and_then(|after| now.checked_add(after));
        self.quiet_until = self.quiet_until.max(until);
    }
}

fn asked_to_wait(wait: Duration) -> LookupError {
    let reason = "ask the directory: it asked us to wait".to_owned();
    LookupError::Unavailable { reason, after: Some(wait) }
}
