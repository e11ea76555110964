//! Settings that work and are seldom meant.

use proofbell_notify::Advice;

use crate::config::SmtpConfig;
use crate::headers::parse_mailbox;

/// What somebody should look at.
pub(crate) fn advice(config: &SmtpConfig) -> Vec<Advice> {
    let mut advice = Vec::new();
    let sender = parse_mailbox(&config.from);
    let from = sender.as_ref().map(|sender| sender.email.domain()).unwrap_or_default();
    if let Some(dkim) = &config.dkim
        && !from.is_empty()
        && !is_aligned(&dkim.domain, from)
    {
        advice.push(Advice {
            path: "dkim.domain".to_owned(),
            message: format!(
                "signs for {}, but mails come from {from}: for DMARC that is no signature",
                dkim.domain
            ),
            cure: "write the domain of `from`, or one above or below it".to_owned(),
        });
    }
    if config.bounces.is_some() && config.bounce.is_none() {
        advice.push(Advice {
            path: "bounces".to_owned(),
            message: "is read, but without `bounce` mails come back to the address of `from`".to_owned(),
            cure: "add `bounce`, the address of that mailbox; where `from` leads there too, write it as well"
                .to_owned(),
        });
    }
    advice
}

/// Whether two domains have the same organisation (RFC 7489, section 3.1.1), as far as that can be told without a list of what
/// registries give out: the last two labels are the same.
fn is_aligned(one: &str, other: &str) -> bool {
    let end = |domain: &str| {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        domain.rsplit('.').take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    end(one) == end(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seldom_meant_is_told() {
        let bounces = r#", "bounces": { "imap": "imaps://m.example", "username": "b", "password": "x" }"#;
        let dkim =
            |domain: &str| format!(r#", "dkim": {{ "domain": "{domain}", "selector": "s1", "key": "k" }}"#);
        let check = |more: &str, expected: &[&str]| {
            let config = format!(r#"{{ "url": "smtp://m.example", "from": "a@shop.m.example"{more} }}"#);
            let config: SmtpConfig = serde_json::from_str(&config).unwrap();
            let paths: Vec<String> = advice(&config).into_iter().map(|advice| advice.path).collect();
            assert_eq!(paths, expected, "{more}");
        };
        check("", &[]);
        check(bounces, &["bounces"]);
        check(&format!(r#"{bounces}, "bounce": "b@m.example""#), &[]);
        check(&dkim("M.example"), &[]);
        check(&dkim("mail.m.example."), &[]);
        check(&dkim("m.other"), &["dkim.domain"]);
        check(&dkim("example"), &["dkim.domain"]);
    }
}
