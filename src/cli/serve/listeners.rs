//! The addresses that a server listens on.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use tokio::net::TcpListener;

use crate::cli::failure::{Exit, Failure};

/// What stands for no listener.
const OFF: &str = "off";

/// Takes `HOST:PORT`, such as `127.0.0.1:50051`, `[::]:50051` or `localhost:0`, without looking the host up.
pub fn parse_address(text: &str) -> Result<String, String> {
    let expected = || "expected ADDRESS:PORT, such as 127.0.0.1:50051 or [::1]:50051".to_owned();
    let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || (host.contains(':') && !is_bracketed) || host.contains(char::is_whitespace) {
        return Err(expected());
    }
    port.parse::<u16>().map_err(|_| format!("`{}` is no port, 0 to 65535", port.escape_debug()))?;
    Ok(text.to_owned())
}

/// As [`parse_address`], or [`OFF`], or nothing, which is off as well.
pub fn parse_address_or_off(text: &str) -> Result<String, String> {
    if matches!(text, "" | OFF) {
        return Ok(OFF.to_owned());
    }
    parse_address(text).map_err(|reason| format!("{reason}, or {OFF}"))
}

/// Where to listen.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub flag: &'static str,
    pub address: String,
    sockets: Vec<SocketAddr>,
}

impl Endpoint {
    /// Looks up the address that `flag` gives.
    pub fn resolve(flag: &'static str, address: &str) -> Result<Self, Failure> {
        let found = address.to_socket_addrs().map_err(|error| cannot_listen(flag, address, &error))?;
        Ok(Self { flag, address: address.to_owned(), sockets: found.collect() })
    }

    /// As [`Endpoint::resolve`]; `None` for [`OFF`].
    pub fn resolve_or_off(flag: &'static str, address: &str) -> Result<Option<Self>, Failure> {
        if matches!(address, "" | OFF) {
            return Ok(None);
        }
        Self::resolve(flag, address).map(Some)
    }

    /// Whether only this machine reaches it.
    pub fn is_local(&self) -> bool {
        self.sockets.iter().all(|socket| socket.ip().to_canonical().is_loopback())
    }

    /// Checks that `other` is another place; two on a port that the system chooses always are.
    pub fn check_apart_from(&self, other: &Self) -> Result<(), Failure> {
        let is_same = |one: &SocketAddr, other: &SocketAddr| {
            let is_all = one.ip().is_unspecified() || other.ip().is_unspecified();
            one.port() != 0 && one.port() == other.port() && (is_all || one.ip() == other.ip())
        };
        if !self.sockets.iter().any(|one| other.sockets.iter().any(|other| is_same(one, other))) {
            return Ok(());
        }
        let message = if self.address == other.address {
            format!("{} and {} are both {}", other.flag, self.flag, self.address)
        } else {
            format!("{} {} and {} {} are one port", other.flag, other.address, self.flag, self.address)
        };
        Err(Failure::usage(message).with_help(format!("choose another port for {}", self.flag)))
    }
}

/// A socket that listens.
pub struct Listener {
    pub socket: TcpListener,
    /// With the port that was taken if none was given.
    pub address: String,
}

/// Listens at `endpoint`.
pub async fn listen(endpoint: &Endpoint) -> Result<Listener, Failure> {
    let bind = async {
        let socket = TcpListener::bind(&*endpoint.sockets).await?;
        let address = socket.local_addr()?.to_string();
        Ok(Listener { socket, address })
    };
    bind.await.map_err(|error| cannot_listen(endpoint.flag, &endpoint.address, &error))
}

fn cannot_listen(flag: &str, address: &str, error: &io::Error) -> Failure {
    let failure = Failure::new(Exit::Io, format!("cannot listen on {address}: {error}"));
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let off = if flag == "--listen" { "" } else { ", off does without" };
            failure.with_help(format!(
                "another program listens there: stop it, or choose another port with {flag} (127.0.0.1:0 takes a free one{off})"
            ))
        }
        io::ErrorKind::PermissionDenied => {
            failure.with_help("ports below 1024 need rights; choose one above")
        }
        _ => failure.with_help(format!("{flag} takes an address of this machine")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for good in ["127.0.0.1:50051", "[::]:0", "localhost:65535", "yaqut.example:1"] {
            assert_eq!(parse_address(good).as_deref(), Ok(good));
        }
        for bad in ["", "off", "nonsense", ":50051", "::1:50051", "localhost:", "localhost:65536", "a b:1"] {
            assert!(parse_address(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_address_or_off("").as_deref(), Ok(OFF));
        assert!(parse_address_or_off("on").is_err_and(|reason| reason.ends_with("or off")));
    }

    #[test]
    fn two_listeners_do_not_share_a_port() {
        let at = |flag, address| Endpoint::resolve(flag, address).unwrap();
        let public = at("--listen", "127.0.0.1:50051");
        assert!(at("--admin-listen", "127.0.0.1:50051").check_apart_from(&public).is_err());
        assert!(at("--admin-listen", "127.0.0.1:50052").check_apart_from(&public).is_ok());
        let any = at("--listen", "127.0.0.1:0");
        assert!(at("--admin-listen", "127.0.0.1:0").check_apart_from(&any).is_ok());
    }
}
