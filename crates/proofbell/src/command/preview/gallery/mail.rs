//! A mail as a mailbox lists it, and as it opens on a phone and on a desk.

use proofbell_notify::Email;

use super::markup::Html;
use super::{Masthead, title};
use crate::command::preview::shot::{Shot, Shown};

const MAIL: &str = include_str!("mail.html");

pub(super) fn seen(masthead: &Masthead, shot: &Shot, shown: &Shown, email: &Email) -> Html {
    let sender = shown.sender.as_deref().unwrap_or(&masthead.marketplace);
    let (name, address) = match sender.split_once(" <") {
        Some((name, address)) => (name, address.trim_end_matches('>')),
        None => (sender, ""),
    };
    let initial: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
    let what = format!("{}, {}", title(&shot.template), shot.locale);
    Html::fill(
        MAIL,
        &[
            ("lang", Html::text(&shown.locale)),
            ("initial", Html::text(&initial)),
            ("name", Html::text(name)),
            ("address", Html::text(address)),
            ("time", Html::text(&masthead.clock())),
            ("subject", Html::text(&email.subject)),
            ("preheader", Html::text(shown.preheader.as_deref().unwrap_or_default())),
            ("what", Html::text(&what)),
            ("document", Html::text(&with_links_that_stay(&email.html))),
        ],
    )
}

/// The mail's HTML with links that ask for a window of their own, which the frame's sandbox never gives: whoever clicks one stays.
fn with_links_that_stay(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    let lower = html.to_ascii_lowercase();
    let end_of = |tag: &str| {
        let start = lower.find(tag)?;
        Some(start + lower.get(start..)?.find('>')? + 1)
    };
    // A tag before the doctype would turn the page into one of the last century.
    let at = end_of("<head>").or_else(|| end_of("<head ")).or_else(|| end_of("<!doctype")).unwrap_or(0);
    let (before, after) = html.split_at(at);
    format!("{before}{BASE}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_stands_in_the_head_and_never_before_the_doctype() {
        for (html, expected) in [
            ("<!DOCTYPE html><HEAD><title>", "<!DOCTYPE html><HEAD>^<title>"),
            ("<!doctype html><head lang=\"ja\"><header>", "<!doctype html><head lang=\"ja\">^<header>"),
            ("<!doctype html><header>写真", "<!doctype html>^<header>写真"),
            ("<p>", "^<p>"),
        ] {
            assert_eq!(with_links_that_stay(html), expected.replace('^', "<base target=\"_blank\">"));
        }
    }
}
