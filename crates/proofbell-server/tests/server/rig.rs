//! Two open doors on ports of their own, with a store and a channel that are told what to do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::fake_store::MESSAGE;
use async_trait::async_trait;
use jiff::Timestamp;
use proofbell_directory::{FieldReader, ListDirectory};
use proofbell_engine::{Engine, Setup};
use proofbell_event::{BearerVerifier, MessageId, Verifier, sign};
use proofbell_notify::{
    About, AddressKind, Body, Callback, CallbackError, DynNotifier, Fingerprint, Form, Measure, Message,
    News, Outcome, ProbeError, Proof, Reason, Receipt, Report,
};
use proofbell_pipeline::{Audience, Channel, Handle, OnUnknown, Runtime};
use proofbell_server::{
    AdminSettings, Closed, Doors, IngressSettings, Limits, Reloads, SourceSettings, Verify, Wish,
};
use tokio::net::TcpListener;

use crate::counting::Counting;
use crate::fake_store::{FakeStore, Mood};
use crate::http::{Answer, Client, ask, request};

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const RELAY_TOKEN: &str = "relay-token-0123456789";
/// The paths of the three sources.
pub(crate) const LEGITMARK: &str = "/webhooks/legitmark";
pub(crate) const RELAY: &str = "/webhooks/relay";
pub(crate) const OPEN: &str = "/webhooks/open";

pub(crate) struct Rig {
    pub(crate) public: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) counting: Counting,
    pub(crate) sent: Arc<Mutex<Vec<Message>>>,
    pub(crate) doors: Doors,
    pub(crate) reloads: Reloads,
    /// Operators' wishes for a reload.
    pub(crate) wishes: tokio::sync::mpsc::Receiver<Wish>,
}

impl Rig {
    pub(crate) async fn open() -> Rig {
        Rig::with(Limits::default(), None).await
    }

    pub(crate) async fn with(limits: Limits, token: Option<&str>) -> Rig {
        let (store, sent, counting) = (Arc::new(FakeStore::new()), Arc::default(), Counting::default());
        let handle = Handle::without_workers(store.clone(), runtime(&sent)).await.unwrap();
        let ingress = IngressSettings { sources: sources(), limits };
        let (reloads, wishes) = Reloads::new("2026-02-10T12:00:00Z".parse().unwrap());
        let settings = AdminSettings {
            token: token.map(Into::into),
            metrics: Arc::new(|| "up 1\n".to_owned()),
            reloads: reloads.clone(),
        };
        let (public, admin) = (listener().await, listener().await);
        let (public_addr, admin_addr) = (public.local_addr().unwrap(), admin.local_addr().unwrap());
        let doors =
            metrics::with_local_recorder(&counting, || Doors::open(public, ingress, admin, settings, handle));
        Rig { public: public_addr, admin: admin_addr, store, counting, sent, doors, reloads, wishes }
    }

    /// Posts an event that is signed now.
    pub(crate) async fn post(&self, id: &str, body: &[u8]) -> Answer {
        self.post_with(&signed(id, body), body).await
    }

    pub(crate) async fn post_with(&self, headers: &[(String, String)], body: &[u8]) -> Answer {
        ask(self.public, "POST", LEGITMARK, &borrowed(headers), body).await
    }

    /// Posts an event and leaves it waiting for the store.
    pub(crate) async fn post_and_wait(&self, id: &str, body: &[u8]) -> Client {
        self.store.be(Mood::Waits);
        let mut client = Client::connect(self.public).await;
        client.send(request("POST", LEGITMARK, &borrowed(&signed(id, body)), body)).await;
        self.store.is_asked().await;
        client
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        ask(self.public, "GET", path, &[], b"").await
    }

    pub(crate) async fn close(self, at_most: Duration) -> Closed {
        self.doors.close(at_most).await
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

pub(crate) fn sources() -> Vec<SourceSettings> {
    let source = |name: &str, path: &str, verify| SourceSettings {
        name: name.to_owned(),
        path: path.to_owned(),
        verify,
    };
    vec![
        source("legitmark", LEGITMARK, Verify::Svix(Verifier::new([SECRET]).unwrap())),
        source("relay", RELAY, Verify::Bearer(BearerVerifier::new([RELAY_TOKEN]).unwrap())),
        source("open", OPEN, Verify::None),
    ]
}

/// Channel `desk` sends what it is given, unless the text says otherwise.
fn runtime(sent: &Arc<Mutex<Vec<Message>>>) -> Arc<Runtime> {
    let desk = Channel {
        notifier: Arc::new(Desk(sent.clone())),
        rate: None,
        concurrency: 1,
        on_unknown: OnUnknown::Dead,
        fingerprint: Fingerprint::new([0; 32]),
    };
    let staff = Audience {
        directory: Arc::new(ListDirectory::new(Vec::new(), FieldReader::default())),
        give_up: Duration::from_secs(60),
        fingerprint: Fingerprint::new([0; 32]),
    };
    Arc::new(Runtime {
        engine: Arc::new(Engine::new(Setup::default())),
        channels: BTreeMap::from([("desk".to_owned(), desk)]),
        audiences: BTreeMap::from([("staff".to_owned(), staff)]),
        redirect: None,
        keep: Duration::from_secs(60),
    })
}

struct Desk(Arc<Mutex<Vec<Message>>>);

#[async_trait]
impl DynNotifier for Desk {
    fn kind(&self) -> &'static str {
        "desk"
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Email
    }

    fn measure(&self, _: &Body) -> Option<Measure> {
        None
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        match callback.header("x-signature") {
            Some("right") => {}
            Some(_) | None => return Err(CallbackError::Forged("wrong".to_owned())),
        }
        match callback.body.as_slice() {
            b"garbled" => Err(CallbackError::Malformed("no JSON".to_owned())),
            b"off" => Err(CallbackError::NotOffered("switched off".to_owned())),
            _ if callback.query == "nothing" => Ok(Vec::new()),
            _ => Ok(vec![Report { about: About::Message(MESSAGE), news: News::Delivered }]),
        }
    }

    async fn send(&self, message: &Message) -> Outcome {
        if message.body == Body::Text("no".to_owned()) {
            return Outcome::Rejected { reason: Reason::new("550", "not like this") };
        }
        self.0.lock().unwrap().push(message.clone());
        Outcome::Sent(Receipt { provider_id: Some("desk-1".to_owned()) })
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

/// The headers of an event that is signed now.
pub(crate) fn signed(id: &str, body: &[u8]) -> Vec<(String, String)> {
    signed_at(id, body, Timestamp::now())
}

pub(crate) fn signed_at(id: &str, body: &[u8], at: Timestamp) -> Vec<(String, String)> {
    let id: MessageId = id.parse().unwrap();
    let signature = sign(SECRET, &id, at, body).unwrap();
    vec![
        ("Content-Type".to_owned(), "application/json".to_owned()),
        ("Svix-Id".to_owned(), id.to_string()),
        ("Svix-Timestamp".to_owned(), at.as_second().to_string()),
        ("Svix-Signature".to_owned(), signature),
    ]
}

pub(crate) fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// A counterfeit verdict on this item.
pub(crate) fn verdict(reference_id: &str) -> Vec<u8> {
    serde_json::json!({
        "event_type": "state_change",
        "sr_uuid": "b16c763b-1723-455d-ba29-164418044886",
        "reference_id": reference_id,
        "timestamp": "2026-02-10T12:15:00.000Z",
        "state": { "primary": "COMPLETE", "supplement": "REJECTED" },
    })
    .to_string()
    .into_bytes()
}
