//! A sender that behaves as Legitmark does: it signs, posts, and posts again what was not acknowledged.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proofbell_tests::http::Connection;
use proofbell_tests::{Case, Delivery};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

const CASES: usize = 40;
const SENDERS: usize = 8;
/// Each sender posts one event in this time, so that there are 200 a second.
const PACE: Duration = Duration::from_millis(40);

/// Where the events come from, and what became of them.
pub(crate) struct Feed {
    cases: Vec<Case>,
    made: AtomicUsize,
    /// Posted, and not acknowledged.
    open: Mutex<VecDeque<Delivery>>,
    /// The id that each acknowledged delivery was given.
    accepted: Mutex<BTreeMap<String, String>>,
}

/// The channel on which the event of a tag speaks besides the chat.
pub(crate) fn channel_of(tag: &str) -> &'static str {
    let number: usize = tag.trim_start_matches("tag-").parse().unwrap();
    match number % CASES % 4 {
        0 => "email",
        1 => "sms",
        _ => "none",
    }
}

impl Feed {
    pub(crate) fn new() -> Feed {
        let reference = |number: usize| ["MAIL", "TEXT", "CHAT-2", "CHAT-3"][number % 4];
        // Long enough ago that no event of the whole test lies in the future.
        let at = Timestamp::now() - SignedDuration::from_hours(24);
        let case = |number| Case { at, ..Case::new(reference(number)) };
        Feed {
            cases: (0..CASES).map(case).collect(),
            made: AtomicUsize::new(0),
            open: Mutex::default(),
            accepted: Mutex::default(),
        }
    }

    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The acknowledged deliveries: tag and the event's id.
    pub(crate) fn accepted(&self) -> BTreeMap<String, String> {
        self.accepted.lock().unwrap().clone()
    }

    /// Starts to send; a sender ends when its connection does.
    pub(crate) fn start(self: &Arc<Self>, to: SocketAddr) -> JoinSet<()> {
        let mut senders = JoinSet::new();
        for _ in 0..SENDERS {
            let feed = Arc::clone(self);
            senders.spawn(async move {
                let Ok(mut connection) = Connection::open(to).await else { return };
                let mut ticks = interval(PACE);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                loop {
                    ticks.tick().await;
                    let delivery = feed.next();
                    if !feed.post(delivery, &mut connection).await {
                        return;
                    }
                }
            });
        }
        senders
    }

    /// Posts what is still open, until all of it is acknowledged.
    pub(crate) async fn finish(&self, to: SocketAddr) {
        let mut connection = Connection::open(to).await.unwrap();
        while let Some(delivery) = self.again() {
            assert!(
                self.post(delivery, &mut connection).await,
                "the connection broke though nobody was killed"
            );
        }
    }

    /// Says whether the connection still holds.
    async fn post(&self, delivery: Delivery, connection: &mut Connection) -> bool {
        let delivery = Delivery { at: Timestamp::now(), ..delivery };
        match delivery.post_over(connection).await {
            Ok(answer) if answer.status == 200 => {
                let said = answer.json();
                let known = said["status"] == "accepted" || said["status"] == "duplicate";
                assert!(known, "{said}");
                let id = said["id"].as_str().unwrap().to_owned();
                self.accepted.lock().unwrap().insert(delivery.id, id);
                true
            }
            Ok(answer) => {
                // Too much at once is the one thing that may be said besides.
                assert_eq!(answer.status, 503, "{}", answer.text());
                self.open.lock().unwrap().push_back(delivery);
                true
            }
            Err(_) => {
                self.open.lock().unwrap().push_back(delivery);
                false
            }
        }
    }

    fn again(&self) -> Option<Delivery> {
        self.open.lock().unwrap().pop_front()
    }

    fn next(&self) -> Delivery {
        self.again().unwrap_or_else(|| self.new_delivery())
    }

    fn new_delivery(&self) -> Delivery {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let tag = format!("tag-{number:06}");
        // Two rejections of one case must not share a timestamp.
        let case = self.cases[number % CASES].later(number.try_into().unwrap());
        let sides = json!([{ "side": "Front", "reason": "Image is Blurry" }]);
        let payload = case.event("media_rejected", &json!({ "sides": sides, "tag": tag }));
        Delivery::new(&payload).with_id(&tag)
    }
}
