//! Opening and closing both doors.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofbell_pipeline::Handle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::health::Health;
use crate::ingress::Ingress;
use crate::load::Load;
use crate::{AdminSettings, IngressSettings, Limits, SourceSettings, admin, ingress, listen};

/// How many connections the admin door takes at once: people, a command line, a metrics scraper.
const ADMIN_CONNECTIONS: usize = 128;
/// How many requests it works on at once.
const ADMIN_REQUESTS: usize = 64;

/// The two open doors: the public one for webhooks, the admin one for people and their tools.
pub struct Doors {
    health: Arc<Health>,
    stop: watch::Sender<bool>,
    listeners: [JoinHandle<()>; 2],
    loads: [Load; 2],
    ingress: Arc<Ingress>,
}

impl fmt::Debug for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doors").field("health", &self.health).finish_non_exhaustive()
    }
}

/// Whether all requests under way came to their end when the doors closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// They did.
    Cleanly,
    /// Some were cut off. What they had begun in the store goes on.
    Cut,
}

impl Doors {
    /// Opens both doors on listeners that are already bound. Needs a tokio runtime around it, and the metrics recorder
    /// installed before it: the counters are looked up once, here.
    ///
    /// Dropping the doors closes them too, without waiting.
    pub fn open(
        public: TcpListener,
        ingress: IngressSettings,
        admin: TcpListener,
        admin_settings: AdminSettings,
        handle: Handle,
    ) -> Doors {
        let health = Arc::new(Health::new(Instant::now()));
        let (stop, stopped) = watch::channel(false);
        let limits = ingress.limits.clone();
        let admin_limits = Limits {
            connections: ADMIN_CONNECTIONS.min(limits.connections),
            requests_in_flight: ADMIN_REQUESTS.min(limits.requests_in_flight),
            ..limits.clone()
        };
        let loads = [Load::new(&limits), Load::new(&admin_limits)];
        let [public_load, admin_load] = loads.clone();

        let reloads = admin_settings.reloads.clone();
        let ingress = Ingress::new(ingress, public_load, health.clone(), reloads, handle.clone());
        let ingress = Arc::new(ingress);
        let public = listen::serve(public, limits, ingress::service(ingress.clone()), stopped.clone());
        let service =
            admin::service(admin_settings, admin_limits.clone(), admin_load, health.clone(), handle);
        let admin = listen::serve(admin, admin_limits, service, stopped);
        Doors { health, stop, listeners: [tokio::spawn(public), tokio::spawn(admin)], loads, ingress }
    }

    /// Other sources from the next request on. Those under way go on with the source that they came to.
    pub fn replace_sources(&self, sources: Vec<SourceSettings>) {
        self.ingress.replace_sources(sources);
    }

    /// `/readyz` answers 503 from now on, and all else goes on: for a load balancer that is to look elsewhere before
    /// the doors close.
    pub fn announce_stop(&self) {
        self.health.stop();
    }

    /// Closes both doors: nothing new is accepted, requests under way may end within `at_most`, then they are cut off.
    pub async fn close(mut self, at_most: Duration) -> Closed {
        self.announce_stop();
        self.stop.send_replace(true);
        let all_ended = async {
            for listener in &mut self.listeners {
                // An error is a panic, which tokio has reported; that listener has ended as well.
                let _ = listener.await;
            }
            for load in &self.loads {
                load.idle().await;
            }
        };
        let ended = tokio::time::timeout(at_most, all_ended).await;
        for listener in &self.listeners {
            listener.abort();
        }
        match ended {
            Ok(()) => Closed::Cleanly,
            Err(_) => Closed::Cut,
        }
    }
}
