use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::http::{Client, SendError};
use crate::testkit::{Double, Fault, HttpAnswer};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const NEXT_DOOR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

fn check(url: &str, expected: Result<(), Blocked>) {
    assert_eq!(Reach::public().check(&url.parse().unwrap()), expected, "{url}");
}

#[test]
fn only_https_on_its_own_port_without_credentials() {
    check("https://hooks.example/x?y=z", Ok(()));
    check("https://hooks.example:443/x", Ok(()));
    check("https://8.8.8.8/", Ok(()));
    check("https://[2606:4700::1111]/", Ok(()));
    check("http://hooks.example/", Err(Blocked::Scheme));
    check("http://hooks.example:443/", Err(Blocked::Scheme));
    check("ftp://hooks.example/", Err(Blocked::Scheme));
    check("file:///etc/passwd", Err(Blocked::Scheme));
    check("https://hooks.example:8443/", Err(Blocked::Port));
    check("https://hooks.example:22/", Err(Blocked::Port));
    check("https://hooks.example:80/", Err(Blocked::Port));
    check("https://me@hooks.example/", Err(Blocked::Credentials));
    check("https://me:pw@hooks.example/", Err(Blocked::Credentials));
    check("https://8.8.8.8@127.0.0.1/", Err(Blocked::Credentials));
}

#[test]
fn an_address_is_judged_in_whatever_spelling() {
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "127%2e0.0.1",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
    ] {
        check(&format!("https://{host}/"), Err(Blocked::Address));
    }
    // Not URLs at all, so that nobody gets as far as asking.
    for host in ["[fe80::1%25eth0]", "127.0.0.256", "1.2.3.4.5", "0x7f.0.0.1.", "127.0.0.1%00.example"] {
        let url = format!("https://{host}/").parse::<Url>();
        assert!(url.as_ref().is_err() || Reach::public().check(url.as_ref().unwrap()).is_err(), "{host}");
    }
}

fn with_port_0(addresses: &[IpAddr]) -> Vec<SocketAddr> {
    addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect()
}

/// Asks for a name on the double's port, with these addresses for it, of which some may be connected to.
async fn ask(
    double: &Double,
    found: &'static [IpAddr],
    may_connect: fn(IpAddr) -> bool,
) -> Result<u16, String> {
    let reach = Reach { may_connect, ..Reach::this_machine() }.looking_up(|_| with_port_0(found));
    let url = format!("http://hooks.example:{}/secret", double.address().port()).parse().unwrap();
    match Client::with_reach(reach).guarded().post(&url).body("secret").send().await {
        Ok(answer) => Ok(answer.status),
        Err(error) => {
            let text = format!("{error:?} {error}");
            assert!(!text.contains("secret") && !text.contains("hooks") && !text.contains("127."), "{text}");
            Err(error.reason().code().to_owned())
        }
    }
}

async fn double() -> Double {
    Double::start(Arc::new(HttpAnswer::new(204, "")), Fault::None).await
}

#[tokio::test]
async fn the_connection_goes_to_what_was_let_through() {
    let double = double().await;
    let next_door = TcpListener::bind((NEXT_DOOR, double.address().port())).unwrap();
    next_door.set_nonblocking(true).unwrap();
    let here_alone = |address| address == HERE;
    assert_eq!(ask(&double, &[HERE], here_alone).await, Ok(204));
    assert_eq!(ask(&double, &[NEXT_DOOR, HERE], here_alone).await, Ok(204));
    assert_eq!(ask(&double, &[NEXT_DOOR], here_alone).await, Err("not_public".to_owned()));
    assert_eq!(ask(&double, &[HERE, NEXT_DOOR], |_| false).await, Err("not_public".to_owned()));
    assert!(next_door.accept().is_err(), "somebody connected to what was filtered out");
    assert_eq!(double.heard().len(), 2);
}

#[tokio::test]
async fn a_name_without_addresses_may_have_some_later() {
    let double = double().await;
    assert_eq!(ask(&double, &[], |_| true).await, Err("connect".to_owned()));
}

#[tokio::test]
async fn a_name_is_looked_up_once_for_a_connection() {
    let double = double().await;
    let lookups = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lookups);
    // Here when it is judged, elsewhere whenever somebody asks again.
    let reach = Reach::this_machine().looking_up(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => with_port_0(&[HERE]),
        _ => with_port_0(&[NEXT_DOOR]),
    });
    let url: Url = format!("http://hooks.example:{}/", double.address().port()).parse().unwrap();
    let answer = Client::with_reach(reach).guarded().post(&url).send().await.unwrap();
    assert_eq!((answer.status, lookups.load(Ordering::SeqCst)), (204, 1));
}

#[tokio::test]
async fn the_systems_names_of_this_machine_are_not_public() {
    for host in ["localhost", "LOCALHOST"] {
        let url: Url = format!("https://{host}/").parse().unwrap();
        let error = Client::default().guarded().post(&url).send().await.unwrap_err();
        assert!(matches!(error, SendError::Forbidden(_)), "{host}: {error}");
    }
}

#[tokio::test]
async fn what_is_configured_is_not_guarded() {
    let double = double().await;
    let url: Url = format!("http://{}/", double.address()).parse().unwrap();
    assert_eq!(Client::default().post(&url).send().await.unwrap().status, 204);
    let error = Client::default().guarded().post(&url).send().await.unwrap_err();
    assert_eq!(error.reason().code(), "not_https");
    assert_eq!(double.heard().len(), 1);
}
