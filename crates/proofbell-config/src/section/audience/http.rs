//! `kind = "http"`: people behind an HTTP API.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proofbell_directory::{
    ClosedDirectory, Directory, FieldReader, Header, HttpDirectory, HttpSettings, Keep, Lookup, Pointer,
    Shape, UrlTemplate,
};
use proofbell_notify::Toolkit;
use proofbell_notify::http::BaseUrl;

use super::Found;
use crate::duration::between;
use crate::merge::join;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::secret::{self, Text};
use crate::source::Place;

const TIMEOUT: Duration = Duration::from_secs(5);
const FRESH: Duration = Duration::from_secs(10 * 60);
const STALE: Duration = Duration::from_secs(60 * 60);
/// Asked about by a probe, unless the configuration knows an id that says more.
const PROBE: &str = "proofbell-probe";
const AN_URL: &str = "the URL of a directory";
const URL: &str = "url = \"https://market.example/internal/items/{reference_id}/seller\"";
const FIELDS: &str = "fields = { name = \"/display_name\", email = \"/contact/email\" }";

pub(super) fn read(scope: &Scope<'_>, reader: FieldReader, kit: &Toolkit) -> Option<Found> {
    let url = url(scope);
    let headers = headers(scope);
    let fields = fields(scope);
    let people = scope.parsed("people", "a JSON pointer", str::parse::<Pointer>);
    let time = |key, default, least, most| {
        scope.parsed(key, "a duration that fits", between(least, most)).map_or(default, |at| at.value)
    };
    let timeout = time("timeout", TIMEOUT, "1s", "30s");
    let keep = Keep { fresh: time("cache", FRESH, "1s", "24h"), stale: time("stale", STALE, "1s", "7d") };
    let probe = probe(scope, url.as_ref());
    scope.finish();

    let fields = fields?;
    let names = fields.iter().map(|(name, _)| name.clone()).collect();
    let offered = At { value: names, at: scope.place("fields") };
    let shape = Shape { people: people.map(|at| at.value), fields };
    let directory: Arc<dyn Directory> = match (url?, headers?) {
        (Known::Is(url), Known::Is(headers)) => {
            let settings = HttpSettings { url, headers, shape, reader, timeout, keep, probe };
            Arc::new(HttpDirectory::new(settings, &kit.http, Arc::new(Instant::now)))
        }
        // Nobody's API is shown a secret that something stands in for.
        (Known::Is(url), Known::Assumed) => Arc::new(closed().asked_by(url)),
        (Known::Assumed, _) => Arc::new(closed()),
    };
    Some(Found { directory, members: None, fields: Some(offered) })
}

fn closed() -> ClosedDirectory {
    ClosedDirectory::new("http", "ask the directory: a secret of it is not there")
}

/// What a setting comes to, where a secret in it may be one that is only assumed to be there.
enum Known<T> {
    Is(T),
    Assumed,
}

fn url(scope: &Scope<'_>) -> Option<Known<UrlTemplate>> {
    let base = scope.parsed("base_url", "a URL", str::parse::<BaseUrl>);
    if !scope.require("url", URL) {
        return None;
    }
    let text = scope.text("url")?;
    if text.value.is_assumed() {
        return Some(Known::Assumed);
    }
    let read = |base| UrlTemplate::parse(&text.value.value, base);
    let mut url =
        read(None).map_err(|error| scope.bad_value(text.at, "url", &text.value, AN_URL, error)).ok()?;
    let mut at = text.at;
    if let Some(base) = base {
        let refuse = |error| {
            let message = format!("`{}` cannot stand in for the host of `url`", scope.path_of("base_url"));
            let finding = Finding::error(code::BAD_VALUE, base.at, message);
            scope.cx.report.push(finding.hint(format!("the URL {error}")));
        };
        url = read(Some(&base.value)).map_err(refuse).ok()?;
        at = base.at;
    }
    warn(scope, &url, text.at, at);
    Some(Known::Is(url))
}

/// What is allowed and seldom meant. `host` is where the host is written that is asked.
fn warn(scope: &Scope<'_>, url: &UrlTemplate, at: Place, host: Place) {
    if !url.has_places() {
        let message =
            format!("`{}` names no id, so the same people are found for every case", scope.path_of("url"));
        let hint = "put {reference_id} or {sr_uuid} into its path or its query, unless that is meant";
        scope.cx.report.push(Finding::warning(code::NO_EFFECT, at, message).hint(hint));
    }
    if url.is_readable_on_the_way() {
        let message =
            format!("[{}] asks over plain http, which everybody on that network can read", scope.path);
        let hint = "people's addresses and the credentials are in it: use https where you can";
        scope.cx.report.push(Finding::warning(code::INSECURE, host, message).hint(hint));
    }
}

/// `bearer` and `headers`; `None` when one of them is wrong.
fn headers(scope: &Scope<'_>) -> Option<Known<Vec<Header>>> {
    let mut texts: Vec<(Option<&str>, At<Text>)> = Vec::new();
    let mut complete = true;
    if scope.node("bearer").is_some() {
        match scope.text("bearer") {
            Some(token) => texts.push((None, token)),
            None => complete = false,
        }
    }
    let table = scope.table("headers");
    complete &= table.is_some() || scope.node("headers").is_none();
    for entry in table.iter().flat_map(Scope::entries) {
        let path = join(&scope.path_of("headers"), &entry.key);
        match secret::resolve(scope.cx, &entry.node, &path) {
            Some(value) => texts.push((Some(&entry.key), At { value, at: entry.node.at })),
            None => complete = false,
        }
    }
    if let Some((Some(name), text)) = texts.iter().find(|(name, _)| is_taken(*name, scope)) {
        let message = format!("`{}` and `{name}` both set that header", scope.path_of("bearer"));
        scope.cx.report.push(Finding::error(code::DUPLICATE, text.at, message).hint("keep one of them"));
        complete = false;
    }
    let assumed = texts.iter().any(|(_, text)| text.value.is_assumed());
    let read: Vec<Option<Header>> = texts.into_iter().map(|(name, text)| header(scope, name, text)).collect();
    let headers = read.into_iter().collect::<Option<Vec<Header>>>().filter(|_| complete)?;
    Some(if assumed { Known::Assumed } else { Known::Is(headers) })
}

fn is_taken(name: Option<&str>, scope: &Scope<'_>) -> bool {
    scope.node("bearer").is_some() && name.is_some_and(|name| name.eq_ignore_ascii_case("authorization"))
}

fn header(scope: &Scope<'_>, name: Option<&str>, text: At<Text>) -> Option<Header> {
    let value = text.value.into_secret();
    let (path, header) = match name {
        None => (scope.path_of("bearer"), Header::bearer(&value)),
        Some(name) => (join(&scope.path_of("headers"), name), Header::new(name, value)),
    };
    let refuse = |error: proofbell_directory::HeaderError| {
        let message = format!("`{path}` cannot be sent as a header");
        scope.cx.report.push(Finding::error(code::BAD_VALUE, text.at, message).hint(error.to_string()));
    };
    header.map_err(refuse).ok()
}

fn fields(scope: &Scope<'_>) -> Option<Vec<(String, Pointer)>> {
    if !scope.require("fields", FIELDS) {
        return None;
    }
    let table = scope.table("fields")?;
    if table.entries().is_empty() {
        let message = format!("`{}` names no field, so nobody could be found", table.path);
        scope
            .cx
            .report
            .push(Finding::error(code::BAD_VALUE, table.at, message).hint(format!("write {FIELDS}")));
        return None;
    }
    let read: Vec<Option<(String, Pointer)>> = table
        .entries()
        .iter()
        .map(|entry| {
            let text = secret::resolve(scope.cx, &entry.node, &table.path_of(&entry.key))?;
            let refuse = |error| table.bad_value(entry.node.at, &entry.key, &text, "a JSON pointer", error);
            let pointer = text.value.parse().map_err(refuse).ok()?;
            Some((entry.key.clone(), pointer))
        })
        .collect();
    read.into_iter().collect()
}

/// The id that a probe asks about: one that can stand in the URL.
fn probe(scope: &Scope<'_>, url: Option<&Known<UrlTemplate>>) -> String {
    let usable = |id: &str| {
        let query = Lookup { reference_id: Some(id.to_owned()), sr_uuid: Some(id.to_owned()) };
        match url {
            Some(Known::Is(url)) => url.fill(&query).map(|_| id.to_owned()),
            Some(Known::Assumed) | None => Ok(id.to_owned()),
        }
    };
    let told = |id: &str| usable(id).map_err(|_| "write an id as events carry it, such as \"MS-48213\"");
    scope.parsed("probe", "an id to ask about", told).map_or_else(|| PROBE.to_owned(), |at| at.value)
}
