//! The starter configuration of this repository, over doubles.

use crate::double::{HttpDouble, TWILIO_SID, TWILIO_TOKEN};
use crate::program::Workbench;
use crate::server::Server;
use crate::smtp::{SmtpServer, Trust};

/// A seller, as the marketplace's list has it.
#[derive(Clone, Copy, Debug)]
pub struct Seller<'a> {
    /// The item.
    pub reference_id: &'a str,
    /// The name.
    pub name: &'a str,
    /// The e-mail address; may be empty.
    pub email: &'a str,
    /// The phone number; may be empty.
    pub phone: &'a str,
    /// The language; may be empty.
    pub locale: &'a str,
}

/// A marketplace that runs the starter configuration as it is, but for an overlay that points its channels at doubles and its
/// sellers at a list.
pub struct Market {
    /// Where it runs.
    pub bench: Workbench,
    /// Its mail server, which requires STARTTLS and AUTH.
    pub smtp: SmtpServer,
    /// The authentication desk's Slack channel.
    pub slack: HttpDouble,
    /// Its SMS.
    pub twilio: HttpDouble,
}

impl Market {
    /// A marketplace with these sellers.
    pub async fn new(sellers: &[Seller<'_>]) -> Market {
        let smtp = SmtpServer::start(Trust::Authenticated).await;
        let (slack, twilio) = (HttpDouble::slack().await, HttpDouble::twilio().await);
        let mut bench = Workbench::with_starter();
        for (name, value) in [
            ("SMTP_PASSWORD", SmtpServer::PASSWORD),
            ("SLACK_AUTHENTICITY_URL", &slack.webhook_url()),
            ("TWILIO_SID", TWILIO_SID),
            ("TWILIO_TOKEN", TWILIO_TOKEN),
        ] {
            bench.env(name, value);
        }
        bench.write("ca.pem", smtp.ca());
        bench.write("sellers.csv", &list(sellers));
        let overlay = overlay(smtp.port(), &twilio.base_url());
        bench.overlay("doubles.toml", &overlay);
        Market { bench, smtp, slack, twilio }
    }

    /// Starts its server.
    pub async fn serve(&self) -> Server {
        self.bench.serve().await
    }
}

fn list(sellers: &[Seller<'_>]) -> String {
    let mut list = "reference_id,name,email,phone,locale\n".to_owned();
    for Seller { reference_id, name, email, phone, locale } in sellers {
        list.push_str(&format!("{reference_id},{name},{email},{phone},{locale}\n"));
    }
    list
}

fn overlay(smtp_port: u16, twilio: &str) -> String {
    let user = SmtpServer::USER;
    format!(
        r#"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"

[store]
url = "sqlite:proofbell.db"

[channel.email]
url = "smtp://localhost:{smtp_port}?tls=required"
username = "{user}"
ca = {{ file = "ca.pem" }}

[channel.sms]
base_url = "{twilio}"

[audience.seller]
path = "sellers.csv"
"#
    )
}
