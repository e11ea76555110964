//! Which hosts stand next door, so that plain `http` to them passes nobody else's wires.

use std::net::Ipv4Addr;

use url::{Host, Url};

/// Names that no public name server answers for: RFC 6762 (`local`), RFC 8375 (`home.arpa`), and `internal`, which ICANN
/// reserved for private use in 2024. Kubernetes' own end in `.local`.
const PRIVATE_NAMES: [&str; 3] = [".internal", ".local", ".home.arpa"];

/// Whether the host is this machine or one of a private network, as far as its name or number tells: a name without a dot, one of
/// a reserved ending, an address of RFC 1918, RFC 6598 or RFC 4193.
pub(super) fn is_next_door(url: &Url) -> bool {
    is_this_machine(url)
        || match url.host() {
            Some(Host::Domain(name)) => {
                !name.contains('.') || PRIVATE_NAMES.iter().any(|ending| name.ends_with(ending))
            }
            Some(Host::Ipv4(ip)) => ip.is_private() || is_shared(ip),
            Some(Host::Ipv6(ip)) => ip.is_unique_local(),
            None => false,
        }
}

/// Whether the host is this machine.
pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// 100.64.0.0/10, the address space shared by the customers of one carrier or one overlay network (RFC 6598).
fn is_shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && (64..128).contains(&second)
}
