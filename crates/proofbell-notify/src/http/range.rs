//! Which IP addresses are those of a host on the open internet, and which lead into somebody's own network or nowhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 ranges that are not of the open internet, by first address and length of the prefix. From IANA's registry
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>); the few addresses in 192.0.0.0/24 that it calls globally
/// reachable are services of the network, not hosts.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network (RFC 791); 0.0.0.0 is this machine on many systems"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private (RFC 1918)"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a carrier's customers (RFC 6598)"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback (RFC 1122)"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "Azure's platform, seen from each of its machines alone"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local (RFC 3927), where clouds keep their metadata"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private (RFC 1918)"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments (RFC 6890)"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation (RFC 5737)"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays (RFC 7526)"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private (RFC 1918)"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarks (RFC 2544)"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation (RFC 5737)"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation (RFC 5737)"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast (RFC 5771)"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved (RFC 1112)"),
    (Ipv4Addr::BROADCAST, 32, "broadcast (RFC 919)"),
];

/// What IANA hands out to hosts. All else is not public: loopback `::1`, unspecified `::`, IPv4 in IPv6 (`::ffff:0:0/96`), NAT64
/// (`64:ff9b::/96`, `64:ff9b:1::/48`), unique-local `fc00::/7`, link-local `fe80::/10`, multicast `ff00::/8` and whatever comes.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// IPv6 ranges within [`GLOBAL_V6`] that are not of the open internet
/// (<https://www.iana.org/assignments/iana-ipv6-special-registry>).
const NOT_PUBLIC_V6: [(Ipv6Addr, u32, &str); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "protocol assignments (RFC 2928), Teredo among them"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation (RFC 3849)"),
    (
        Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0),
        16,
        "6to4 (RFC 3056): an IPv4 address, which may be private",
    ),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation (RFC 9637)"),
];

/// Whether an address can be that of a host on the open internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4.iter().any(|(first, length, _)| in_v4(ip, *first, *length)),
        IpAddr::V6(ip) => {
            let (global, length) = GLOBAL_V6;
            in_v6(ip, global, length)
                && !NOT_PUBLIC_V6.iter().any(|(first, length, _)| in_v6(ip, *first, *length))
        }
    }
}

fn in_v4(ip: Ipv4Addr, first: Ipv4Addr, length: u32) -> bool {
    (ip.to_bits() ^ first.to_bits()).leading_zeros() >= length
}

fn in_v6(ip: Ipv6Addr, first: Ipv6Addr, length: u32) -> bool {
    (ip.to_bits() ^ first.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(addresses: &[&str], expected: bool) {
        for address in addresses {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn hosts_of_the_open_internet_are_public() {
        check(
            &["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1", "2400::1"],
            true,
        );
    }

    /// First and last address of each range, and the neighbours before and behind it.
    #[test]
    fn each_range_ends_where_it_says() {
        check(&["0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255"], false);
        check(&["1.0.0.0", "9.255.255.255", "11.0.0.0"], true);
        check(&["100.64.0.0", "100.100.100.200", "100.127.255.255"], false);
        check(&["100.63.255.255", "100.128.0.0"], true);
        check(&["127.0.0.0", "127.0.0.1", "127.0.0.2", "127.255.255.255"], false);
        check(&["126.255.255.255", "128.0.0.0"], true);
        check(&["168.63.129.16"], false);
        check(&["168.63.129.15", "168.63.129.17"], true);
        check(&["169.254.0.0", "169.254.169.254", "169.254.255.255"], false);
        check(&["169.253.255.255", "169.255.0.0"], true);
        check(&["172.16.0.0", "172.31.255.255"], false);
        check(&["172.15.255.255", "172.32.0.0"], true);
        check(&["192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.0", "192.0.2.255"], false);
        check(&["191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0"], true);
        check(&["192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255"], false);
        check(&["192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0"], true);
        check(&["198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255"], false);
        check(&["198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0"], true);
        check(&["203.0.113.0", "203.0.113.255"], false);
        check(&["203.0.112.255", "203.0.114.0"], true);
        check(&["224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255"], false);
        check(&["223.255.255.255"], true);
    }

    #[test]
    fn of_ipv6_only_global_unicast_is_public() {
        check(&["::", "::1", "::8.8.8.8", "::ffff:0.0.0.0", "::ffff:127.0.0.1", "::ffff:8.8.8.8"], false);
        check(&["64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1", "100::1", "1fff:ffff::1"], false);
        check(&["2001::1", "2001:1ff:ffff::1", "2001:db8::1", "2001:db8:ffff:ffff::1"], false);
        check(&["2000::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1"], true);
        check(&["2002::1", "2002:7f00:1::1", "2002:ffff:ffff::1", "3fff::1", "3fff:fff:ffff::1"], false);
        check(&["2003::1", "3ffe:ffff::1", "3fff:1000::1"], true);
        check(&["4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff:ffff::1"], false);
        check(&["fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "ff02::1", "ffff::1"], false);
    }
}
