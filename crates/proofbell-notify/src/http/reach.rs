//! Where requests may go whose whole URL comes from data: a recipient's own webhook, say. Whoever wrote it may have meant a host
//! next door to us.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::range::is_public;

type Lookup =
    Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync>;

/// Where requests may go whose whole URL comes from data. Which it is, the program says; no setting does.
///
/// A host that is an IP address, in whatever spelling, is judged as the URL is read. Another is looked up once for each
/// connection, and the connection is made to what of the answer may be connected to: there is no second look-up between the judging
/// and the connecting that could answer otherwise.
#[derive(Clone)]
pub struct Reach {
    doors: Doors,
    may_connect: fn(IpAddr) -> bool,
    lookup: Lookup,
}

/// Which schemes and ports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doors {
    /// `https` on port 443. Whoever writes a URL must not choose which service of a host we talk to.
    Https,
    /// Any.
    #[cfg(any(test, feature = "testkit"))]
    Any,
}

/// Why a URL out of data is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocked {
    Scheme,
    Port,
    Credentials,
    Address,
}

impl Reach {
    /// `https` on port 443 of hosts on the open internet: what a [`super::Client`] has unless it is told otherwise.
    pub fn public() -> Reach {
        Reach {
            doors: Doors::Https,
            may_connect: is_public,
            lookup: Arc::new(|name| Box::pin(look_up(name))),
        }
    }

    /// This machine alone, on any port and without TLS: where the doubles of tests are.
    #[cfg(any(test, feature = "testkit"))]
    pub fn this_machine() -> Reach {
        Reach { doors: Doors::Any, may_connect: |address| address.is_loopback(), ..Reach::public() }
    }

    /// This reach with another way to find a name's addresses. A port other than 0 stands for the one of a URL that names none.
    #[cfg(any(test, feature = "testkit"))]
    #[must_use]
    pub fn looking_up(self, lookup: impl Fn(&str) -> Vec<SocketAddr> + Send + Sync + 'static) -> Reach {
        let lookup = move |name: String| {
            let found = lookup(&name);
            Box::pin(std::future::ready(Ok(found))) as Pin<Box<dyn Future<Output = _> + Send>>
        };
        Reach { lookup: Arc::new(lookup), ..self }
    }

    /// Judges a URL by itself; the addresses of a name are judged when it is looked up.
    pub(super) fn check(&self, url: &Url) -> Result<(), Blocked> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked::Credentials);
        }
        if self.doors == Doors::Https && url.scheme() != "https" {
            return Err(Blocked::Scheme);
        }
        if self.doors == Doors::Https && url.port_or_known_default() != Some(443) {
            return Err(Blocked::Port);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(Blocked::Address),
        };
        literal.is_none_or(self.may_connect).then_some(()).ok_or(Blocked::Address)
    }

    async fn addresses(self, name: String) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
        let found = (self.lookup)(name).await?;
        let none = found.is_empty();
        let allowed: Vec<SocketAddr> = found.into_iter().filter(|at| (self.may_connect)(at.ip())).collect();
        if allowed.is_empty() && !none {
            return Err(Box::new(Blocked::Address));
        }
        Ok(Box::new(allowed.into_iter()))
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(self.clone().addresses(name.as_str().to_owned()))
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").finish_non_exhaustive()
    }
}

impl Blocked {
    pub(super) fn code(self) -> &'static str {
        match self {
            Blocked::Scheme => "not_https",
            Blocked::Port => "port",
            Blocked::Credentials => "credentials",
            Blocked::Address => "not_public",
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Blocked::Scheme => "the URL does not begin with https://",
            Blocked::Port => "the URL names another port than 443",
            Blocked::Credentials => "the URL holds a user name or password",
            Blocked::Address => "the host is not on the open internet, or has no address there",
        })
    }
}

impl std::error::Error for Blocked {}

/// As the system does it; port 0 stands for the URL's own.
async fn look_up(name: String) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect())
}

#[cfg(test)]
mod tests;
