//! Settings of the mailbox that are refused, and in which words.

use std::time::Duration;

use super::super::{BouncesConfig, Done, Settings};
use super::bounces_config;

fn check(change: impl FnOnce(&mut BouncesConfig), expected: &str) {
    let mut config = bounces_config("imaps://mail.example");
    change(&mut config);
    let error = Settings::check(config).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(error, expected);
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_write_instead() {
    let wanted = "write imaps://HOST:993";
    let imap = |url: &str, why: &str| {
        check(|config| config.imap = url.to_owned(), &format!("`bounces.imap`: {why}"));
    };
    imap("mail.example", &format!("is not a URL (relative URL without a base); {wanted}"));
    imap("imap://mail.example", &format!("is not an IMAP URL with TLS; {wanted}"));
    imap("imaps://", &format!("names no host; {wanted}"));
    imap("imaps://me:hush@mail.example", "holds a user name or password; use `username` and `password`");
    imap("imaps://mail.example/INBOX", &format!("has more than a host and a port; {wanted}"));
    check(|config| config.username.clear(), "`bounces.username`: is empty or holds a line end");
    check(|config| config.password = "a\r\nb".into(), "`bounces.password`: is empty or holds a line end");
    let folder = "is no name of a folder; write INBOX or Bounces/Read, in ASCII";
    check(|config| config.folder = "受信".to_owned(), &format!("`bounces.folder`: {folder}"));
    check(|config| config.done = "a\r\nb".to_owned(), &format!("`bounces.done`: {folder}"));
    check(|config| config.done = "INBOX".to_owned(), "`bounces.done`: is the folder in which bounces arrive");
    let pem = "holds no certificate; give the CA's certificate in PEM (-----BEGIN CERTIFICATE-----)";
    check(|config| config.ca = Some(String::new()), &format!("`bounces.ca`: {pem}"));
    for every in ["", "m", "1", "9s", "25h", "2d", "-1m", "1.5m", "1 m", "99999999s", "1é"] {
        let why = "`bounces.every`: is no time from 10 seconds to a day; write \"1m\"";
        check(|config| config.every = every.to_owned(), why);
    }
}

#[test]
fn what_is_written_is_what_is_done() {
    let check = |every: &str, seconds: u64, done: &str, expected: Done| {
        let mut config = bounces_config("imaps://mail.example:1993");
        (config.every, config.done) = (every.to_owned(), done.to_owned());
        let settings = Settings::check(config).unwrap();
        assert_eq!((settings.host.as_str(), settings.port), ("mail.example", 1993));
        assert_eq!((settings.every, settings.done), (Duration::from_secs(seconds), expected));
    };
    check("10s", 10, "seen", Done::Seen);
    check("5m", 300, "delete", Done::Delete);
    check("2h", 7200, "Bounces/Read", Done::Folder("Bounces/Read".to_owned()));
    check("1d", 86400, "Delete", Done::Folder("Delete".to_owned()));
}
