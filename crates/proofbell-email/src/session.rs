//! One connection to the server: opening it, sending mails over it, trying it out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::ExposeSecret;
use tokio::net::TcpStream;

use crate::compose::Mail;
use crate::config::{Credentials, Encryption, Settings};
use crate::dialogue::{Deadlines, Dialogue, Stream};
use crate::failure::{Cause, Failure, Step};
use crate::reply::Reply;
use crate::socket::{self, Tls};

/// An open connection, authenticated, between two transactions.
pub(crate) struct Session {
    dialogue: Dialogue<Box<dyn Stream>>,
    features: Features,
    /// Whether nobody on the way can read along: TLS, or a server on this machine.
    confidential: bool,
    /// Which version of TLS, where there is any.
    tls: Option<&'static str>,
    authenticated: bool,
    sent: u32,
}

impl Session {
    /// Connects, agrees on TLS as configured, and authenticates.
    pub(crate) async fn open(settings: &Settings, deadlines: Deadlines) -> Result<Session, Failure> {
        let tcp = socket::connect(&settings.host, settings.port, deadlines.connect).await?;
        let mut session = match &settings.encryption {
            Encryption::None => Session::greet(boxed(tcp, deadlines), settings, settings.loopback).await?,
            Encryption::Implicit(tls) => {
                let stream = tls.wrap(Step::Connect, tcp, deadlines.command).await?;
                let version = socket::version(&stream);
                let session = Session::greet(boxed(stream, deadlines), settings, true).await?;
                Session { tls: Some(version), ..session }
            }
            Encryption::WhenOffered(tls) => Session::upgrade(tcp, tls, settings, deadlines, false).await?,
            Encryption::Required(tls) => Session::upgrade(tcp, tls, settings, deadlines, true).await?,
        };
        if let Some(credentials) = &settings.credentials {
            session.authenticate(credentials).await?;
        }
        Ok(session)
    }

    /// Sends one mail. Unless this ends with `Ok`, the connection is in an unknown state and must be dropped.
    pub(crate) async fn send(&mut self, mail: &Mail) -> Result<Reply, Failure> {
        let mut from = format!("MAIL FROM:<{}>", mail.from);
        if mail.needs_smtputf8() {
            if !self.features.smtputf8 {
                return Err(Failure::new(Step::RcptTo, Cause::NoSmtpUtf8));
            }
            from.push_str(" BODY=8BITMIME SMTPUTF8");
        }
        self.dialogue.command(Step::MailFrom, &from).await?;
        self.dialogue.command(Step::RcptTo, &format!("RCPT TO:<{}>", mail.to)).await?;
        self.dialogue.command(Step::Data, "DATA").await?;
        let reply = self.dialogue.body(&transparent(&mail.bytes)).await?;
        self.sent += 1;
        Ok(reply)
    }

    /// Names our sender as for a mail and takes it back, so that nothing is delivered; then says goodbye. What was proved by that, for
    /// people.
    pub(crate) async fn probe(mut self, sender: &str) -> Result<String, Failure> {
        self.dialogue.command(Step::MailFrom, &format!("MAIL FROM:<{sender}>")).await?;
        self.dialogue.command(Step::Reset, "RSET").await?;
        // The probe has succeeded; how the server says goodbye changes nothing.
        let _ = self.dialogue.ask(Step::Reset, "QUIT").await;
        let came_in = if self.authenticated { "logged in" } else { "connected without a password" };
        let over = self.tls.map_or("without TLS".to_owned(), |version| format!("over {version}"));
        Ok(format!("{came_in} {over}; the server takes mail from <{sender}>"))
    }

    /// How many mails went over this connection.
    pub(crate) fn sent(&self) -> u32 {
        self.sent
    }

    /// Whether the server has said something unasked since the last answer, such as that it is about to close.
    pub(crate) fn has_unread(&self) -> bool {
        self.dialogue.has_unread()
    }

    async fn greet(
        mut dialogue: Dialogue<Box<dyn Stream>>,
        settings: &Settings,
        confidential: bool,
    ) -> Result<Session, Failure> {
        dialogue.greeting().await?;
        let features = hello(&mut dialogue, &settings.helo).await?;
        Ok(Session { dialogue, features, confidential, tls: None, authenticated: false, sent: 0 })
    }

    async fn upgrade(
        tcp: TcpStream,
        tls: &Tls,
        settings: &Settings,
        deadlines: Deadlines,
        required: bool,
    ) -> Result<Session, Failure> {
        let mut plain = Dialogue::new(tcp, deadlines);
        plain.greeting().await?;
        let features = hello(&mut plain, &settings.helo).await?;
        if !features.starttls {
            if required {
                return Err(Failure::new(Step::StartTls, Cause::NoStartTls));
            }
            let dialogue = boxed(plain.into_inner(), deadlines);
            let confidential = settings.loopback;
            return Ok(Session {
                dialogue,
                features,
                confidential,
                tls: None,
                authenticated: false,
                sent: 0,
            });
        }
        plain.command(Step::StartTls, "STARTTLS").await?;
        if plain.has_unread() {
            // Somebody on the way may have put words into the server's mouth, to be believed once TLS is up (CVE-2011-0411).
            return Err(Failure::new(Step::StartTls, Cause::Tls("clear text follows the answer".to_owned())));
        }
        let stream = tls.wrap(Step::StartTls, plain.into_inner(), deadlines.command).await?;
        let tls = Some(socket::version(&stream));
        let mut dialogue = boxed(stream, deadlines);
        let features = hello(&mut dialogue, &settings.helo).await?;
        Ok(Session { dialogue, features, confidential: true, tls, authenticated: false, sent: 0 })
    }

    async fn authenticate(&mut self, credentials: &Credentials) -> Result<(), Failure> {
        if !self.confidential {
            return Err(Failure::new(Step::Auth, Cause::Cleartext));
        }
        let username = &credentials.username;
        let password = credentials.password.expose_secret();
        // What a server asks for with 334 beyond the opening. PLAIN's first answer goes with it, which spares a round trip.
        let (opening, answers) = if self.features.auth_plain {
            let both = BASE64.encode(format!("\0{username}\0{password}"));
            (format!("AUTH PLAIN {both}"), vec![both])
        } else if self.features.auth_login {
            ("AUTH LOGIN".to_owned(), vec![BASE64.encode(username), BASE64.encode(password)])
        } else {
            return Err(Failure::new(Step::Auth, Cause::NoAuth));
        };
        let mut reply = self.dialogue.ask(Step::Auth, &opening).await?;
        for answer in answers {
            if reply.code() == 334 {
                reply = self.dialogue.ask(Step::Auth, &answer).await?;
            }
        }
        match Step::Auth.accepts(reply.code()) {
            true => {
                self.authenticated = true;
                Ok(())
            }
            false => Err(Failure::new(Step::Auth, Cause::Answer(reply))),
        }
    }
}

/// What the server said it can do.
#[derive(Default)]
struct Features {
    starttls: bool,
    auth_plain: bool,
    auth_login: bool,
    smtputf8: bool,
}

async fn hello<S: Stream>(dialogue: &mut Dialogue<S>, name: &str) -> Result<Features, Failure> {
    let reply = dialogue.command(Step::Hello, &format!("EHLO {name}")).await?;
    let mut features = Features::default();
    for line in reply.lines().skip(1) {
        let line = line.to_ascii_uppercase();
        let mut words = line.split([' ', '=']);
        match words.next() {
            Some("STARTTLS") => features.starttls = true,
            Some("SMTPUTF8") => features.smtputf8 = true,
            Some("AUTH") => {
                for mechanism in words {
                    features.auth_plain |= mechanism == "PLAIN";
                    features.auth_login |= mechanism == "LOGIN";
                }
            }
            _ => {}
        }
    }
    Ok(features)
}

fn boxed(stream: impl Stream + 'static, deadlines: Deadlines) -> Dialogue<Box<dyn Stream>> {
    Dialogue::new(Box::new(stream), deadlines)
}

/// The message as it crosses the wire: dots at the start of a line doubled, ended by a line with a dot alone
/// (RFC 5321, section 4.5.2). It is one buffer, so that it leaves in one write.
fn transparent(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + message.len() / 64 + 8);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    if !wire.ends_with(b"\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests {
    use super::transparent;

    #[test]
    fn a_dot_at_the_start_of_a_line_is_doubled_and_the_message_ends_with_one() {
        let cases = [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n..x\r\na.b\r\n", "..\r\n...x\r\na.b\r\n.\r\n"),
            ("", "\r\n.\r\n"),
        ];
        for (message, wire) in cases {
            assert_eq!(String::from_utf8(transparent(message.as_bytes())).unwrap(), wire);
        }
    }
}
