//! Warnings: what is there and does nothing, or cannot do what it seems to.

use proofbell_engine::{Glossary, Need, Threading};
use proofbell_notify::{Form, Threads};

use super::World;
use super::route::Route;
use crate::reader::At;
use crate::report::{Finding, code};
use crate::section::{channel, rule};
use crate::suggest;

pub(super) fn check(world: &World<'_>, glossary: &Glossary) {
    for rule in world.rules {
        unknown_words(world, rule, glossary);
        threads_without_threads(world, rule);
        optional_without_mail(world, rule);
        let else_via = rule
            .to
            .iter()
            .filter_map(|name| world.audiences.get(&name.value))
            .any(|audience| !Route::of_rule(world, rule, audience).else_via.is_empty());
        if let Some(after) = rule.else_after.as_ref().filter(|_| !else_via && !rule.assumed) {
            let message = format!("`rule.{}.else_after` has no effect without `else_via`", rule.name.value);
            world
                .cx
                .report
                .push(Finding::warning(code::NO_EFFECT, after.at, message).hint("add else_via = [\"…\"]"));
        }
    }
}

/// A thread that none of the rule's channels can keep.
fn threads_without_threads(world: &World<'_>, rule: &rule::Read) {
    let keeps = |channel: &channel::Read| channel.threads().map(|threads| threads == Threads::Kept);
    if rule.thread.value == Threading::Case && none(world, rule, keeps) {
        let message = format!(
            "`rule.{}.thread` has no effect: none of its channels can reply in a thread",
            rule.name.value
        );
        let hint = "name a channel that can, such as one of kind \"slack\" with `token`, or leave it out";
        world.cx.report.push(Finding::warning(code::NO_EFFECT, rule.thread.at, message).hint(hint));
    }
}

/// Only a mail has a place to say how one gets no more of them.
fn optional_without_mail(world: &World<'_>, rule: &rule::Read) {
    let is_mail = |channel: &channel::Read| channel.facts().map(|facts| facts.form == Form::Email);
    if rule.need.value == Need::Optional && none(world, rule, is_mail) {
        let message =
            format!("`rule.{}.optional` has no effect: none of its channels is e-mail", rule.name.value);
        let hint = "name a channel of e-mail, whose messages then say how to unsubscribe, or leave it out";
        world.cx.report.push(Finding::warning(code::NO_EFFECT, rule.need.at, message).hint(hint));
    }
}

/// Whether it is certain that none of the channels by which a rule may tell somebody is such a one: where one of them does not exist
/// or is refused, nobody knows.
fn none(world: &World<'_>, rule: &rule::Read, is: impl Fn(&channel::Read) -> Option<bool>) -> bool {
    let audiences: Vec<_> = rule.to.iter().filter_map(|name| world.audiences.get(&name.value)).collect();
    let names: Vec<&str> = audiences
        .iter()
        .flat_map(|audience| Route::of_rule(world, rule, audience).channels().collect::<Vec<_>>())
        .collect();
    audiences.len() == rule.to.len()
        && !names.is_empty()
        && names.iter().all(|name| world.channels.get(*name).and_then(&is) == Some(false))
}

/// A word that the glossary lacks may be a raw one of Legitmark's, or a slip.
fn unknown_words(world: &World<'_>, rule: &rule::Read, glossary: &Glossary) {
    for read in [&rule.conditions, &rule.exceptions] {
        for side in read.sides.iter().filter(|side| glossary.side_code(&side.value).is_none()) {
            unknown_word(world, "side", side, glossary.side_codes());
        }
        for reason in read.reasons.iter().filter(|reason| glossary.reason_code(&reason.value).is_none()) {
            unknown_word(world, "reason", reason, glossary.reason_codes());
        }
    }
}

fn unknown_word<'g>(world: &World<'_>, what: &str, word: &At<String>, codes: impl Iterator<Item = &'g str>) {
    let codes: Vec<&str> = codes.collect();
    if codes.is_empty() {
        return;
    }
    let message = format!("the glossary has no {what} `{}`", word.value);
    let hint = match suggest::nearest(&word.value, codes) {
        Some(near) => format!("did you mean `{near}`? Else it is compared with Legitmark's own words"),
        None => "it is compared with Legitmark's own words".to_owned(),
    };
    world.cx.report.push(Finding::warning(code::UNKNOWN_WORD, word.at, message).hint(hint));
}
