//! What the servers of the mail system are told, in their own languages.

use std::path::Path;

use super::{MailSystem, Runner};

/// The configuration of Exim: with STARTTLS and AUTH, and everything accepted handed over by LMTP.
pub(super) fn exim(home: &Path, runner: &Runner, port: u16, lmtp_port: u16) -> String {
    let (home, Runner { user, group, .. }) = (home.display(), runner);
    let (name, password) = (MailSystem::USER, MailSystem::PASSWORD);
    format!(
        r#"primary_hostname = mail.relay.example
exim_user = {user}
exim_group = {group}
trusted_users = {user}
never_users =
deliver_drop_privilege = true
spool_directory = {home}/spool
log_file_path = {home}/log/exim-%slog
pid_file_path = {home}/run/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
tls_certificate = {home}/certificate.pem
tls_privatekey = {home}/key.pem
tls_advertise_hosts = *
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = recipient
acl_smtp_data = data

begin acl
recipient:
  accept authenticated = *
  deny message = authentication required
data:
  accept

begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = lmtp

begin transports
lmtp:
  driver = smtp
  protocol = lmtp
  port = {lmtp_port}
  allow_localhost

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"#
    )
}

/// The configuration of Dovecot: LMTP in, IMAP over TLS out, and each user's mails in a Maildir.
pub(super) fn dovecot(home: &Path, runner: &Runner, port: u16, lmtp_port: u16) -> String {
    let (home, Runner { user, group, uid, gid }) = (home.display(), runner);
    format!(
        r#"protocols = imap lmtp
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
first_valid_gid = {gid}
mail_location = maildir:{home}/mail/%n
ssl = required
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
auth_username_format = %Ln
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = passwd-file
  args = {home}/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"#
    )
}
