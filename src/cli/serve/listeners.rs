//! The addresses that a server listens on.

use std::io;

use tokio::net::TcpListener;

use crate::cli::failure::{Exit, Failure};

/// A socket that listens.
pub struct Listener {
    pub socket: TcpListener,
    /// With the port that was taken if none was given.
    pub address: String,
}

/// Listens on the address that `flag` gives.
pub async fn listen(flag: &str, address: &str) -> Result<Listener, Failure> {
    let bind = async {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?.to_string();
        Ok(Listener { socket, address })
    };
    bind.await.map_err(|error| cannot_listen(flag, address, &error))
}

fn cannot_listen(flag: &str, address: &str, error: &io::Error) -> Failure {
    let message = format!("cannot listen on {address}: {error}");
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let off = if flag != "--listen" { ", off does without" } else { "" };
            Failure::new(Exit::Io, message).with_help(format!(
                "another program listens there: stop it, or choose another port with {flag} (127.0.0.1:0 takes a free one{off})"
            ))
        }
        io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::Io, message).with_help("ports below 1024 need rights; choose one above")
        }
        io::ErrorKind::InvalidInput => {
            Failure::usage(message).with_help("expected ADDRESS:PORT, such as 127.0.0.1:50051")
        }
        _ => Failure::new(Exit::Io, message).with_help("the address must be one of this machine's"),
    }
}
