//! `[server]`

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::Server;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::secret::Text;

/// The fewest characters of the admin token.
const MIN_TOKEN: usize = 8;

pub(crate) fn read(root: &Scope<'_>) -> Server {
    let default = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let mut server = Server { listen: default(8080), admin: default(8081), admin_token: None };
    let Some(scope) = root.table("server") else { return server };
    let listen = address(&scope, "listen");
    let admin = address(&scope, "admin");
    let token = scope.text("admin_token");
    scope.finish();

    let token_given = scope.node("admin_token").is_some();
    server.listen = listen.as_ref().map_or(server.listen, |at| at.value);
    server.admin = admin.as_ref().map_or(server.admin, |at| at.value);
    server.admin_token =
        token.filter(|token| usable_token(&scope, token)).map(|token| token.value.into_secret());
    if let Some(admin) = &admin
        && !admin.value.ip().is_loopback()
        && !token_given
    {
        let message = format!(
            "`server.admin` listens on {}, which others can reach, without a token",
            admin.value.ip()
        );
        let hint = "add admin_token = { env = \"NAME\" }, or listen on 127.0.0.1";
        scope.cx.report.push(Finding::error(code::INSECURE, admin.at, message).hint(hint));
    }
    if server.listen == server.admin && server.listen.port() != 0 {
        let at = admin.or(listen).map_or(scope.at, |at| at.at);
        let message = format!("`server.listen` and `server.admin` are both {}", server.admin);
        scope.cx.report.push(Finding::error(code::DUPLICATE, at, message).hint("give them two ports"));
    }
    server
}

fn address(scope: &Scope<'_>, key: &'static str) -> Option<At<SocketAddr>> {
    let hint = "write an IP address and a port: \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::1]:8080\"";
    scope.parsed(key, "an address to listen on", |text| text.parse::<SocketAddr>().map_err(|_| hint))
}

fn usable_token(scope: &Scope<'_>, token: &At<Text>) -> bool {
    let text = &token.value.value;
    let usable = text.len() >= MIN_TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !usable {
        let hint = format!(
            "use at least {MIN_TOKEN} visible ASCII characters, such as `openssl rand -hex 24` makes"
        );
        scope.bad_value(token.at, "admin_token", &token.value, "usable as a token", hint);
    }
    usable
}
