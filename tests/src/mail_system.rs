//! A real mail system: what takes mails, what keeps them, and what sends them back.

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::authority::Authority;
use crate::wait::{PATIENCE, until};

mod settings;

/// The programs of the mail system, as Debian installs them.
const PROGRAMS: [&str; 4] =
    ["/usr/sbin/exim4", "/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp"];

/// Who runs the servers when the tests run as root: deliveries never do.
const NOBODY: (&str, &str, u32) = ("nobody", "nogroup", 65534);

/// A real mail system on free ports of this machine, which ends when it is dropped. Exim takes mails over STARTTLS and with AUTH, and
/// hands them over LMTP to Dovecot, which keeps them and shows them over IMAP. Exim accepts everything, as a relay does: a mail to a
/// mailbox that Dovecot does not know comes back, as a delivery status notification to the mail's sender.
pub struct MailSystem {
    folder: TempDir,
    ca: String,
    smtp_port: u16,
    imap_port: u16,
    servers: Vec<Child>,
}

/// Who runs the servers.
struct Runner {
    user: String,
    group: String,
    uid: u32,
    gid: u32,
}

impl MailSystem {
    /// Who may send.
    pub const USER: &str = "mailer";
    /// With which password; all mailboxes have it too.
    pub const PASSWORD: &str = "correct horse battery";
    /// The domain of all mailboxes.
    pub const DOMAIN: &str = "market.example";
    /// The mailboxes there are; the IMAP user is the part before the `@`.
    pub const MAILBOXES: [&str; 2] = ["bounces", "hanako"];

    /// Starts it; `None`, which is said aloud, where its programs are not installed.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Option<MailSystem> {
        if let Some(missing) = PROGRAMS.iter().find(|program| !Path::new(program).exists()) {
            // Not `eprintln`, which the test harness keeps to itself while a test passes.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: bounces of a real mail system, because there is no {missing}"
            );
            return None;
        }
        let folder = TempDir::with_prefix("proofbell-mail-").unwrap();
        let (smtp_port, imap_port, lmtp_port) = (free_port(), free_port(), free_port());
        let runner = Runner::of(folder.path());
        let authority = Authority::new("localhost");
        let home = folder.path();
        for name in ["spool", "log", "run", "mail"] {
            fs::create_dir(home.join(name)).unwrap();
        }
        let users = Self::MAILBOXES.map(|name| {
            let (uid, gid, password) = (runner.uid, runner.gid, Self::PASSWORD);
            format!("{name}:{{plain}}{password}:{uid}:{gid}::{}/mail/{name}::\n", home.display())
        });
        for (name, text) in [
            ("certificate.pem", authority.certificate.as_str()),
            ("key.pem", &authority.key),
            ("users", &users.concat()),
            ("exim.conf", &settings::exim(home, &runner, smtp_port, lmtp_port)),
            ("dovecot.conf", &settings::dovecot(home, &runner, imap_port, lmtp_port)),
        ] {
            fs::write(home.join(name), text).unwrap();
        }
        runner.take(home);
        let servers = vec![
            runner.run(home, "/usr/sbin/dovecot", &["-F", "-c", "dovecot.conf"]),
            runner.run(
                home,
                "/usr/sbin/exim4",
                &["-C", &format!("{}/exim.conf", home.display()), "-bdf", "-q1m"],
            ),
        ];
        let system = MailSystem { folder, ca: authority.ca, smtp_port, imap_port, servers };
        for port in [smtp_port, imap_port, lmtp_port] {
            system.wait_for_port(port).await;
        }
        Some(system)
    }

    /// Where mails are handed in: `smtp://localhost:PORT?tls=required`.
    pub fn smtp_url(&self) -> String {
        format!("smtp://localhost:{}?tls=required", self.smtp_port)
    }

    /// Where mailboxes are read: `imaps://localhost:PORT`.
    pub fn imap_url(&self) -> String {
        format!("imaps://localhost:{}", self.imap_port)
    }

    /// The certificate of the authority that vouches for both, in PEM.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// The mails in a folder of a mailbox, unread and read, as they came over the wire; `"INBOX"`, or the folder's name.
    ///
    /// # Panics
    /// When they cannot be read.
    pub fn mails(&self, mailbox: &str, folder: &str) -> Vec<Kept> {
        let mut path = self.folder.path().join("mail").join(mailbox);
        if folder != "INBOX" {
            path = path.join(format!(".{folder}"));
        }
        let files = |part: &str| fs::read_dir(path.join(part)).into_iter().flatten();
        let files = files("new").chain(files("cur")).map(|entry| entry.unwrap().path());
        files.map(|path| Kept::read(&path)).collect()
    }

    /// What both servers have logged, for the message of a test that fails.
    pub fn logs(&self) -> String {
        let logs = fs::read_dir(self.folder.path().join("log")).into_iter().flatten();
        logs.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap_or_default()).collect()
    }

    async fn wait_for_port(&self, port: u16) {
        let open = until("a server of the mail system listens", PATIENCE, async || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()
        });
        if tokio::time::timeout(PATIENCE, open).await.is_err() {
            panic!("the mail system did not start:\n{}", self.logs());
        }
    }
}

impl Drop for MailSystem {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // Asked, and not killed: Dovecot then ends its own children.
            let _ = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
            let _ = server.wait();
        }
    }
}

/// A mail in a mailbox.
#[derive(Clone, Debug)]
pub struct Kept {
    /// With CRLF line ends.
    pub raw: Vec<u8>,
    /// Whether somebody has seen it.
    pub seen: bool,
}

impl Kept {
    fn read(path: &Path) -> Kept {
        let raw = String::from_utf8_lossy(&fs::read(path).unwrap()).replace('\n', "\r\n").into_bytes();
        // The flags stand behind the name (https://cr.yp.to/proto/maildir.html).
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let seen = name.split_once(":2,").is_some_and(|(_, flags)| flags.contains('S'));
        Kept { raw, seen }
    }
}

impl Runner {
    /// Whoever owns the folder; but nobody instead of root.
    fn of(folder: &Path) -> Runner {
        let owner = fs::metadata(folder).unwrap();
        if owner.uid() == 0 {
            let (user, group, id) = NOBODY;
            return Runner { user: user.to_owned(), group: group.to_owned(), uid: id, gid: id };
        }
        let name = |option: &str| {
            let said = Command::new("id").arg(option).output().unwrap();
            String::from_utf8(said.stdout).unwrap().trim().to_owned()
        };
        Runner { user: name("-un"), group: name("-gn"), uid: owner.uid(), gid: owner.gid() }
    }

    /// Gives it all that is in the folder.
    fn take(&self, path: &Path) {
        chown(path, Some(self.uid), Some(self.gid)).unwrap();
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| self.take(&entry.unwrap().path()));
        }
    }

    fn run(&self, home: &Path, program: &str, arguments: &[&str]) -> Child {
        use std::os::unix::process::CommandExt;
        let said = |name: &str| fs::File::create(home.join("log").join(name)).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(home).stdin(Stdio::null());
        let name = PathBuf::from(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
        command.stdout(said(&format!("{name}.out"))).stderr(said(&format!("{name}.err")));
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.uid(self.uid).gid(self.gid);
        }
        command.spawn().unwrap()
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
