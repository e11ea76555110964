use async_trait::async_trait;
use proofbell_engine::Case;
use proofbell_event::EventName;
use proofbell_notify::{
    Address, AddressKind, Body, DynNotifier, Fingerprint, Form, Measure, Message, Outcome, ProbeError, Proof,
    Receipt,
};
use proofbell_store::{SqliteOptions, SqliteStore};
use uuid::Uuid;

use super::*;
use crate::pipeline::{PipelineSettings, share};
use crate::testing::{at, runtime};
use crate::{OnUnknown, Rate};

struct Idle;

#[async_trait]
impl DynNotifier for Idle {
    fn kind(&self) -> &'static str {
        "idle"
    }
    fn form(&self) -> Form {
        Form::Text
    }
    fn address(&self) -> AddressKind {
        AddressKind::Phone
    }
    fn measure(&self, _: &Body) -> Option<Measure> {
        None
    }
    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }
    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

fn claimed() -> Claimed {
    Claimed {
        message: Message {
            id: Uuid::nil(),
            made_at: at(0),
            to: Address::Fixed,
            to_name: None,
            locale: "en".to_owned(),
            case: None,
            thread: None,
            optional: false,
            body: Body::Text("Hello".to_owned()),
        },
        channel: "sms".to_owned(),
        epoch: 1,
        tries: 1,
        event: None,
        event_name: EventName::ReshootNeeded,
        event_at: at(0),
        send_stale: false,
        expires_at: at(100),
        case: None::<Case>,
        suppression: None,
    }
}

#[tokio::test]
async fn a_worker_with_nothing_to_do_sleeps() {
    let home = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&home.path().join("test.db"), SqliteOptions::default()).unwrap();
    let shared = share(Arc::new(store), Arc::new(runtime()), PipelineSettings::default()).await.unwrap();
    let rate = Some(Rate { count: 1, per: Duration::from_secs(2) });
    let channel = Channel {
        notifier: Arc::new(Idle),
        rate,
        concurrency: 1,
        on_unknown: OnUnknown::Retry,
        fingerprint: Fingerprint::new([0; 32]),
    };
    let state = Arc::new(ChannelState::new(None));
    let post = Post { name: "sms".to_owned(), channel, state, since: Since::Start };
    let ending = Ending::with(&shared.stop);
    let recorder = recorder::channel().0;
    let start = Instant::now();
    let second = Duration::from_secs(1);
    let (past, sweep) = (start, start + 10 * second);

    struct State {
        held: u32,
        look: u32,
        ready: bool,
        busy: bool,
        paced: bool,
    }
    let calm = State { held: 0, look: 0, ready: false, busy: false, paced: false };
    let table = [
        ("there may be something to claim", State { ..calm }, 0),
        ("nothing is due", State { look: 3, ..calm }, 3),
        ("the channel is held", State { held: 5, ..calm }, 5),
        ("the channel is held for longer than until the sweep", State { held: 3600, ..calm }, 10),
        ("what is claimed is held", State { held: 5, ready: true, ..calm }, 5),
        ("what is claimed may leave though nothing else is due", State { look: 3, ready: true, ..calm }, 0),
        ("the rate is used up", State { paced: true, ..calm }, 2),
        ("the rate is used up for what is claimed", State { paced: true, ready: true, ..calm }, 2),
        ("as many are under way as may be", State { busy: true, ..calm }, 10),
        ("as many are under way, and more is claimed", State { busy: true, ready: true, ..calm }, 10),
    ];
    for (what, state, expected) in table {
        let mut worker = ChannelWorker::new(&shared, &post, &recorder, &ending);
        worker.held_until = past + state.held * second;
        worker.look_at = past + state.look * second;
        worker.sweep_at = sweep;
        worker.pace = rate.map(|rate| Pace::new(rate, past));
        if state.paced {
            worker.pace.as_mut().unwrap().take(past);
        }
        worker.ready.extend(state.ready.then(claimed));
        if state.busy {
            worker.under_way.spawn(std::future::pending());
        }
        assert_eq!(worker.next_look(), past + expected * second, "{what}");
    }
}
