//! The sections that are there once: server, store, source, defaults, template, vars, link, redirect.

use serde_json::json;

use super::field::{Field, duration, map, named, table, text, texts, words};

/// BCP 47, as far as a pattern can tell.
pub(super) const LOCALE: &str = "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$";
const SOCKET: &str = ":[0-9]{1,5}$";

pub(super) fn server() -> Field {
    let listen = "The public door: Legitmark's webhooks, /healthz and /readyz. Put a TLS-terminating proxy in front of it.";
    let admin = "The private door: API, /metrics, and what the command line talks to. Never expose it to the internet.";
    let token = "The token that the private door asks for, at least 8 visible ASCII characters. Needed as soon as `admin` is not a loopback address. Default: none.";
    table(
        "The two doors: the public one for webhooks, the private one for operators.",
        [
            ("listen", text(listen).pattern(SOCKET).default("127.0.0.1:8080")),
            ("admin", text(admin).pattern(SOCKET).default("127.0.0.1:8081")),
            ("admin_token", text(token).secret().example(json!({ "env": "PROOFBELL_ADMIN_TOKEN" }))),
        ],
    )
}

pub(super) fn store() -> Field {
    let url =
        "The database file; it is made on the first start. Put it on a local disk, not on a network share.";
    let keep = "How long message bodies and addresses are kept. The ids of events are kept for 100 days whatever this says, so that a delivery which is repeated late is still known.";
    table(
        "Where events and messages are kept.",
        [
            ("url", text(url).pattern("^sqlite:.").default("sqlite:../data/proofbell.db")),
            ("keep", duration(keep).default("90d")),
        ],
    )
}

pub(super) fn source() -> Field {
    let path = "The path of the webhook, as entered in Legitmark's dashboard.";
    let secrets = "The signing secret from Legitmark's dashboard (`whsec_…`), or with `verify = \"bearer\"` the tokens. One of up to four must match, so that a secret can be rotated without losing an event: add the new one, change it at Legitmark, then remove the old one.";
    let verify = words(
        "How a delivery proves that it comes from Legitmark.",
        [
            (
                "svix",
                "the signature headers that Legitmark sends; Standard Webhooks headers are understood too",
            ),
            ("bearer", "a fixed token in the Authorization header, listed in `secrets`"),
            ("none", "nothing is proved, and `check` warns"),
        ],
    );
    let legitmark = table(
        "Legitmark's webhook.",
        [
            ("path", text(path).pattern("^/[A-Za-z0-9/._~-]+$").default("/webhooks/legitmark")),
            ("verify", verify.default("svix")),
            (
                "secrets",
                texts(secrets)
                    .secret()
                    .with("maxItems", 4)
                    .with("minItems", 1)
                    .example(json!([{ "env": "LEGITMARK_WEBHOOK_SECRET" }])),
            ),
        ],
    );
    table("Where the events come from.", [("legitmark", legitmark)])
}

pub(super) fn defaults() -> Field {
    let locale = "The language of the templates to use, as a BCP 47 tag. A template that lacks the recipient's language falls back to this one, so every template should exist in it.";
    let tz = "The time zone for dates in messages, as an IANA name.";
    let region = "The country that phone numbers without a country code belong to, as an ISO 3166 code. Default: none, which means that such numbers are refused.";
    table(
        "What holds for a recipient whose own data do not say otherwise.",
        [
            ("locale", text(locale).pattern(LOCALE).default("en")),
            ("tz", text(tz).default("UTC").example("Asia/Tokyo")),
            ("region", text(region).pattern("^[A-Z]{2}$").example("JP")),
        ],
    )
}

pub(super) fn template() -> Field {
    let dir = "The directory of the templates: `<dir>/<template>/<form>.<locale>.hbs`, with form `email`, `chat` or `text`; an e-mail may be MJML, `email.<locale>.mjml.hbs`. Relative paths count from the file that names them.";
    table("Where the templates are.", [("dir", text(dir).default("../templates"))])
}

pub(super) fn vars() -> Field {
    let about = "Constants for all templates, as `{{vars.marketplace}}`, and for links, as `{marketplace}`.";
    Field::of(json!({ "description": about, "type": "object" }))
        .example(json!({ "marketplace": "Maison Seconde" }))
}

pub(super) fn link() -> Field {
    let url = "Where it leads. `{reference_id}`, `{sr_uuid}`, `{micro_id}` and the names under [vars] are filled in, percent-encoded. https only (http on loopback).";
    let one = table(
        "A link, for `{{link}}`, `{{button}}` and `{{url}}` in templates. When a value of it is not known for an event, it is left out of the message.",
        [(
            "url",
            text(url)
                .pattern("^https://|^http://(localhost|127\\.|\\[::1\\])")
                .example("https://market.example/sell/{reference_id}/photos"),
        )],
    );
    named("Links that templates use by their names.", one)
}

pub(super) fn redirect() -> Field {
    let instead = |what: &str| text(&format!("{what} instead of the recipient's own, or \"drop\"."));
    let fixed = words(
        "What becomes of messages on channels that are their own address, such as a Slack webhook: they cannot be led elsewhere.",
        [
            ("drop", "nothing is sent there"),
            ("keep", "they are sent; set the channel's URL to one for tests in the same overlay"),
        ],
    );
    let mark = "What is put before each redirected text, on one line. `{to}` is where it would have gone.";
    table(
        "The belt of a staging system: the last step before each send, whatever made the message. Kinds of addresses that are not named here are dropped.",
        [
            ("email", instead("An e-mail address").pattern("@|^drop$").example("test@market.example")),
            ("phone", instead("A phone number").example("+819012345678")),
            ("slack", instead("A Slack channel or member").example("#staging")),
            ("line", instead("A LINE user or group").example("drop")),
            ("webhook", instead("A URL").example("drop")),
            ("fixed", fixed.default("drop")),
            ("mark", text(mark).example("[staging, for {to}] ")),
        ],
    )
}

/// Headers of an HTTP request, by name.
pub(super) fn headers(description: &str) -> Field {
    map(description, text("What is sent behind its name.").secret()).secret()
}
